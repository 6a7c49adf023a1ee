import { amoSwap, fence } from '../rv';
import { multiprocessor } from '../hal/prcb';
import { DISPATCH_LEVEL, lowerIrql, raiseIrql, raiseToDispatch, SYNCH_LEVEL } from '../hal/irql';

/**
 * Executive spinlocks (N1.13): a word, 0 when free. Taking one raises IRQL and leaves interrupts enabled; a hart that holds one must
 * not ask for it again.
 */

export function initializeSpinLock(lock: usize): void {
  store<u32>(lock, 0);
}

/** Is the lock free at this moment? */
export function testSpinLock(lock: usize): bool {
  return load<u32>(lock) == 0;
}

/** Raise to DISPATCH and take the lock; the old level is for releaseSpinLock (KeAcquireSpinLock). */
export function acquireSpinLock(lock: usize): u32 {
  const old = raiseIrql(DISPATCH_LEVEL);
  acquireAtDispatch(lock);
  return old;
}

/** The same with SYNCH level, for data that interrupts of all devices share. */
export function acquireAtSynch(lock: usize): u32 {
  const old = raiseIrql(SYNCH_LEVEL);
  acquireAtDispatch(lock);
  return old;
}

export function releaseSpinLock(lock: usize, old: u32): void {
  releaseFromDispatch(lock);
  lowerIrql(old);
}

/** Take the lock at the level one is at, which is DISPATCH or higher. */
export function acquireAtDispatch(lock: usize): void {
  while (amoSwap(lock, 1)) continue;
  fence();
}

export function releaseFromDispatch(lock: usize): void {
  fence();
  amoSwap(lock, 0);
}

/** As acquireSpinLock for a lock of the executive's own; on one hart only IRQL changes. */
export function acquireLeaf(lock: usize): u32 {
  const old = raiseToDispatch();
  if (multiprocessor) acquireAtDispatch(lock);
  return old;
}

export function releaseLeaf(lock: usize, old: u32): void {
  if (multiprocessor) releaseFromDispatch(lock);
  lowerIrql(old);
}
