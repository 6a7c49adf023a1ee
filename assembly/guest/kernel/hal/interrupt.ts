import { csrClear, csrSet, hint2, mmioLoad32, mmioStore32 } from '../rv';
import { TRACE_isr_enter, TRACE_isr_exit } from '../generated/trace';
import { DPC_MIN_RATE, DPC_PLIC_SOURCE } from '../generated/dpc';
import { PORT_PLIC_SOURCE } from '../generated/port';
import {
  CLINT,
  PLIC,
  PLIC_CLAIM,
  PLIC_CONTEXT,
  PLIC_CONTEXT_SIZE,
  PLIC_ENABLE,
  PLIC_ENABLE_CONTEXT,
  PLIC_SOURCES,
} from './board';
import {
  INTERRUPT_EXTERNAL,
  INTERRUPT_SOFTWARE,
  INTERRUPT_TIMER,
  MSTATUS,
  MSTATUS_MIE,
} from './csr';
import { clockInterrupt } from './clock';
import {
  CLOCK_LEVEL,
  DISPATCH_LEVEL,
  isSomethingDue,
  lowerIrql,
  raiseIrql,
  setIrql,
  writeIrql,
} from './irql';
import { currentPrcb, multiprocessor, Prcb, prcbOf } from './prcb';
import { acquireAtDispatch, releaseFromDispatch } from '../ke/spinlock';
import { bugCheck } from '../ps/fault';
import { releaseThreads } from '../io/port';
import { dispatchInterrupt } from '../ke/dpc';

/**
 * Interrupt objects and the way from a trap to a service routine (N1.10 to N1.12). A source may be shared: its routines are
 * asked in the order of connection until one says that its device interrupted. DPC queue and port release interrupt at
 * DISPATCH and go to the dispatcher instead.
 */

/** A service routine and its source. Static or in the pool; never freed while connected. */
@unmanaged
export class Interrupt {
  next: Interrupt;
  source: u32;
  level: u32;
  /** Function index of (context: usize) => bool: true when its device had interrupted. */
  routine: u32;
  context: usize;
  /** Spinlock: held while its routine runs, and by synchronizeExecution. */
  lock: u32;
}

/** Bytes of an interrupt object. */
export const INTERRUPT_BYTES: usize = offsetof<Interrupt>();

const chains = memory.data(4 * 64, 4);
const levels = memory.data(64, 4);

/** Let a source interrupt hart 0 at a level and call the routine. False when source or level are impossible (S13). */
export function connectInterrupt(interrupt: Interrupt): bool {
  const source = interrupt.source;
  const level = interrupt.level;
  if (source == 0 || source >= PLIC_SOURCES) return false;
  if (level <= DISPATCH_LEVEL || level >= CLOCK_LEVEL) return false;
  const head = chains + ((<usize>source) << 2);
  let last = load<usize>(head);
  if (last && load<u8>(levels + source) != level) return false;
  interrupt.next = changetype<Interrupt>(0);
  if (!last) {
    store<usize>(head, changetype<usize>(interrupt));
  } else {
    while (changetype<usize>(changetype<Interrupt>(last).next)) {
      last = changetype<usize>(changetype<Interrupt>(last).next);
    }
    changetype<Interrupt>(last).next = interrupt;
  }
  setSourceLevel(source, level);
  enableSource(source);
  return true;
}

/** Give a source its priority. */
function setSourceLevel(source: u32, level: u32): void {
  store<u8>(levels + source, <u8>level);
  mmioStore32(PLIC + ((<usize>source) << 2), level);
}

/** Let a source through to this hart. */
function enableSource(source: u32): void {
  const context = (<usize>currentPrcb().hart) << 1;
  const word = PLIC + PLIC_ENABLE + context * PLIC_ENABLE_CONTEXT + ((source >> 5) << 2);
  mmioStore32(word, mmioLoad32(word) | (1 << (source & 31)));
}

/**
 * Hold a connected source back, or let it through again. By its priority: an interrupt of a source that is not enabled could
 * not be completed any more.
 */
export function maskSource(source: u32, masked: bool): void {
  const level: u32 = masked ? 0 : load<u8>(levels + source);
  mmioStore32(PLIC + ((<usize>source) << 2), level);
}

/** Address of the threshold register of a hart's M context. */
export function thresholdAddress(hart: u32): usize {
  return PLIC + PLIC_CONTEXT + ((<usize>hart) << 1) * PLIC_CONTEXT_SIZE;
}

