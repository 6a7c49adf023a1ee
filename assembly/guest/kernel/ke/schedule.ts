import { csrClear, csrReadClear, csrSet, hint2, mmioLoad32, mmioStore32, wfi } from '../rv';
import { DPC_DEPTH, DPC_REQUEST } from '../generated/dpc';
import { swapContext } from '../asm';
import { TRACE_thread_ready, TRACE_thread_switch } from '../generated/trace';
import { CLINT } from '../hal/board';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { NEVER, systemTime } from '../hal/clock';
import { APC_LEVEL, DISPATCH_LEVEL, isSomethingDue, PASSIVE_LEVEL, setIrql } from '../hal/irql';
import { currentPrcb, multiprocessor, Prcb, prcbOf } from '../hal/prcb';
import { canDeliver, deliverKernelApcs } from './apc';
import { assertRule, CHECKED } from './checked';
import { acquireDispatcher, releaseDispatcher } from './dispatcher';
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
  THREAD_SUSPENDED,
} from './thread';
import { armClock } from './timer';
import { openWindow } from '../mm/user';

/**
 * The dispatcher: 32 ready queues, the best threads run, equals take turns of one quantum. A thread that becomes ready is given to an
 * idle hart, or to the hart that runs the worst thread if that is worse than it; otherwise it waits in a queue. Everything here
 * runs with the dispatcher locked, except the way down from DISPATCH. The quantum is timed only while somebody waits for the hart.
 */

/** 10 ms in units of 100 ns. */
const QUANTUM: u64 = 100_000;

const queues = memory.data(8 * 32, 8);
let readyMask: u32 = 0;
/** Harts that take part, and those of them that have nothing to do. */
let activeHarts: u32 = 0;
let idleHarts: u32 = 0;

/** Empty all ready queues. */
export function initializeScheduler(): void {
  for (let level: u32 = 0; level < PRIORITY_LEVELS; level++) initializeList(queue(level));
}

/** A hart takes part from now on; it runs its idle thread. */
export function activateHart(hart: u32): void {
  activeHarts |= 1 << hart;
  idleHarts |= 1 << hart;
}

/** The harts that take part, as bits. */
export function harts(): u32 {
  return activeHarts;
}

function queue(priority: u32): usize {
  return queues + ((<usize>priority) << 3);
}

function readyEntry(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('readyNext');
}

/** Let a thread compete for a hart; `operation` is the request that made it ready, or 0. */
export function readyThread(thread: Thread, operation: u32): void {
  hint2(TRACE_thread_ready, changetype<usize>(thread), operation);
  place(thread, false);
}

/** Give a thread to a hart that has nothing better to do, or queue it, before or behind its equals. */
function place(thread: Thread, first: bool): void {
  if (thread.suspendCount) {
    thread.state = THREAD_SUSPENDED;
    return;
  }
  const prcb = multiprocessor ? chooseHart(thread) : currentPrcb();
  const running = prcb.current;
  if (running.priority > running.basePriority) chargeBoost(prcb);
  if (thread.priority > rank(prcb)) {
    thread.state = THREAD_READY;
    assign(prcb, thread);
    return;
  }
  enqueue(thread, first);
  if (multiprocessor) startQuanta(thread);
  else if (thread.priority >= running.basePriority) startQuantum(prcb);
}

/** Priority of what a hart runs, or is about to run; the idle thread has 0. */
function rank(prcb: Prcb): u32 {
  const next = prcb.next;
  return changetype<usize>(next) ? next.priority : prcb.current.priority;
}

/** An idle hart, if one is allowed; or the one that runs the worst thread. */
function chooseHart(thread: Thread): Prcb {
  const allowed = thread.affinity & activeHarts;
  const idle = allowed & idleHarts;
  if (idle) return prcbOf(preferredHart(thread, idle));
  const preferred = preferredHart(thread, allowed);
  let best = prcbOf(preferred);
  for (let mask = allowed & ~(1 << preferred); mask; mask &= mask - 1) {
    const other = prcbOf(ctz(mask));
    if (rank(other) < rank(best)) best = other;
  }
  return best;
}

/** Of several harts: the thread's ideal one, the one it ran on last, the one that asks, the first. */
function preferredHart(thread: Thread, mask: u32): u32 {
  if (mask & (1 << thread.idealHart)) return thread.idealHart;
  if (mask & (1 << thread.hart)) return thread.hart;
  const own = currentPrcb().hart;
  return mask & (1 << own) ? own : ctz(mask);
}

