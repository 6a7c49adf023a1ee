/**
 * Breakpoints of a debugger. An address that has one is decoded to a record that stops the run in front of the instruction, so code
 * without breakpoints pays nothing. They are not state: cycles and results are the same with and without them.
 */
import { ramHolds } from '../bus';
import { dropPage, flushDecode } from './decode';
import { rewatch } from './watchpoints';

const CAPACITY: i32 = 64;
const PAGE_SHIFT: u32 = 12;

const addresses = new StaticArray<u32>(CAPACITY);
let used: i32 = 0;
/** Breakpoints and watchpoints end runs; not so while a run is only repeated. */
export let enabled: bool = true;

/** Whether code at an address is to stop the run. */
export function isBreakpoint(address: u32): bool {
  return enabled && isSet(address);
}

function isSet(address: u32): bool {
  for (let i = 0; i < used; i++) {
    if (unchecked(addresses[i]) == address) return true;
  }
  return false;
}

/** Forget all of them. */
export function resetBreakpoints(): void {
  used = 0;
  enabled = true;
}

/** Let breakpoints and watchpoints end runs, or not. */
export function enablePoints(on: u32): void {
  enabled = on != 0;
  flushDecode();
  rewatch();
}

/** Set a breakpoint in RAM; 0 if the address is not there or 64 are set. Setting one twice sets it once. */
export function setBreakpoint(address: u32): u32 {
  if (!ramHolds(address, 2)) return 0;
  if (isSet(address)) return 1;
  if (used == CAPACITY) return 0;
  unchecked((addresses[used++] = address));
  dropPage(address >> PAGE_SHIFT);
  return 1;
}

/** Take a breakpoint away; 0 if there was none. */
export function clearBreakpoint(address: u32): u32 {
  for (let i = 0; i < used; i++) {
    if (unchecked(addresses[i]) != address) continue;
    unchecked((addresses[i] = addresses[--used]));
    dropPage(address >> PAGE_SHIFT);
    return 1;
  }
  return 0;
}