function acquireInterrupt(interrupt: Interrupt): void {
  if (multiprocessor) acquireAtDispatch(changetype<usize>(interrupt) + offsetof<Interrupt>('lock'));
}

function releaseInterrupt(interrupt: Interrupt): void {
  if (multiprocessor) {
    releaseFromDispatch(changetype<usize>(interrupt) + offsetof<Interrupt>('lock'));
  }
}

/** Run a routine at the level of an interrupt, so that its service routine cannot run (KeSynchronizeExecution). */
export function synchronizeExecution(interrupt: Interrupt, routine: u32, context: usize): u32 {
  const old = raiseIrql(interrupt.level);
  acquireInterrupt(interrupt);
  const result = call_indirect<u32>(routine, context);
  releaseInterrupt(interrupt);
  lowerIrql(old);
  return result;
}

/**
 * Every interrupt, from hal/trap.s, on the hart's interrupt stack with interrupts off. The answer is 0, or 1 + the level to
 * return to when the interrupted thread shall give way or has APCs to run.
 */
export function interruptDispatch(cause: u32): u32 {
  const prcb = currentPrcb();
  const old = prcb.irql;
  const kind = cause & 0xff;
  if (kind != INTERRUPT_EXTERNAL) serveLocal(prcb, kind, old);
  if (kind == INTERRUPT_EXTERNAL || old < DISPATCH_LEVEL) serveSources(prcb, old);
  if (old >= DISPATCH_LEVEL || !isSomethingDue(prcb, old)) return 0;
  writeIrql(prcb, DISPATCH_LEVEL);
  return old + 1;
}

/** The hart's own interrupts do not pass the PLIC. */
function serveLocal(prcb: Prcb, kind: u32, old: u32): void {
  if (kind == INTERRUPT_SOFTWARE) {
    mmioStore32(CLINT + ((<usize>prcb.hart) << 2), 0);
  } else if (kind == INTERRUPT_TIMER) {
    setIrql(CLOCK_LEVEL);
    clockInterrupt();
    setIrql(old);
  } else {
    bugCheck('unexpected interrupt', kind);
  }
}

/**
 * Serve the pending source, and, where the interrupted code ran below DISPATCH, all others that are pending by now: what a
 * return would let in at once comes without the way out and in again. The DPCs of a service routine usually come so (N1.10).
 */
function serveSources(prcb: Prcb, old: u32): void {
  const claim = prcb.threshold + PLIC_CLAIM;
  do {
    const source = mmioLoad32(claim);
    if (source == 0) return;
    const level: u32 = load<u8>(levels + source);
    writeIrql(prcb, level);
    if (source == DPC_PLIC_SOURCE + prcb.hart) dispatchInterrupt(prcb);
    else if (source == PORT_PLIC_SOURCE + prcb.hart) releaseThreads(prcb);
    else serviceInterrupt(source, level);
    mmioStore32(claim, source);
    writeIrql(prcb, old);
  } while (old < DISPATCH_LEVEL);
}

function serviceInterrupt(source: u32, level: u32): void {
  csrSet(MSTATUS, MSTATUS_MIE);
  hint2(TRACE_isr_enter, source, level);
  const handled = serviceChain(source);
  hint2(TRACE_isr_exit, source, handled ? 1 : 0);
  csrClear(MSTATUS, MSTATUS_MIE);
}

function serviceChain(source: u32): bool {
  let next = load<usize>(chains + ((<usize>source) << 2));
  while (next) {
    const interrupt = changetype<Interrupt>(next);
    acquireInterrupt(interrupt);
    const served = call_indirect<bool>(interrupt.routine, interrupt.context);
    releaseInterrupt(interrupt);
    if (served) return true;
    next = changetype<usize>(interrupt.next);
  }
  return false;
}

/**
 * Route this hart's DPC queue and released threads to it. There are no clock ticks by which the queue could know its rate; without the
 * rule of the lowest rate a DPC of low importance waits for others, the clock or an idle hart (N2.5).
 */
export function enableDispatch(hart: u32): void {
  mmioStore32(prcbOf(hart).dpcPage + DPC_MIN_RATE, 0);
  setSourceLevel(DPC_PLIC_SOURCE + hart, DISPATCH_LEVEL);
  setSourceLevel(PORT_PLIC_SOURCE + hart, DISPATCH_LEVEL);
  enableSource(DPC_PLIC_SOURCE + hart);
  enableSource(PORT_PLIC_SOURCE + hart);
}
