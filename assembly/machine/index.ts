/**
 * The core's exports: what the host can do with the machine. All cycles are u64; pointers are offsets in the core's memory. See
 * docs/design.md, "The core's interface".
 */
import { buildBoard, uart } from './board';
import { RAM_START, ramSize } from './bus';
import { beginTurn, eventCount, resetClock, time } from './clock';
import { resetCounters } from './counters';
import { setTrapMisaligned } from './cpu/access';
import { resetBreakpoints } from './cpu/breakpoints';
import { readCsr } from './cpu/csr';
import { flushDecode } from './cpu/decode';
import { resetExchange } from './exchange';
import {
  RUNNING,
  STOPPED,
  getRegister,
  hartAt,
  hartCount,
  hartNumber,
  putRegister,
  resetHarts,
  selectHart,
} from './cpu/hart';
import { updateWindow } from './cpu/pmp';
import { setProfile } from './cpu/timing';
import { resetSteps } from './cpu/steps';
import { resetWatch, watchHost } from './cpu/watch';
import { resetWatchpoints } from './cpu/watchpoints';
import { consoleClear as clearConsole, consoleCount as consoleBytes } from './devices/uart';
import { COUNTERS as COUNTERS_IN_USE } from './generated/lists';
import { TIMING_PROFILES } from './generated/timing';
import { stateHash as hashOfState } from './hash';
import { CONSOLE, COUNTERS, MAX_HARTS, RAM, TRACE, WATCH, growMemory, resetLayout } from './layout';
import { resetScheduler, runUntil } from './scheduler';
import * as stop from './stop';
import { setTracing, traceClear as clearTrace, traceCount as traceRecords } from './trace';

export {
  frameInput,
  receiveFrame,
  frameOutput,
  frameOutputBytes,
  frameOutputId,
  setParameter,
  mailboxArguments,
  mailboxPost,
  mailboxReplyId,
  mailboxReplyStatus,
  mailboxReplyLow,
  mailboxReplyHigh,
  mailboxFault,
  diskReserve,
  diskInsert,
  diskDirtyPointer,
  terminalInput,
} from './exchange';
export {
  dpcFirst,
  dpcDepth,
  dpcStatus,
  dpcRunning,
  portFirstPacket,
  portFirstWaiter,
  portThreads,
} from './inspect';
export {
  usedPage,
  stateSections,
  statePointer,
  stateBytes,
  stateGather,
  stateSpread,
} from './snapshot';

export { setBreakpoint, clearBreakpoint, enablePoints } from './cpu/breakpoints';
export { setWatchpoint, clearWatchpoint } from './cpu/watchpoints';
export { setExceptions, stepsOf, stopBefore } from './cpu/steps';
export { trackWrites, markWritten } from './cpu/watch';

const OK: u32 = 0;
const ERROR_HARTS: u32 = 1;
const ERROR_RAM: u32 = 2;
const ERROR_CLOCK: u32 = 3;
const ERROR_PROFILE: u32 = 4;
const ERROR_MEMORY: u32 = 5;
const ERROR_BOARD: u32 = 6;

const LEAST_RAM: u32 = 0x1000;
const MOST_RAM: u32 = 0x8000_0000;
const LEAST_CLOCK: u64 = 1_000_000;
const MOST_CLOCK: u64 = 100_000_000_000;
/** Options: bit 0 lets misaligned accesses trap; bits 16 to 31 are the slice of several harts in cycles, 0 the default. */
const OPTION_TRAP_MISALIGNED: u32 = 1;
const OPTION_SLICE_SHIFT: u32 = 16;
const DEFAULT_SLICE: u32 = 500;

/** A machine has been built in this memory before, so that RAM is not zero. */
let built: bool = false;

/**
 * Build the machine and reset it. RAM is zero, hart 0 starts at its beginning, the other harts wait for `setProgramCounter`.
 * @param harts 1 to 8
 * @param ramBytes a multiple of 4096, up to 2 GiB
 * @param clockHz cycles per emulated second, 1 MHz to 100 GHz
 * @param profile a row of assembly/tables/timing.table.ts
 * @param options see OPTION_ above
 * @returns 0, or 1 harts, 2 RAM size, 3 clock, 4 profile, 5 no memory left, 6 overlapping devices
 */
export function create(
  harts: u32,
  ramBytes: u32,
  clockHz: u64,
  seed: u64,
  profile: u32,
  options: u32,
): u32 {
  if (harts == 0 || harts > MAX_HARTS) return ERROR_HARTS;
  if (ramBytes < LEAST_RAM || ramBytes > MOST_RAM || ramBytes % 4096 != 0) return ERROR_RAM;
  if (clockHz < LEAST_CLOCK || clockHz > MOST_CLOCK) return ERROR_CLOCK;
  if (profile >= TIMING_PROFILES) return ERROR_PROFILE;
  if (!growMemory(ramBytes)) return ERROR_MEMORY;
  resetLayout();
  resetClock();
  resetCounters();
  setProfile(profile);
  setTrapMisaligned((options & OPTION_TRAP_MISALIGNED) != 0);
  const slice = options >> OPTION_SLICE_SHIFT;
  resetScheduler(slice ? slice : DEFAULT_SLICE);
  resetHarts(harts, RAM_START);
  resetWatch(ramBytes);
  resetBreakpoints();
  resetWatchpoints();
  resetSteps();
  flushDecode();
  stop.takeStop();
  clearTrace();
  clearConsole();
  if (built) memory.fill(RAM, 0, ramBytes);
  built = true;
  if (!buildBoard(harts, ramBytes, clockHz, seed)) return ERROR_BOARD;
  resetExchange();
  updateWindow();
  return OK;
}

