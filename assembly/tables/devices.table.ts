import { dpcTable } from '../machine/devices/dpc/registers.table.ts';
import { mailboxTable } from '../machine/devices/mailbox/registers.table.ts';
import { portTable } from '../machine/devices/port/registers.table.ts';
import { virtioNetTable } from '../machine/devices/virtio-net/registers.table.ts';
import { virtioTable } from '../machine/devices/virtio/registers.table.ts';
import type { RegisterTable } from './types.ts';

/** The register pages of all devices, in the order of the reference page. */
export const deviceTables: RegisterTable[] = [
  dpcTable,
  portTable,
  mailboxTable,
  virtioTable,
  virtioNetTable,
];
