/**
 * The whole machine on one page: QEMU's virt board, with units of our own in the platform-bus window.
 *
 *   base         device                             PLIC source
 *   0x0010_0000  test finisher
 *   0x0200_0000  CLINT: mtime, timers, software interrupts
 *   0x0400_0000  DPC queues, one page per hart      32 + hart
 *   0x0401_0000  completion ports                   40 + hart
 *   0x0402_0000  host mailbox                       48
 *   0x0c00_0000  PLIC
 *   0x1000_0000  UART 16550                         10
 *   0x1000_1000  virtio-mmio slots, a page each     1 + slot
 *   0x8000_0000  RAM
 */
import { RAM_START, attach, resetBus } from './bus';
import { Clint } from './devices/clint';
import { Device } from './devices/device';
import { DpcUnit } from './devices/dpc';
import { Finisher } from './devices/finisher';
import { Mailbox } from './devices/mailbox';
import { Plic } from './devices/plic';
import { PortUnit } from './devices/port';
import { Uart } from './devices/uart';
import { EmptySlot } from './devices/virtio/empty';
import { VirtioBlk } from './devices/virtio-blk';
import { VirtioConsole } from './devices/virtio-console';
import { VirtioNet } from './devices/virtio-net';
import { VirtioRng } from './devices/virtio-rng';
import { CLINT_HZ } from './generated/clint';

const PAGE: u32 = 0x1000;
const VIRTIO_SLOTS: u32 = 0x1000_1000;
const SLOT_NET: u32 = 0;
const SLOT_BLOCK: u32 = 1;
const SLOT_CONSOLE: u32 = 2;
const SLOT_RNG: u32 = 3;
const SLOTS: u32 = 8;

/** The devices the host speaks to, or looks into, directly. */
export let uart: Uart = changetype<Uart>(0);
export let mailbox: Mailbox = changetype<Mailbox>(0);
export let nic: VirtioNet = changetype<VirtioNet>(0);
export let dpcs: DpcUnit = changetype<DpcUnit>(0);
export let ports: PortUnit = changetype<PortUnit>(0);
export let disk: VirtioBlk = changetype<VirtioBlk>(0);
export let terminal: VirtioConsole = changetype<VirtioConsole>(0);

/** Build the board; false if two devices overlap. */
export function buildBoard(harts: u32, ramBytes: u32, clockHz: u64, seed: u64): bool {
  resetBus(ramBytes);
  uart = new Uart(clockHz);
  mailbox = new Mailbox(RAM_START, ramBytes, harts, CLINT_HZ, clockHz, <u32>seed);
  dpcs = new DpcUnit(harts);
  ports = new PortUnit(harts);
  nic = new VirtioNet(SLOT_NET, harts, clockHz);
  disk = new VirtioBlk(SLOT_BLOCK, clockHz);
  terminal = new VirtioConsole(SLOT_CONSOLE);
  return (
    attach(new Finisher(), 0x0010_0000, PAGE) &&
    attach(new Clint(clockHz), 0x0200_0000, 0x1_0000) &&
    attach(dpcs, 0x0400_0000, PAGE * harts) &&
    attach(ports, 0x0401_0000, PAGE) &&
    attach(mailbox, 0x0402_0000, PAGE) &&
    attach(new Plic(), 0x0c00_0000, 0x60_0000) &&
    attach(uart, 0x1000_0000, 0x100) &&
    attachSlot(nic, SLOT_NET) &&
    attachSlot(disk, SLOT_BLOCK) &&
    attachSlot(terminal, SLOT_CONSOLE) &&
    attachSlot(new VirtioRng(SLOT_RNG, seed), SLOT_RNG) &&
    attachEmptySlots()
  );
}

function attachSlot(device: Device, slot: u32): bool {
  return attach(device, VIRTIO_SLOTS + PAGE * slot, PAGE);
}

function attachEmptySlots(): bool {
  for (let slot = SLOT_RNG + 1; slot < SLOTS; slot++) {
    if (!attachSlot(new EmptySlot(slot), slot)) return false;
  }
  return true;
}
