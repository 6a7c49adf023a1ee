/**
 * Physical memory protection: 16 entries, OFF, TOR, NA4 and NAPOT, with lock (privileged ISA 3.7). The interpreter does not ask
 * here for every access: it knows a window of RAM in which loads and stores of the running hart are allowed, and asks only outside
 * of it.
 */
import { RAM_START, ramSize } from '../bus';
import { MAX_HARTS, RAM } from '../layout';
import {
  Hart,
  MODE_M,
  MODE_U,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  PMP_ADDRESSES,
  PMP_CONFIGURATIONS,
  hart,
  hartNumber,
} from './hart';
import { watchesReads } from './watchpoints';

export const PMP_ENTRIES: u32 = 16;
export const PMP_READ: u32 = 1;
export const PMP_WRITE: u32 = 2;
export const PMP_EXECUTE: u32 = 4;
const MODE_SHIFT: u32 = 3;
const OFF: u32 = 0;
const TOR: u32 = 1;
const NA4: u32 = 2;
const LOCK: u32 = 0x80;
const ALL_LOCKS: u64 = 0x8080_8080_8080_8080;
const CONFIGURATION_MASK: u32 = 0x9f;

/** The window: its first address, its size in words, and where it lies in the core's memory. */
export let windowBase: u32 = 0;
export let windowWords: u32 = 0;
export let windowHost: usize = 0;
/** Names the rights of the running hart to fetch; decoded code belongs to one view. */
export let fetchView: u32 = 0;
/** Views: M mode without locks, U mode of each hart, M mode with locks of each hart. */
export const LAST_VIEW: u32 = 2 * MAX_HARTS;

let regionStart: u64 = 0;
let regionEnd: u64 = 0;

export function configuration(owner: Hart, entry: u32): u32 {
  return load<u8>(changetype<usize>(owner) + PMP_CONFIGURATIONS + entry);
}

export function addressRegister(owner: Hart, entry: u32): u32 {
  return load<u32>(changetype<usize>(owner) + PMP_ADDRESSES + 4 * entry);
}

/** Write four configurations; locked ones keep theirs. R = 0 with W = 1 is reserved and loses W. */
export function writeConfigurations(first: u32, value: u32): void {
  for (let i: u32 = 0; i < 4; i++) {
    if (configuration(hart, first + i) & LOCK) continue;
    let byte = (value >> (8 * i)) & CONFIGURATION_MASK;
    if ((byte & (PMP_READ | PMP_WRITE)) == PMP_WRITE) byte &= ~PMP_WRITE;
    store<u8>(changetype<usize>(hart) + PMP_CONFIGURATIONS + first + i, <u8>byte);
  }
  updateWindow();
}

/** Write an address; it is locked by its entry, or by the next one if that is a locked TOR. */
export function writeAddress(entry: u32, value: u32): void {
  if (configuration(hart, entry) & LOCK) return;
  const above = entry + 1 < PMP_ENTRIES ? configuration(hart, entry + 1) : 0;
  if ((above & LOCK) != 0 && ((above >> MODE_SHIFT) & 3) == TOR) return;
  store<u32>(changetype<usize>(hart) + PMP_ADDRESSES + 4 * entry, value);
  updateWindow();
}

/** The mode whose rights loads and stores have: MPP's while mstatus.MPRV is set. */
export function dataMode(): u32 {
  const status = hart.mstatus;
  return (status & MSTATUS_MPRV) == 0 ? hart.mode : (status & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;
}

/** Whether the running hart may access [address, address + bytes) in a mode; `right` is a PMP_ bit. */
export function permitted(mode: u32, address: u32, bytes: u32, right: u32): bool {
  const start = <u64>address;
  const end = start + bytes;
  for (let entry: u32 = 0; entry < PMP_ENTRIES; entry++) {
    if (!region(entry) || end <= regionStart || start >= regionEnd) continue;
    if (start < regionStart || end > regionEnd) return false;
    const byte = configuration(hart, entry);
    return (mode == MODE_M && (byte & LOCK) == 0) || (byte & right) != 0;
  }
  return mode == MODE_M;
}

/** Put the range of an entry into regionStart and regionEnd; false if it is off or empty. */
function region(entry: u32): bool {
  const mode = (configuration(hart, entry) >> MODE_SHIFT) & 3;
  const address = <u64>addressRegister(hart, entry);
  if (mode == OFF) return false;
  if (mode == TOR) {
    regionStart = entry == 0 ? 0 : (<u64>addressRegister(hart, entry - 1)) << 2;
    regionEnd = address << 2;
  } else if (mode == NA4) {
    regionStart = address << 2;
    regionEnd = regionStart + 4;
  } else {
    const size: u64 = (address ^ (address + 1)) + 1;
    regionStart = (address & ~(size - 1)) << 2;
    regionEnd = regionStart + (size << 2);
  }
  return regionStart < regionEnd;
}

/** Whether any of the 16 configuration bytes has its lock bit set. */
function anyLocked(): bool {
  const at = changetype<usize>(hart) + PMP_CONFIGURATIONS;
  return ((load<u64>(at) | load<u64>(at, 8)) & ALL_LOCKS) != 0;
}

/** Find the window and the view anew: after a change of hart, mode, mstatus.MPRV or PMP. */
export function updateWindow(): void {
  const locked = anyLocked();
  fetchView = hart.mode == MODE_U ? 1 + hartNumber : locked ? 1 + MAX_HARTS + hartNumber : 0;
  if (dataMode() == MODE_M && !locked) setWindow(RAM_START, <u64>RAM_START + ramSize);
  else findWindow();
}

/** The part of RAM in the first entry that allows reading and writing, if no entry before it touches RAM. */
function findWindow(): void {
  const ramEnd = <u64>RAM_START + ramSize;
  const mode = dataMode();
  setWindow(RAM_START, RAM_START);
  for (let entry: u32 = 0; entry < PMP_ENTRIES; entry++) {
    if (!region(entry) || regionEnd <= RAM_START || regionStart >= ramEnd) continue;
    const byte = configuration(hart, entry);
    const allowed = PMP_READ | PMP_WRITE;
    const free = mode == MODE_M && (byte & LOCK) == 0;
    if (!free && (byte & allowed) != allowed) return;
    setWindow(<u32>max<u64>(regionStart, RAM_START), min<u64>(regionEnd, ramEnd));
    return;
  }
}

function setWindow(start: u32, end: u64): void {
  windowBase = start;
  windowWords = watchesReads ? 0 : <u32>((end - start) >> 2);
  windowHost = RAM + (start - RAM_START);
}
