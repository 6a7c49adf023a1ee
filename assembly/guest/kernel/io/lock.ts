import { DISPATCH_LEVEL, lowerIrql, raiseToDispatch } from '../hal/irql';
import { currentPrcb, multiprocessor } from '../hal/prcb';
import { assertRule, CHECKED } from '../ke/checked';
import { enterQueue, leaveQueue } from '../ke/queuedlock';

/**
 * The lock of the I/O system: files, IRPs, drivers and the network. Control, read, write, cleanup, close and cancel routines are
 * called with it; the DPC of a driver takes it. A hart that has it may take it again. Nobody waits with it, and it is outside all
 * other locks. On one hart IRQL is all there is.
 */

const lock = memory.data(4, 4);

/** Raise to DISPATCH and take the lock; the old level is for unlockIo. */
export function lockIo(): u32 {
  const old = raiseToDispatch();
  acquireIo();
  return old;
}

export function unlockIo(old: u32): void {
  releaseIo();
  lowerIrql(old);
}

/** Take the lock at DISPATCH. */
export function acquireIo(): void {
  if (!multiprocessor && !CHECKED) return;
  const prcb = currentPrcb();
  assertRule(prcb.irql >= DISPATCH_LEVEL, 'I/O locked below DISPATCH');
  assertRule(prcb.ioDepth > 0 || prcb.dispatcherDepth == 0, 'I/O lock inside the dispatcher lock');
  if (prcb.ioDepth++ == 0) enterQueue(lock, prcb.ioEntry);
}

export function releaseIo(): void {
  if (!multiprocessor && !CHECKED) return;
  const prcb = currentPrcb();
  assertRule(prcb.ioDepth > 0, 'I/O unlocked by another hart');
  if (--prcb.ioDepth == 0) leaveQueue(lock, prcb.ioEntry);
}
