import type { RegisterTable } from '../../../tables/types.ts';

export const plicTable: RegisterTable = {
  device: 'plic',
  title: 'Platform-level interrupt controller',
  source:
    'RISC-V Platform-Level Interrupt Controller specification 1.0.0; contexts as on QEMU’s virt board',
  size: 0x60_0000,
  registers: [
    {
      name: 'PRIORITY',
      offset: 0,
      width: 4,
      access: 'RW',
      count: 64,
      stride: 4,
      doc: 'Priority of a source, 0 (never) to 15. Source 0 does not exist: its register reads as 0.',
    },
    {
      name: 'PENDING',
      offset: 0x1000,
      width: 4,
      access: 'RO',
      count: 2,
      stride: 4,
      doc: 'Pending bits of 32 sources.',
    },
    {
      name: 'ENABLE',
      offset: 0x2000,
      width: 4,
      access: 'RW',
      count: 16,
      stride: 0x80,
      doc: 'Enable bits of sources 0 to 31 for a context; context 2 × hart is machine mode.',
    },
    {
      name: 'ENABLE_HIGH',
      offset: 0x2004,
      width: 4,
      access: 'RW',
      count: 16,
      stride: 0x80,
      doc: 'Enable bits of sources 32 to 63 for a context.',
    },
    {
      name: 'THRESHOLD',
      offset: 0x20_0000,
      width: 4,
      access: 'RW',
      count: 16,
      stride: 0x1000,
      doc: 'A context is interrupted by priorities above it: the IRQL of the hart.',
    },
    {
      name: 'CLAIM',
      offset: 0x20_0004,
      width: 4,
      access: 'RW',
      count: 16,
      stride: 0x1000,
      doc: 'Reading claims the source of highest priority, 0 if there is none. Writing a source completes it.',
    },
  ],
  constants: [
    { name: 'SOURCES', value: 64, doc: 'Interrupt sources, the nonexistent source 0 included.' },
    { name: 'HIGHEST_PRIORITY', value: 15, doc: 'Priorities are 0 to 15.' },
  ],
};
