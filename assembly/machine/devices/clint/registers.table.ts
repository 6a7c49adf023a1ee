import type { RegisterTable } from '../../../tables/types.ts';

export const clintTable: RegisterTable = {
  device: 'clint',
  title: 'Core-local interruptor',
  source:
    'SiFive FU540-C000 manual, chapter 9; RISC-V privileged ISA 3.2 "Machine-level memory-mapped registers"',
  size: 0x10000,
  registers: [
    {
      name: 'MSIP',
      offset: 0x0000,
      width: 4,
      access: 'RW',
      count: 8,
      stride: 4,
      bits: [{ name: 'PENDING', lsb: 0, doc: 'The machine software interrupt of this hart.' }],
      doc: 'Software interrupt, one register per hart.',
    },
    {
      name: 'MTIMECMP',
      offset: 0x4000,
      width: 8,
      access: 'RW',
      count: 8,
      stride: 8,
      doc: 'The timer interrupt of this hart is pending while MTIME is not below it. Accessed as two words. Reset: all ones.',
    },
    {
      name: 'MTIME',
      offset: 0xbff8,
      width: 8,
      access: 'RW',
      doc: 'Time in units of 100 ns. Accessed as two words.',
    },
  ],
  constants: [{ name: 'HZ', value: 10_000_000, doc: 'Frequency of MTIME.' }],
};
