/**
 * Traps: entry for exceptions and interrupts, return (privileged ISA 3.1.6, 3.1.7, 3.1.15).
 *
 * When an interrupt line goes up at cycle T and the running instruction's cost, less its bubble, ends at E, the handler's first
 * instruction starts at max(E, T) + 3 (profile ibex-small); the bubble is the part of the cost after which the next instruction
 * would have been fetched.
 */
import { budget, hartCycle, setBudget } from '../clock';
import { count } from '../counters';
import {
  COUNT_exceptions,
  COUNT_externalInterrupts,
  COUNT_interrupts,
  COUNT_softwareInterrupts,
  COUNT_timerInterrupts,
} from '../generated/counters';
import { STOP_Fault } from '../generated/stops';
import { TRACE_trap_enter, TRACE_trap_return } from '../generated/trace';
import { requestStop } from '../stop';
import { setTracePlace, traceAt, tracing } from '../trace';
import { misalignment } from './decode';
import {
  MIP_MEIP,
  MIP_MSIP,
  MIP_MTIP,
  MODE_M,
  MODE_U,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  hart,
  hartNumber,
} from './hart';
import { updateWindow } from './pmp';
import { countException } from './steps';
import { interruptCost, systemCost } from './timing';

export const CAUSE_FETCH_FAULT: u32 = 1;
export const CAUSE_ILLEGAL: u32 = 2;
export const CAUSE_BREAKPOINT: u32 = 3;
export const CAUSE_MISALIGNED_LOAD: u32 = 4;
export const CAUSE_LOAD_FAULT: u32 = 5;
export const CAUSE_MISALIGNED_STORE: u32 = 6;
export const CAUSE_STORE_FAULT: u32 = 7;
export const CAUSE_ECALL_U: u32 = 8;
export const CAUSE_ECALL_M: u32 = 11;
const CAUSE_INTERRUPT: u32 = 0x8000_0000;
const CAUSE_SOFTWARE: u32 = 3;
const CAUSE_TIMER: u32 = 7;
const CAUSE_EXTERNAL: u32 = 11;

/** Take an exception of the instruction at `pc`; the hart's pc becomes the handler. */
export function exception(cause: u32, value: u32, pc: u32): void {
  count(COUNT_exceptions);
  countException();
  setBudget(budget - systemCost);
  hart.bubble = 0;
  if (hopeless(cause, pc)) {
    hart.pc = pc;
    requestStop(STOP_Fault, cause, pc, value);
    return;
  }
  hart.lastCause = cause;
  hart.lastRetired = hart.retired;
  enter(cause, value, pc, hart.mtvec & ~3);
  setBudget(budget - misalignment(hart.pc));
}

/** No handler is set, or the handler's first instruction traps again the same way and nothing was done in between. */
function hopeless(cause: u32, pc: u32): bool {
  const handler = hart.mtvec & ~3;
  if (handler == 0) return true;
  return pc == handler && cause == hart.lastCause && hart.retired == hart.lastRetired;
}

/**
 * Take the interrupt of highest priority whose line went up before the hart's cycle.
 * @returns false if there is none
 */
export function takeInterrupt(): bool {
  const cycle = hartCycle();
  const pending = hart.mip & hart.mie;
  if (pending & MIP_MEIP && hart.raisedExternal < cycle) {
    return interrupt(CAUSE_EXTERNAL, hart.raisedExternal, COUNT_externalInterrupts);
  }
  if (pending & MIP_MSIP && hart.raisedSoftware < cycle) {
    return interrupt(CAUSE_SOFTWARE, hart.raisedSoftware, COUNT_softwareInterrupts);
  }
  if (pending & MIP_MTIP && hart.raisedTimer < cycle) {
    return interrupt(CAUSE_TIMER, hart.raisedTimer, COUNT_timerInterrupts);
  }
  return false;
}

function interrupt(number: u32, raised: u64, counter: u32): bool {
  const cycle = hartCycle();
  const ready = max<u64>(cycle - hart.bubble, raised);
  setBudget(budget - (<i32>(ready - cycle) + <i32>interruptCost));
  enterInterrupt(number, counter);
  return true;
}

/** The interrupt that ends wfi: the hart's cycle already is the handler's. */
export function wakeInterrupt(): void {
  const pending = hart.mip & hart.mie;
  if (pending & MIP_MEIP) enterInterrupt(CAUSE_EXTERNAL, COUNT_externalInterrupts);
  else if (pending & MIP_MSIP) enterInterrupt(CAUSE_SOFTWARE, COUNT_softwareInterrupts);
  else enterInterrupt(CAUSE_TIMER, COUNT_timerInterrupts);
}

function enterInterrupt(number: u32, counter: u32): void {
  count(COUNT_interrupts);
  count(counter);
  hart.bubble = 0;
  const handler = hart.mtvec & ~3;
  const cause = CAUSE_INTERRUPT | number;
  if (handler == 0) requestStop(STOP_Fault, cause, hart.pc, 0);
  else enter(cause, 0, hart.pc, (hart.mtvec & 1) == 0 ? handler : handler + 4 * number);
}

function enter(cause: u32, value: u32, pc: u32, handler: u32): void {
  const status = hart.mstatus;
  const enabled = (status & MSTATUS_MIE) == 0 ? 0 : MSTATUS_MPIE;
  const others = status & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);
  hart.mstatus = others | enabled | (hart.mode << MSTATUS_MPP_SHIFT);
  hart.mcause = cause;
  hart.mepc = pc;
  hart.mtval = value;
  hart.mode = MODE_M;
  hart.pc = handler;
  updateWindow();
  if (!tracing) return;
  setTracePlace(hartNumber, pc);
  traceAt(hartCycle(), TRACE_trap_enter, cause, value, pc);
}

/** mret: back to mepc, to the mode in MPP and the enable in MPIE. */
export function returnFromTrap(): void {
  const status = hart.mstatus;
  const mode = (status & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT;
  const enabled = (status & MSTATUS_MPIE) == 0 ? 0 : MSTATUS_MIE;
  let others = status & ~(MSTATUS_MIE | MSTATUS_MPP);
  if (mode == MODE_U) others &= ~MSTATUS_MPRV;
  hart.mstatus = others | enabled | MSTATUS_MPIE;
  hart.mode = mode;
  hart.pc = hart.mepc;
  updateWindow();
  if (tracing) traceAt(hartCycle(), TRACE_trap_return, hart.pc, mode, 0);
}
