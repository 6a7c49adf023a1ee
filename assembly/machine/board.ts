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
import { attach, resetBus } from './bus';
import { Clint } from './devices/clint';
import { Finisher } from './devices/finisher';
import { Plic } from './devices/plic';
import { Uart } from './devices/uart';

const FINISHER_BASE: u32 = 0x0010_0000;
const CLINT_BASE: u32 = 0x0200_0000;
const PLIC_BASE: u32 = 0x0c00_0000;
const UART_BASE: u32 = 0x1000_0000;
const PAGE: u32 = 0x1000;

let uart: Uart | null = null;

/** Build the board; false if two devices overlap. */
export function buildBoard(ramBytes: u32, clockHz: u64): bool {
  resetBus(ramBytes);
  uart = new Uart(clockHz);
  return (
    attach(new Finisher(), FINISHER_BASE, PAGE) &&
    attach(new Clint(clockHz), CLINT_BASE, 0x1_0000) &&
    attach(new Plic(), PLIC_BASE, 0x60_0000) &&
    attach(uart!, UART_BASE, 0x100)
  );
}

/** A byte from the host to the console; false if the UART has no room. */
export function consoleReceive(byte: u32): bool {
  return uart!.receive(byte);
}