/** Where guest RAM, which begins at 0x8000_0000, lies in the core's memory. */
export function ramPointer(): usize {
  return RAM;
}

export function ramBytes(): u32 {
  return ramSize;
}

/** To be called when the host has written RAM after the first `run`: code there is decoded anew. */
export function ramChanged(): void {
  flushDecode();
}

/** Set a hart's pc, and start it if it waits to be started. */
export function setProgramCounter(hart: u32, pc: u32): void {
  hartAt(hart).pc = pc & ~1;
  hartAt(hart).state = RUNNING;
}

/** Stop a hart: it runs nothing and takes no interrupt until `startHart`. To be called between runs. */
export function stopHart(hart: u32): void {
  hartAt(hart).state = STOPPED;
}

/** Let a stopped hart go on at `pc`, from `cycle` or the present on, whichever is later; nothing if it is not stopped. */
export function startHart(hart: u32, pc: u32, cycle: u64): void {
  const stopped = hartAt(hart);
  if (stopped.state != STOPPED) return;
  stopped.cycle = max<u64>(stopped.cycle, max<u64>(time, cycle));
  setProgramCounter(hart, pc);
}

export function programCounter(hart: u32): u32 {
  return hartAt(hart).pc;
}

export function register(hart: u32, index: u32): u32 {
  return getRegister(hart, index);
}

export function setRegister(hart: u32, index: u32, value: u32): void {
  putRegister(hart, index, value);
}

/** Value of a CSR, 0 if there is no such CSR. */
export function csr(hart: u32, number: u32): u32 {
  const running = hartNumber;
  selectHart(hart);
  beginTurn(hartAt(hart).cycle, hartAt(hart).cycle);
  const value = readCsr(number);
  selectHart(running);
  return value;
}

/** Privilege mode of a hart: 0 U, 3 M. */
export function mode(hart: u32): u32 {
  return hartAt(hart).mode;
}

/** What a hart does: 0 runs, 1 sleeps in wfi, 2 wakes, 3 waits to be started. */
export function hartState(hart: u32): u32 {
  return hartAt(hart).state;
}

/** The hart that ran last: whose breakpoint, watchpoint or step ended the run. */
export function currentHart(): u32 {
  return hartNumber;
}

/** Where the map lies that says for each 64 bytes of RAM who watches them; bit 3 is set where the page is clean. */
export function watchPointer(): usize {
  return WATCH;
}

/** Number of harts. */
export function harts(): u32 {
  return hartCount;
}

/** Run until a reason to stop; see assembly/tables/stops.table.ts. */
export function run(untilCycle: u64): u32 {
  return runUntil(untilCycle);
}

export function stopCode(): u32 {
  return stop.stopCode;
}

export function stopAddress(): u32 {
  return stop.stopAddress;
}

export function stopValue(): u32 {
  return stop.stopValue;
}

/** The cycle now: of the last event or ordered access, or the limit that was reached. */
export function now(): u64 {
  return time;
}

/** Instructions a hart has retired. */
export function retired(hart: u32): u64 {
  return hartAt(hart).retired;
}

/** The cycle up to which a hart has run. */
export function hartTime(hart: u32): u64 {
  return hartAt(hart).cycle;
}

/** Events handled. */
export function events(): u64 {
  return eventCount;
}

export function stateHash(): u64 {
  return hashOfState();
}

/** Turn tracing on or off: probes of the guest are decoded anew. */
export function setTrace(on: u32): void {
  setTracing(on != 0);
  flushDecode();
}

export function tracePointer(): usize {
  return TRACE;
}

/** Records in the ring, of 32 bytes each. */
export function traceCount(): u32 {
  return traceRecords;
}

export function traceClear(): void {
  clearTrace();
}

export function consolePointer(): usize {
  return CONSOLE;
}

export function consoleCount(): u32 {
  return consoleBytes;
}

export function consoleClear(): void {
  clearConsole();
}

/** A byte for the UART; 0 if it has no room and the byte must be offered again. */
export function consoleInput(byte: u32): u32 {
  return u32(uart.receive(byte & 0xff));
}

export function counterPointer(): usize {
  return COUNTERS;
}

export function counterCount(): u32 {
  return COUNTERS_IN_USE;
}

/** Address of the word `tohost` of a test program: writing it ends the run. 0 for none. */
export function setToHost(address: u32): void {
  watchHost(address);
}
