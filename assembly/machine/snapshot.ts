/**
 * The machine's state as sections of memory, for snapshots. The host copies them out between two runs, and back into a machine that was
 * created alike; what can be derived (decoded code, PMP windows, watched addresses) is made anew. RAM and the disk image are not among
 * them, since the host knows where they lie; observations are not either: trace, counters, console output.
 */
import { deviceAt, deviceCount, ramSize } from './bus';
import { eventBytes, eventCount, restoreClock, time } from './clock';
import { flushDecode } from './cpu/decode';
import { hartAt, hartCount, hartNumber, loadRegisters, saveRegisters } from './cpu/hart';
import { WATCH_RESERVED, resetWatch, watch } from './cpu/watch';
import { rewatch } from './cpu/watchpoints';
import { isZero } from './hash';
import { DEVICE_STATE, EVENTS, HARTS, HART_BYTES, RAM, stateBlocksEnd } from './layout';
import { restoreTurn, turnEnd } from './scheduler';

/** Numbers that are no memory of their own: time, end of the turn, events handled, running hart. */
const NUMBERS: usize = memory.data(32, 8);
const NUMBERS_BYTES: u32 = 32;

const PAGE_SHIFT: u32 = 12;

const SECTION_NUMBERS: u32 = 0;
const SECTION_HARTS: u32 = 1;
const SECTION_EVENTS: u32 = 2;
const SECTION_BLOCKS: u32 = 3;
/** From here on one section per device, in the order of the board. */
const FIRST_DEVICE: u32 = 4;

/** The first page of RAM from a number on that is not zero; the number of pages when there is none. */
export function usedPage(from: u32): u32 {
  const pages = ramSize >> PAGE_SHIFT;
  for (let page = from; page < pages; page++) {
    if (!isZero(RAM + ((<usize>page) << PAGE_SHIFT))) return page;
  }
  return pages;
}

/** Number of sections. */
export function stateSections(): u32 {
  return FIRST_DEVICE + <u32>deviceCount();
}

/** Where a section lies. */
export function statePointer(section: u32): usize {
  switch (section) {
    case SECTION_NUMBERS:
      return NUMBERS;
    case SECTION_HARTS:
      return HARTS;
    case SECTION_EVENTS:
      return EVENTS;
    case SECTION_BLOCKS:
      return DEVICE_STATE;
    default:
      return changetype<usize>(deviceAt(<i32>(section - FIRST_DEVICE)));
  }
}

/** Bytes of a section now. The events' section may have another size after a restore. */
export function stateBytes(section: u32): u32 {
  switch (section) {
    case SECTION_NUMBERS:
      return NUMBERS_BYTES;
    case SECTION_HARTS:
      return hartCount * <u32>HART_BYTES;
    case SECTION_EVENTS:
      return eventBytes();
    case SECTION_BLOCKS:
      return <u32>(stateBlocksEnd() - DEVICE_STATE);
    default:
      return deviceAt(<i32>(section - FIRST_DEVICE)).stateBytes();
  }
}

/** Bring the sections up to date, before they are copied out. */
export function stateGather(): void {
  saveRegisters();
  store<u64>(NUMBERS, time);
  store<u64>(NUMBERS, turnEnd, 8);
  store<u64>(NUMBERS, eventCount, 16);
  store<u64>(NUMBERS, hartNumber, 24);
}

/** Go on from the sections and RAM that have been copied in. The host sets `tohost` again, if there was one. */
export function stateSpread(): void {
  restoreClock(load<u64>(NUMBERS), load<u64>(NUMBERS, 16));
  restoreTurn(load<u64>(NUMBERS, 8));
  loadRegisters(<u32>load<u64>(NUMBERS, 24));
  flushDecode();
  resetWatch(ramSize);
  for (let number: u32 = 0; number < hartCount; number++) {
    const hart = hartAt(number);
    if (hart.reserved) watch(hart.reservation, WATCH_RESERVED);
  }
  rewatch();
}
