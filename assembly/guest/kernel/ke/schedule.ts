import { csrClear, csrReadClear, csrSet, hint2, mmioLoad32, mmioStore32, wfi } from '../rv';
import { DPC_DEPTH, DPC_REQUEST } from '../generated/dpc';
import { swapContext } from '../asm';
import { TRACE_thread_switch } from '../generated/trace';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { NEVER, systemTime } from '../hal/clock';
import { APC_LEVEL, DISPATCH_LEVEL, isSomethingDue, PASSIVE_LEVEL, setIrql } from '../hal/irql';
import { currentPrcb, multiprocessor, Prcb, prcbOf } from '../hal/prcb';
import { canDeliver, deliverKernelApcs } from './apc';
import { assertRule, CHECKED } from './checked';
import { acquireDispatcher, releaseDispatcher } from './dispatcher';
import { chargeBoost, startQuantum } from './priority';
import { bestReady, enqueue, findReady, interruptHart, place, selectThread } from './ready';
import {
  isStackSound,
  retireThread,
  Thread,
  THREAD_RUNNING,
  THREAD_SUSPENDED,
  THREAD_WAITING,
} from './thread';
import { openWindow } from '../mm/user';

/**
 * The dispatcher: a hart leaves one thread for another, when it waits, when a better one is ready, or when its turn is over. Everything here runs with
 * the dispatcher locked, except the way down from DISPATCH.
 */

/** The running thread has kernel APCs from now on. */
export function requestApc(thread: Thread): void {
  const prcb = prcbOf(thread.hart);
  prcb.apcWanted = true;
  if (prcb != currentPrcb()) interruptHart(thread.hart);
}

/** Leave the running thread, whose state says why, for the one to run next. Returns when it runs again, maybe on another hart. */
export function swapThread(): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.current;
  assertRule(prcb.ioDepth == 0, 'thread switch with the I/O lock');
  assertRule(!CHECKED || prcb.dispatcherDepth == 1, 'thread switch without the dispatcher lock');
  assertRule(!CHECKED || isStackSound(old), 'kernel stack overflow');
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