/** The hart runs this thread as soon as it can. A thread that was to run there looks for another hart. */
function assign(prcb: Prcb, thread: Thread): void {
  const former = prcb.next;
  prcb.next = thread;
  idleHarts &= ~(1 << prcb.hart);
  prcb.switchWanted = true;
  if (prcb != currentPrcb()) interruptHart(prcb.hart);
  if (changetype<usize>(former)) place(former, true);
}

/** Let another hart look at what it is to do: an interrupt at IPI level, whose handler has nothing else to do. */
function interruptHart(hart: u32): void {
  mmioStore32(CLINT + ((<usize>hart) << 2), 1);
}

function enqueue(thread: Thread, first: bool): void {
  if (thread.suspendCount) {
    thread.state = THREAD_SUSPENDED;
    return;
  }
  const priority = thread.priority;
  thread.state = THREAD_READY;
  if (first) insertHead(queue(priority), readyEntry(thread));
  else insertTail(queue(priority), readyEntry(thread));
  readyMask |= 1 << priority;
}

function dequeue(thread: Thread): void {
  const priority = thread.priority;
  removeEntry(readyEntry(thread));
  if (isListEmpty(queue(priority))) readyMask &= ~(1 << priority);
}

/** The running thread has kernel APCs from now on. */
export function requestApc(thread: Thread): void {
  const prcb = prcbOf(thread.hart);
  prcb.apcWanted = true;
  if (prcb != currentPrcb()) interruptHart(thread.hart);
}

