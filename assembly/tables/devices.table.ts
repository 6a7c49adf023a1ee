import { uartTable } from '../machine/devices/uart/registers.table.ts';
import { plicTable } from '../machine/devices/plic/registers.table.ts';
import { finisherTable } from '../machine/devices/finisher/registers.table.ts';
import { clintTable } from '../machine/devices/clint/registers.table.ts';
import { dpcTable } from '../machine/devices/dpc/registers.table.ts';
import { mailboxTable } from '../machine/devices/mailbox/registers.table.ts';
import { portTable } from '../machine/devices/port/registers.table.ts';
import { virtioBlkTable } from '../machine/devices/virtio-blk/registers.table.ts';
import { virtioConsoleTable } from '../machine/devices/virtio-console/registers.table.ts';
import { virtioNetTable } from '../machine/devices/virtio-net/registers.table.ts';
import { virtioTable } from '../machine/devices/virtio/registers.table.ts';
import type { RegisterTable } from './types.ts';

/** The register pages of all devices, in the order of the reference page. */
export const deviceTables: RegisterTable[] = [
  finisherTable,
  clintTable,
  plicTable,
  uartTable,
  dpcTable,
  portTable,
  mailboxTable,
  virtioTable,
  virtioNetTable,
  virtioBlkTable,
  virtioConsoleTable,
];
