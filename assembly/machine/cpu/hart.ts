/**
 * A hart's state: registers, CSRs, its own cycle, its interrupt lines. The records lie at fixed places; the x registers of the
 * running hart are at REGISTERS instead, so that the interpreter addresses them by constants.
 */
import { time } from '../clock';
import { TRACE_hart_wake } from '../generated/trace';
import { DUMMY_REGISTER, HARTS, HART_BYTES, REGISTERS } from '../layout';
import { trace } from '../trace';

export const MODE_U: u32 = 0;
export const MODE_M: u32 = 3;

export const MSTATUS_MIE: u32 = 1 << 3;
export const MSTATUS_MPIE: u32 = 1 << 7;
export const MSTATUS_MPP: u32 = 3 << 11;
export const MSTATUS_MPP_SHIFT: u32 = 11;
export const MSTATUS_MPRV: u32 = 1 << 17;
export const MSTATUS_TW: u32 = 1 << 21;

/** Interrupt bits of mip and mie. */
export const MIP_MSIP: u32 = 1 << 3;
export const MIP_MTIP: u32 = 1 << 7;
export const MIP_MEIP: u32 = 1 << 11;

export const RUNNING: u32 = 0;
/** In wfi. */
export const ASLEEP: u32 = 1;
/** Woken at its `cycle`; the scheduler lets it go on from there. */
export const WAKING: u32 = 2;
/** Not started. */
export const STOPPED: u32 = 3;

/** Where the parts that are arrays lie in a hart's record. */
const SAVED_REGISTERS: usize = 0x300;
const REGISTER_BYTES: usize = 128;
export const PMP_ADDRESSES: usize = 0x200;
export const PMP_CONFIGURATIONS: usize = 0x240;

@unmanaged
export class Hart {
  pc: u32;
  mode: u32;
  state: u32;
  mstatus: u32;
  mie: u32;
  mip: u32;
  mtvec: u32;
  mcounteren: u32;
  menvcfg: u32;
  mcountinhibit: u32;
  mscratch: u32;
  mepc: u32;
  mcause: u32;
  mtval: u32;
  /** LR has reserved the word at `reservation`. */
  reserved: u32;
  reservation: u32;
  /** Cycles of the last instruction in which the next could already have been fetched (see trap.ts). */
  bubble: u32;
  /** The last exception, to see a handler that does nothing but trap again. */
  lastCause: u32;
  /** The hart's own time, while it does not run. */
  cycle: u64;
  /** Instructions retired since reset. */
  retired: u64;
  /** mcycle = cycle - mcycleBase, minstret = retired - minstretBase; while inhibited the bases are the frozen values. */
  mcycleBase: u64;
  minstretBase: u64;
  lastRetired: u64;
  /** Cycles at which the lines went up. */
  raisedSoftware: u64;
  raisedTimer: u64;
  raisedExternal: u64;
}

export let hartCount: u32 = 1;
/** The running hart and its number. */
export let hart: Hart = changetype<Hart>(HARTS);
export let hartNumber: u32 = 0;

export function hartAt(number: u32): Hart {
  return changetype<Hart>(HARTS + <usize>number * HART_BYTES);
}

/** Reset state of all harts (privileged ISA 3.4): hart 0 runs, the others wait to be started. */
export function resetHarts(harts: u32, pc: u32): void {
  hartCount = harts;
  memory.fill(HARTS, 0, <usize>harts * HART_BYTES);
  memory.fill(REGISTERS, 0, REGISTER_BYTES + 4);
  for (let number: u32 = 0; number < harts; number++) {
    const other = hartAt(number);
    other.pc = pc;
    other.mode = MODE_M;
    other.state = number == 0 ? RUNNING : STOPPED;
  }
  hart = hartAt(0);
  hartNumber = 0;
}

/** Make a hart the running one. */
export function selectHart(number: u32): void {
  if (number == hartNumber) return;
  saveRegisters();
  hart = hartAt(number);
  hartNumber = number;
  memory.copy(REGISTERS, changetype<usize>(hart) + SAVED_REGISTERS, REGISTER_BYTES);
}

/** Bring the record of the running hart up to date with its registers. */
export function saveRegisters(): void {
  memory.copy(changetype<usize>(hart) + SAVED_REGISTERS, REGISTERS, REGISTER_BYTES);
}

/** Make a hart the running one, with the registers of its record: what a snapshot has brought. */
export function loadRegisters(number: u32): void {
  hart = hartAt(number);
  hartNumber = number;
  memory.copy(REGISTERS, changetype<usize>(hart) + SAVED_REGISTERS, REGISTER_BYTES);
}

export function getRegister(number: u32, index: u32): u32 {
  return load<u32>(registerBase(number) + 4 * index);
}

export function putRegister(number: u32, index: u32, value: u32): void {
  if (index) store<u32>(registerBase(number) + 4 * index, value);
}

function registerBase(number: u32): usize {
  return number == hartNumber ? REGISTERS : HARTS + <usize>number * HART_BYTES + SAVED_REGISTERS;
}

/** Write a register of the running hart by its offset in a record: x0 is the dummy there. */
export function writeRd(offset: u32, value: u32): void {
  store<u32>(offset, value, REGISTERS);
}

/** The offset by which records name register `index` as a destination. */
export function destination(index: u32): u32 {
  return index == 0 ? DUMMY_REGISTER : 4 * index;
}

/** Instructions charged; negative when some are given back. */
export function addRetired(instructions: i32): void {
  hart.retired += <i64>instructions;
}

/** Drive an interrupt line of a hart (a bit of mip). A line that goes up wakes a hart in wfi. */
export function setInterrupt(number: u32, bit: u32, high: bool): void {
  const target = hartAt(number);
  if (high == ((target.mip & bit) != 0)) return;
  target.mip ^= bit;
  if (!high) return;
  if (bit == MIP_MSIP) target.raisedSoftware = time;
  else if (bit == MIP_MTIP) target.raisedTimer = time;
  else target.raisedExternal = time;
  if (target.state == ASLEEP && (target.mie & bit) != 0) wake(number);
}

/** Wake a hart from wfi now, but not before it was asleep. */
function wake(number: u32): void {
  const target = hartAt(number);
  target.state = WAKING;
  target.cycle = max<u64>(target.cycle, time);
  trace(TRACE_hart_wake, number);
}

/** Whether the running hart would take an interrupt that is pending. */
export function interruptible(): bool {
  return (hart.mip & hart.mie) != 0 && (hart.mode == MODE_U || (hart.mstatus & MSTATUS_MIE) != 0);
}
