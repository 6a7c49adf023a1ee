/**
 * The watch map: a byte per 64 bytes of RAM that says who must be told when something is written there. Zero, the usual case, lets
 * the interpreter's stores pass.
 */
import { RAM_START, ramAt } from '../bus';
import { STOP_Exit } from '../generated/stops';
import { WATCH, WATCH_SHIFT } from '../layout';
import { requestStop } from '../stop';
import { dropPage, isDecoded } from './decode';
import { hartAt, hartCount, hartNumber } from './hart';

/** Decoded code is there. */
export const WATCH_CODE: u32 = 1;
/** Some hart has reserved a word there. */
export const WATCH_RESERVED: u32 = 2;
/** The test host's word `tohost` is there. */
export const WATCH_HOST: u32 = 4;

const PAGE_SHIFT: u32 = 12;

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
}

/** A device has written somewhere in a watched part of RAM. */
export function writeWatched(granule: u32): void {
  const address = RAM_START + (granule << WATCH_SHIFT);
  if (load<u8>(cell(address)) & WATCH_CODE) dropCode(address, 1 << WATCH_SHIFT);
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
