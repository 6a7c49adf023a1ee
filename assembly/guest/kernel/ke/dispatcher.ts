import { DISPATCH_LEVEL, lowerIrql, raiseToDispatch } from '../hal/irql';
import { currentPrcb, multiprocessor } from '../hal/prcb';
import { assertRule, CHECKED } from './checked';
import { enterQueue, leaveQueue } from './queuedlock';

/**
 * The lock of the dispatcher database: threads, ready queues, waits, objects with a signal state, timers. A hart that has it may take
 * it again. It is inside the I/O lock (io/lock.ts), and outside those of handles and pool; on one hart IRQL is all there is.
 */

const lock = memory.data(4, 4);

/** Raise to DISPATCH and lock the database; the old level is for unlockDispatcher. */
export function lockDispatcher(): u32 {
  const old = raiseToDispatch();
  acquireDispatcher();
  return old;
}

/** Unlock it; interrupts, a thread switch and APCs that became due come before this returns. */
export function unlockDispatcher(old: u32): void {
  releaseDispatcher();
  lowerIrql(old);
}

/** Lock the database at DISPATCH. A thread switch hands the lock from the thread that leaves to the one that comes. */
export function acquireDispatcher(): void {
  if (!multiprocessor && !CHECKED) return;
  const prcb = currentPrcb();
  assertRule(prcb.irql >= DISPATCH_LEVEL, 'dispatcher locked below DISPATCH');
  if (prcb.dispatcherDepth++ == 0) enterQueue(lock, prcb.dispatcherEntry);
}

export function releaseDispatcher(): void {
  if (!multiprocessor && !CHECKED) return;
  const prcb = currentPrcb();
  assertRule(prcb.dispatcherDepth > 0, 'dispatcher unlocked by another hart');
  if (--prcb.dispatcherDepth == 0) leaveQueue(lock, prcb.dispatcherEntry);
}
