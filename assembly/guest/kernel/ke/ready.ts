import { hint2, mmioStore32 } from '../rv';
import { TRACE_thread_ready } from '../generated/trace';
import { CLINT } from '../hal/board';
import { currentPrcb, multiprocessor, Prcb, prcbOf } from '../hal/prcb';
import { chargeBoost, startQuanta, startQuantum } from './priority';
import {
  initializeList,
  insertHead,
  insertTail,
  isListEmpty,
  nextEntry,
  removeEntry,
} from './list';
import { PRIORITY_LEVELS, Thread, THREAD_READY, THREAD_RUNNING, THREAD_SUSPENDED } from './thread';

/**
 * Threads that could run: 32 ready queues, and the choice of a hart. A thread that becomes ready is given to an idle hart, or to
 * the hart that runs the worst thread if that is worse than it; otherwise it waits in a queue. Everything here runs with the dispatcher locked.
 */

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
export function place(thread: Thread, first: bool): void {
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
export function interruptHart(hart: u32): void {
  mmioStore32(CLINT + ((<usize>hart) << 2), 1);
}

export function enqueue(thread: Thread, first: bool): void {
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

/** Take a ready thread from where it waits: from the hart that is about to run it, or out of its queue. */
export function withdraw(thread: Thread): void {
  if (!unassign(thread)) dequeue(thread);
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

/** The hart of a running thread looks whether it is still the one to run. */
export function reconsider(thread: Thread): void {
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
  withdraw(thread);
  thread.state = THREAD_SUSPENDED;
  return true;
}

/** Highest priority of a queued thread, or −1. */
export function bestReady(): i32 {
  return 31 - <i32>clz(readyMask);
}

/** The thread that this hart shall run next, taken out of its queue; the idle thread when there is none. */
export function selectThread(prcb: Prcb): Thread {
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
export function findReady(prcb: Prcb, priority: u32): Thread {
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
