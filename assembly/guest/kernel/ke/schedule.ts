import { csrClear, csrReadClear, csrSet, hint2, mmioLoad32, mmioStore32, wfi } from '../rv';
import { DPC_DEPTH, DPC_REQUEST } from '../generated/dpc';
import { swapContext } from '../asm';
import { TRACE_thread_ready, TRACE_thread_switch } from '../generated/trace';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { NEVER, systemTime } from '../hal/clock';
import { APC_LEVEL, DISPATCH_LEVEL, PASSIVE_LEVEL, setIrql } from '../hal/irql';
import { currentPrcb, currentThread, Prcb, WANT_APC, WANT_SWITCH } from '../hal/prcb';
import { canDeliver, deliverKernelApcs } from './apc';
import {
  initializeList,
  insertHead,
  insertTail,
  isListEmpty,
  nextEntry,
  removeEntry,
} from './list';
import {
  PRIORITY_LEVELS,
  PRIORITY_REALTIME,
  retireThread,
  Thread,
  THREAD_READY,
  THREAD_RUNNING,
  THREAD_WAITING,
} from './thread';
import { armClock } from './timer';
import { openWindow } from '../mm/user';

/**
 * The dispatcher: 32 ready queues, the best thread runs, equals take turns of one quantum. Everything here runs at
 * DISPATCH. The quantum is timed only while somebody of the same priority waits for the hart.
 */

/** 10 ms in units of 100 ns. */
const QUANTUM: u64 = 100_000;

const queues = memory.data(8 * 32, 8);
let readyMask: u32 = 0;

/** Empty all ready queues. */
export function initializeScheduler(): void {
  for (let level: u32 = 0; level < PRIORITY_LEVELS; level++) initializeList(queue(level));
}

function queue(priority: u32): usize {
  return queues + ((<usize>priority) << 3);
}

function readyEntry(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('readyNext');
}

/** Let a thread compete for the hart; `operation` is the request that made it ready, or 0. */
export function readyThread(thread: Thread, operation: u32): void {
  hint2(TRACE_thread_ready, changetype<usize>(thread), operation);
  const prcb = currentPrcb();
  enqueue(thread, false);
  const running = prcb.current;
  if (running.priority > running.basePriority) chargeBoost(prcb);
  if (thread.priority > running.priority) prcb.wanted |= WANT_SWITCH;
  else if (thread.priority >= running.basePriority) startQuantum(prcb);
}

/** The running thread has kernel APCs from now on. */
export function requestApc(thread: Thread): void {
  currentPrcb().wanted |= WANT_APC;
}

/** Raise a thread's priority above its base for a while, as a reward for waiting (N3.21). Real-time priorities stay. */
export function boostThread(thread: Thread, increment: u32): void {
  if (!increment || thread.basePriority >= PRIORITY_REALTIME) return;
  const boosted = min(thread.basePriority + increment, PRIORITY_REALTIME - 1);
  if (boosted <= thread.priority) return;
  thread.priority = boosted;
  thread.boostUsed = 0;
}

/** The running thread has used up some of its boost: a quantum of running takes 1 away. */
function chargeBoost(prcb: Prcb): void {
  const thread = prcb.current;
  const now = systemTime();
  thread.boostUsed += now - prcb.boostedSince;
  prcb.boostedSince = now;
  while (thread.boostUsed >= QUANTUM && thread.priority > thread.basePriority) {
    thread.priority--;
    thread.boostUsed -= QUANTUM;
  }
}

function enqueue(thread: Thread, first: bool): void {
  const priority = thread.priority;
  thread.state = THREAD_READY;
  if (first) insertHead(queue(priority), readyEntry(thread));
  else insertTail(queue(priority), readyEntry(thread));
  readyMask |= 1 << priority;
}

function startQuantum(prcb: Prcb): void {
  if (prcb.quantumEnd != NEVER) return;
  prcb.quantumEnd = systemTime() + QUANTUM;
  armClock();
}

