/**
 * The watch map: a byte per 64 bytes of RAM that says who must be told when something is written there. Zero, the usual case, lets
 * the interpreter's stores pass.
 */
import { RAM_START, ramAt, ramSize } from '../bus';
import { STOP_Exit } from '../generated/stops';
import { WATCH, WATCH_SHIFT } from '../layout';
import { requestStop } from '../stop';
import { dropPage, isDecoded } from './decode';
import { hartAt, hartCount, hartNumber } from './hart';
import { writtenPoint } from './watchpoints';

/** Decoded code is there. */
export const WATCH_CODE: u32 = 1;
/** Some hart has reserved a word there. */
export const WATCH_RESERVED: u32 = 2;
/** The test host's word `tohost` is there. */
export const WATCH_HOST: u32 = 4;
/** The page has not been written since `trackWrites`. */
export const WATCH_CLEAN: u32 = 8;
/** A watchpoint is there. */
export const WATCH_POINT: u32 = 16;

const PAGE_SHIFT: u32 = 12;
/** Cells of a page in the watch map, and WATCH_CLEAN in eight of them. */
const PAGE_CELLS: usize = 1 << (PAGE_SHIFT - WATCH_SHIFT);
const EIGHT_CLEAN: u64 = 0x0808_0808_0808_0808;

let hostWord: u32 = 0;

export function resetWatch(ramBytes: u32): void {
  hostWord = 0;
  memory.fill(WATCH, 0, ramBytes >> WATCH_SHIFT);
}

function cell(address: u32): usize {
  return WATCH + ((address - RAM_START) >> WATCH_SHIFT);
}

/** Watch the 64 bytes around a RAM address. */
export function watch(address: u32, who: u32): void {
  const at = cell(address);
  store<u8>(at, load<u8>(at) | (<u8>who));
}

/** Watch the 64 bytes around a RAM address no longer. */
export function unwatch(address: u32, who: u32): void {
  const at = cell(address);
  store<u8>(at, load<u8>(at) & ~(<u8>who));
}

/** Let all pages of RAM be clean: the first write to each from now on makes it dirty. */
export function trackWrites(): void {
  const end = WATCH + ((<usize>ramSize) >> WATCH_SHIFT);
  for (let at = WATCH; at < end; at += 8) store<u64>(at, load<u64>(at) | EIGHT_CLEAN);
}

/** [address, address + bytes) of RAM is written: its pages are dirty. */
export function markWritten(address: u32, bytes: u32): void {
  const last = (address + bytes - 1 - RAM_START) >> PAGE_SHIFT;
  for (let page = (address - RAM_START) >> PAGE_SHIFT; page <= last; page++) {
    const start = WATCH + <usize>page * PAGE_CELLS;
    for (let at = start; at < start + PAGE_CELLS; at += 8) {
      store<u64>(at, load<u64>(at) & ~EIGHT_CLEAN);
    }
  }
}

/** End the run when the guest writes this word, as test programs for Spike do; 0 watches none. */
export function watchHost(address: u32): void {
  hostWord = address;
  if (address) watch(address, WATCH_HOST);
}

/** A hart has written [address, address + bytes) and that part of RAM is watched, perhaps. */
export function storeWatched(address: u32, bytes: u32): void {
  const who = load<u8>(cell(address)) | load<u8>(cell(address + bytes - 1));
  if ((who & WATCH_CODE) != 0 && isDecoded(address, bytes)) dropCode(address, bytes);
  if (who & WATCH_RESERVED) breakReservations(address, bytes, hartNumber);
  if (who & WATCH_HOST && hostWord - address < bytes) hostWritten();
  if (who & WATCH_CLEAN) markWritten(address, bytes);
  if (who & WATCH_POINT) writtenPoint(address, bytes);
}

/** A device has written somewhere in a watched part of RAM. */
export function writeWatched(granule: u32): void {
  const address = RAM_START + (granule << WATCH_SHIFT);
  const who = load<u8>(cell(address));
  if (who & WATCH_CODE) dropCode(address, 1 << WATCH_SHIFT);
  if (who & WATCH_CLEAN) markWritten(address, 1);
  breakReservations(address, 1 << WATCH_SHIFT, u32.MAX_VALUE);
}

function dropCode(address: u32, bytes: u32): void {
  dropPage(address >> PAGE_SHIFT);
  if ((address ^ (address + bytes - 1)) >> PAGE_SHIFT)
    dropPage((address + bytes - 1) >> PAGE_SHIFT);
}

/** Reservations in a range, other than those of hart `own`, are lost. */
function breakReservations(address: u32, bytes: u32, own: u32): void {
  for (let number: u32 = 0; number < hartCount; number++) {
    const other = hartAt(number);
    if (number == own || !other.reserved) continue;
    if (other.reservation < address + bytes && address < other.reservation + 4) other.reserved = 0;
  }
}

/** Spike's convention: 1 is success, an odd value twice the exit code and one. */
function hostWritten(): void {
  const value = load<u32>(ramAt(hostWord));
  if (value & 1) requestStop(STOP_Exit, value >> 1);
}