/** Raise a thread's priority above its base for a while, as a reward for waiting (N3.21). Real-time priorities stay. */
export function boostThread(thread: Thread, increment: u32): void {
  if (!increment || thread.boostDisabled || thread.basePriority >= PRIORITY_REALTIME) return;
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

/** A new base priority, without boost. */
export function setBasePriority(thread: Thread, priority: u32): void {
  const queued = thread.state == THREAD_READY && !isAssigned(thread);
  if (queued) dequeue(thread);
  thread.basePriority = priority;
  thread.priority = priority;
  if (queued) place(thread, false);
  else if (thread.state == THREAD_RUNNING) reconsider(thread);
}

/** Harts on which the thread may run, as bits; at least one of them takes part. */
export function setAffinity(thread: Thread, affinity: u32): void {
  const queued = thread.state == THREAD_READY && !isAssigned(thread);
  if (queued) dequeue(thread);
  thread.affinity = affinity;
  if (queued) place(thread, false);
  else if (thread.state == THREAD_RUNNING) reconsider(thread);
}

/** Is a ready thread the one that a hart is about to run? */
function isAssigned(thread: Thread): bool {
  return prcbOf(thread.hart).next == thread;
}

/** The hart of a running thread looks whether it is still the one to run. */
function reconsider(thread: Thread): void {
  const prcb = prcbOf(thread.hart);
  prcb.switchWanted = true;
  if (prcb != currentPrcb()) interruptHart(thread.hart);
}

/**
 * Keep a thread from running, as long as it has a suspension. False while another hart still runs it; then that hart has been told.
 */
export function holdThread(thread: Thread): bool {
  if (thread.state == THREAD_RUNNING) {
    reconsider(thread);
    return false;
  }
  if (thread.state != THREAD_READY) return true;
  if (!unassign(thread)) dequeue(thread);
  thread.state = THREAD_SUSPENDED;
  return true;
}

/** Take a thread from the hart that is about to run it, if there is one. */
function unassign(thread: Thread): bool {
  for (let mask = activeHarts; mask; mask &= mask - 1) {
    const prcb = prcbOf(ctz(mask));
    if (prcb.next != thread) continue;
    prcb.next = changetype<Thread>(0);
    return true;
  }
  return false;
}

function startQuantum(prcb: Prcb): void {
  if (prcb.quantumEnd != NEVER) return;
  prcb.quantumEnd = systemTime() + QUANTUM;
  armClock(prcb);
}

/** The harts that could run a queued thread after a turn of those that they run now. */
function startQuanta(thread: Thread): void {
  for (let mask = thread.affinity & activeHarts; mask; mask &= mask - 1) {
    const prcb = prcbOf(ctz(mask));
    if (thread.priority >= prcb.current.basePriority) startQuantum(prcb);
  }
}

/** After the clock: the running thread has had its turn if somebody of its priority waits (N1.9b), and loses some of its boost. */
export function quantumEnd(prcb: Prcb): void {
  if (prcb.quantumEnd > systemTime()) return;
  prcb.quantumEnd = NEVER;
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  const best = bestReady();
  if (best >= <i32>thread.priority) prcb.switchWanted = true;
  else if (best >= <i32>thread.basePriority) startQuantum(prcb);
}

/** Highest priority of a queued thread, or −1. */
function bestReady(): i32 {
  return 31 - <i32>clz(readyMask);
}

/** The thread that this hart shall run next, taken out of its queue; the idle thread when there is none. */
function selectThread(prcb: Prcb): Thread {
  const next = prcb.next;
  if (changetype<usize>(next)) {
    prcb.next = changetype<Thread>(0);
    return next;
  }
  const found = findReady(prcb, 0);
  if (!changetype<usize>(found)) {
    idleHarts |= 1 << prcb.hart;
    return prcb.idle;
  }
  dequeue(found);
  return found;
}

/** The best queued thread of at least this priority that may run on the hart, or null. */
function findReady(prcb: Prcb, priority: u32): Thread {
  let mask = readyMask & ~((1 << priority) - 1);
  while (mask) {
    const level = 31 - clz(mask);
    const head = queue(level);
    for (let entry = nextEntry(head); entry != head; entry = nextEntry(entry)) {
      const thread = changetype<Thread>(entry - offsetof<Thread>('readyNext'));
      if (thread.affinity & (1 << prcb.hart)) return thread;
    }
    mask &= ~(1 << level);
  }
  return changetype<Thread>(0);
}

/** Leave the running thread, whose state says why, for the one to run next. Returns when it runs again, maybe on another hart. */
export function swapThread(): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.current;
  assertRule(prcb.ioDepth == 0, 'thread switch with the I/O lock');
  assertRule(!CHECKED || prcb.dispatcherDepth == 1, 'thread switch without the dispatcher lock');
  if (old.state == THREAD_WAITING && old.priority > old.basePriority) chargeBoost(prcb);
  const next = selectThread(prcb);
  prcb.switchWanted = false;
  prcb.apcWanted = next.kernelApcPending;
  prcb.quantumEnd = NEVER;
  next.state = THREAD_RUNNING;
  next.hart = prcb.hart;
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

/** The running thread gives way if there is a reason (still), and waits for its next turn. */
function preemptThread(prcb: Prcb): void {
  const thread = prcb.current;
  if (thread.suspendCount) {
    thread.state = THREAD_SUSPENDED;
  } else if (thread != prcb.idle) {
    if (thread.priority > thread.basePriority) chargeBoost(prcb);
    const first = changetype<usize>(prcb.next) ? prcb.next : findReady(prcb, thread.priority);
    if (!changetype<usize>(first) && thread.affinity & (1 << prcb.hart)) {
      prcb.switchWanted = false;
      return;
    }
    if (multiprocessor) place(thread, isBetter(first, thread));
    else enqueue(thread, isBetter(first, thread));
  }
  swapThread();
}

function isBetter(first: Thread, thread: Thread): bool {
  return changetype<usize>(first) != 0 && first.priority > thread.priority;
}

/**
 * Lower IRQL from DISPATCH to `level` when something is due: switch threads, then run kernel APCs, until nothing is due any more.
 * Interrupts are on meanwhile, and off from the last look: were they on behind the fall, one that comes there each time would need a
 * frame more on this stack each time.
 */
export function serveDue(level: u32): void {
  for (;;) {
    csrSet(MSTATUS, MSTATUS_MIE);
    if (currentPrcb().switchWanted) {
      acquireDispatcher();
      preemptThread(currentPrcb());
      releaseDispatcher();
    }
    if (level < APC_LEVEL) serveApcs();
    csrClear(MSTATUS, MSTATUS_MIE);
    if (!isSomethingDue(currentPrcb(), level)) break;
    setIrql(DISPATCH_LEVEL);
  }
  setIrql(level);
}

function serveApcs(): void {
  const prcb = currentPrcb();
  prcb.apcWanted = false;
  if (!canDeliver(prcb.current, PASSIVE_LEVEL)) return;
  setIrql(APC_LEVEL);
  deliverKernelApcs();
}

/** Let another ready thread of at least the same priority run; false when there is none. */
export function yieldThread(): bool {
  const prcb = currentPrcb();
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  if (!changetype<usize>(prcb.next) && !changetype<usize>(findReady(prcb, thread.priority))) {
    return false;
  }
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
