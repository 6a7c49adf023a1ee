import type { RegisterTable } from '../../../tables/types.ts';

/** The block device: its configuration space, behind the registers of the transport. One queue. */
export const virtioBlkTable: RegisterTable = {
  device: 'virtio-blk',
  title: 'virtio-blk: configuration space, behind the registers of the transport',
  source: 'Virtual I/O Device (VIRTIO) 1.3, section 5.2',
  size: 0x1000,
  registers: [
    { name: 'CAPACITY', offset: 0x100, width: 8, access: 'RO', doc: 'Sectors of the disk.' },
    {
      name: 'SIZE_MAX',
      offset: 0x108,
      width: 4,
      access: 'RO',
      doc: 'Unused: no limit of a segment.',
    },
    {
      name: 'SEG_MAX',
      offset: 0x10c,
      width: 4,
      access: 'RO',
      reset: 254,
      doc: 'Most data segments of a request.',
    },
    { name: 'GEOMETRY', offset: 0x110, width: 4, access: 'RO', doc: 'Unused.' },
    {
      name: 'BLK_SIZE',
      offset: 0x114,
      width: 4,
      access: 'RO',
      reset: 512,
      doc: 'Bytes of a block.',
    },
  ],
  constants: [
    { name: 'F_SEG_MAX', value: 2, doc: 'Feature bit: SEG_MAX is valid.' },
    { name: 'F_RO', value: 5, doc: 'Feature bit: the disk cannot be written.' },
    { name: 'F_BLK_SIZE', value: 6, doc: 'Feature bit: BLK_SIZE is valid.' },
    { name: 'F_FLUSH', value: 9, doc: 'Feature bit: there is a flush command.' },
    { name: 'SECTOR', value: 512, doc: 'Bytes of a sector.' },
    { name: 'HEADER_SIZE', value: 16, doc: 'Bytes of the header of a request.' },
    { name: 'HEADER_TYPE', value: 0, doc: 'u32: one of the T values.' },
    { name: 'HEADER_SECTOR', value: 8, doc: 'u64: first sector.' },
    { name: 'T_IN', value: 0, doc: 'Read.' },
    { name: 'T_OUT', value: 1, doc: 'Write.' },
    {
      name: 'T_FLUSH',
      value: 4,
      doc: 'Everything written is to be kept; there is no cache, so nothing happens.',
    },
    { name: 'T_GET_ID', value: 8, doc: 'Read the 20 bytes of the name.' },
    { name: 'ID_SIZE', value: 20, doc: 'Bytes of the name.' },
    { name: 'S_OK', value: 0, doc: 'Status: done.' },
    { name: 'S_IOERR', value: 1, doc: 'Status: beyond the disk, not whole sectors, or read only.' },
    { name: 'S_UNSUPP', value: 2, doc: 'Status: unknown type.' },
  ],
};
