/**
 * Watchpoints of a debugger: parts of RAM whose writing or reading ends the run, behind the instruction that did it. Stores find them by
 * the watch map, which they look at anyway. Loads do not look at it: while something is watched for reading, all accesses leave the
 * interpreter's fast path. They are not state: cycles and results are the same with and without them.
 */
import { RAM_START, ramHolds } from '../bus';
import { STOP_Watch } from '../generated/stops';
import { WATCH_SHIFT } from '../layout';
import { requestStop } from '../stop';
import { enabled } from './breakpoints';
import { updateWindow } from './pmp';
import { WATCH_POINT, unwatch, watch } from './watch';

const CAPACITY: u32 = 16;
const BY_WRITE: u32 = 1;
const BY_READ: u32 = 2;
/** A device wrote, in an event, or in the access of a hart. */
const BY_EVENT: u32 = 3;
const BY_ACCESS: u32 = 4;

const addresses = new StaticArray<u32>(CAPACITY);
const lengths = new StaticArray<u32>(CAPACITY);
/** BY_ bits; 0 for a place that is free. */
const accesses = new StaticArray<u32>(CAPACITY);

/** An event is being handled. */
let handling: bool = false;

export function setHandling(on: bool): void {
  handling = on;
}

/** Some watchpoint looks for loads. */
export let watchesReads: bool = false;

/** Forget all of them. */
export function resetWatchpoints(): void {
  for (let i: u32 = 0; i < CAPACITY; i++) unchecked((accesses[i] = 0));
  watchesReads = false;
}

/**
 * Watch [address, address + bytes) of RAM.
 * @param index 0 to 15; what it stood for before is forgotten
 * @param access 1 for writes, 2 for reads, 3 for both
 * @returns 0 if the range is not in RAM or a number is out of its limits
 */
export function setWatchpoint(index: u32, address: u32, bytes: u32, access: u32): u32 {
  if (index >= CAPACITY || bytes == 0 || access == 0 || access > 3) return 0;
  if (!ramHolds(address, bytes)) return 0;
  clearWatchpoint(index);
  unchecked((addresses[index] = address));
  unchecked((lengths[index] = bytes));
  unchecked((accesses[index] = access));
  rewatch();
  return 1;
}

/** Take a watchpoint away; 0 if there was none. */
export function clearWatchpoint(index: u32): u32 {
  if (index >= CAPACITY || unchecked(accesses[index]) == 0) return 0;
  mark(index, false);
  unchecked((accesses[index] = 0));
  rewatch();
  return 1;
}

/** The watch map has been emptied, or a watchpoint is new. */
export function rewatch(): void {
  watchesReads = false;
  for (let i: u32 = 0; i < CAPACITY; i++) {
    const access = unchecked(accesses[i]);
    if (access & BY_READ && enabled) watchesReads = true;
    if (access & BY_WRITE) mark(i, true);
  }
  updateWindow();
}

function mark(index: u32, on: bool): void {
  const first = unchecked(addresses[index]);
  const last = first + unchecked(lengths[index]) - 1;
  const end = (last - RAM_START) >> WATCH_SHIFT;
  for (let granule = (first - RAM_START) >> WATCH_SHIFT; granule <= end; granule++) {
    const address = RAM_START + (granule << WATCH_SHIFT);
    if (on) watch(address, WATCH_POINT);
    else unwatch(address, WATCH_POINT);
  }
}

/** A hart has read [address, address + bytes) of RAM. */
export function readPoint(address: u32, bytes: u32): void {
  find(address, bytes, BY_READ, BY_READ);
}

/** A hart has written [address, address + bytes) of RAM. */
export function writtenPoint(address: u32, bytes: u32): void {
  find(address, bytes, BY_WRITE, BY_WRITE);
}

/** A device has written [address, address + bytes) of RAM. */
export function devicePoint(address: u32, bytes: u32): void {
  find(address, bytes, BY_WRITE, handling ? BY_EVENT : BY_ACCESS);
}

function find(address: u32, bytes: u32, access: u32, by: u32): void {
  if (!enabled) return;
  for (let i: u32 = 0; i < CAPACITY; i++) {
    if ((unchecked(accesses[i]) & access) == 0) continue;
    const start = unchecked(addresses[i]);
    if (address >= start + unchecked(lengths[i]) || start >= address + bytes) continue;
    requestStop(STOP_Watch, i, address, by);
    return;
  }
}