/** After the clock: the running thread has had its turn if somebody of its priority waits (N1.9b), and loses some of its boost. */
export function quantumEnd(prcb: Prcb): void {
  if (prcb.quantumEnd > systemTime()) return;
  prcb.quantumEnd = NEVER;
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  const best = bestReady();
  if (best >= <i32>thread.priority) prcb.wanted |= WANT_SWITCH;
  else if (best >= <i32>thread.basePriority) startQuantum(prcb);
}

/** Highest priority of a ready thread, or −1. */
function bestReady(): i32 {
  return 31 - <i32>clz(readyMask);
}

/** Take the thread that shall run next out of its queue; the idle thread when none is ready. */
function selectThread(prcb: Prcb): Thread {
  const priority = bestReady();
  if (priority < 0) return prcb.idle;
  const head = queue(priority);
  const entry = nextEntry(head);
  removeEntry(entry);
  if (isListEmpty(head)) readyMask &= ~(1 << priority);
  return changetype<Thread>(entry - offsetof<Thread>('readyNext'));
}

/** Leave the running thread, whose state says why, for the best ready one. Returns when it runs again. */
export function swapThread(): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.current;
  if (old.state == THREAD_WAITING && old.priority > old.basePriority) chargeBoost(prcb);
  const next = selectThread(prcb);
  prcb.wanted = next.kernelApcPending ? WANT_APC : 0;
  next.state = THREAD_RUNNING;
  prcb.quantumEnd = NEVER;
  if (next.priority > next.basePriority) prcb.boostedSince = systemTime();
  if (next != old) {
    hint2(TRACE_thread_switch, changetype<usize>(old), changetype<usize>(next));
    prcb.current = next;
    prcb.kernelStack = next.kernelStack;
    openWindow(next);
    if (bestReady() >= <i32>next.basePriority) startQuantum(prcb);
    swapContext(changetype<usize>(old) + offsetof<Thread>('saved'), next.saved);
    retireDead(currentPrcb());
  }
  csrSet(MSTATUS, enabled);
}

/** Put the running thread back into its queue and run the best one. */
function preemptThread(prcb: Prcb): void {
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  if (thread != prcb.idle) enqueue(thread, bestReady() > <i32>thread.priority);
  swapThread();
}

/**
 * Lower IRQL from DISPATCH to `level` when something is wanted: switch threads, then run kernel APCs. One that is queued while
 * others run at APC level runs too.
 */
export function serveWanted(level: u32): void {
  do {
    setIrql(DISPATCH_LEVEL);
    if (currentPrcb().wanted & WANT_SWITCH) preemptThread(currentPrcb());
    if (level < APC_LEVEL) serveApcs();
    setIrql(level);
  } while (canDeliver(currentThread(), level));
}

function serveApcs(): void {
  const prcb = currentPrcb();
  prcb.wanted &= ~WANT_APC;
  if (!canDeliver(prcb.current, PASSIVE_LEVEL)) return;
  setIrql(APC_LEVEL);
  deliverKernelApcs();
}

/** From hal/trap.s, on the interrupted thread's stack at DISPATCH, with interrupts off as on return. */
export function leaveInterrupt(level: u32): void {
  csrSet(MSTATUS, MSTATUS_MIE);
  serveWanted(level);
  csrClear(MSTATUS, MSTATUS_MIE);
}

/** Let another ready thread of at least the same priority run; false when there is none. At DISPATCH. */
export function yieldThread(): bool {
  const prcb = currentPrcb();
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  if (bestReady() < <i32>thread.priority) return false;
  enqueue(thread, false);
  swapThread();
  return true;
}

/** Free what the thread that has just ended could not free itself. */
export function retireDead(prcb: Prcb): void {
  const dead = prcb.dead;
  if (!changetype<usize>(dead)) return;
  prcb.dead = changetype<Thread>(0);
  retireThread(dead);
}

/** The idle thread: drain DPCs of low importance (N2.15), sleep until something happens. It is never on a queue. */
export function idleLoop(): void {
  const page = currentPrcb().dpcPage;
  for (;;) {
    csrClear(MSTATUS, MSTATUS_MIE);
    if (mmioLoad32(page + DPC_DEPTH)) mmioStore32(page + DPC_REQUEST, 1);
    wfi();
    csrSet(MSTATUS, MSTATUS_MIE);
  }
}
