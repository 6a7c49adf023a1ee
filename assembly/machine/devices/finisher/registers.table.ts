import type { RegisterTable } from '../../../tables/types.ts';

export const finisherTable: RegisterTable = {
  device: 'finisher',
  title: 'Test finisher',
  source: 'SiFive test finisher, as on QEMU’s virt board',
  size: 0x1000,
  registers: [
    {
      name: 'CONTROL',
      offset: 0,
      width: 4,
      access: 'RW',
      bits: [
        { name: 'STATUS', lsb: 0, width: 16, doc: 'PASS, FAIL or RESET; other values do nothing.' },
        { name: 'CODE', lsb: 16, width: 16, doc: 'Exit code that goes with FAIL.' },
      ],
      doc: 'Ends the run. Reads as 0. Halfword stores are accepted.',
    },
  ],
  constants: [
    { name: 'PASS', value: 0x5555, doc: 'End with exit code 0.' },
    { name: 'FAIL', value: 0x3333, doc: 'End with the exit code in bits 31 to 16.' },
    { name: 'RESET', value: 0x7777, doc: 'Ask for a reset of the machine.' },
  ],
};
