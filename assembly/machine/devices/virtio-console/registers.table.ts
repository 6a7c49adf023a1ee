import type { RegisterTable } from '../../../tables/types.ts';

/** The console: its configuration space, behind the registers of the transport. Queue 0 receives, queue 1 transmits. */
export const virtioConsoleTable: RegisterTable = {
  device: 'virtio-console',
  title: 'virtio-console: configuration space, behind the registers of the transport',
  source: 'Virtual I/O Device (VIRTIO) 1.3, section 5.3',
  size: 0x1000,
  registers: [
    { name: 'COLS', offset: 0x100, width: 2, access: 'RO', reset: 80, doc: 'Columns.' },
    { name: 'ROWS', offset: 0x102, width: 2, access: 'RO', reset: 25, doc: 'Rows.' },
  ],
  constants: [
    { name: 'F_SIZE', value: 0, doc: 'Feature bit: COLS and ROWS are valid.' },
    { name: 'INPUT', value: 256, doc: 'Bytes from the host that wait for a buffer.' },
  ],
};
