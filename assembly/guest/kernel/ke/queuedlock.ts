import { amoSwap, fence, lr, mmioLoad32, mmioStore32, sc } from '../rv';
import { lowerIrql, raiseToDispatch } from '../hal/irql';

/**
 * Queued spinlocks: harts get the lock in the order in which they asked, and each spins on a word of its own. The lock is the address
 * of the last entry of the queue, 0 when it is free; an entry belongs to one hart from acquire to release.
 */

@unmanaged
export class LockQueue {
  next: usize;
  waiting: u32;
}

/** Handle of an in-stack queued lock: the entry, and what release needs (S11). */
@unmanaged
export class LockHandle extends LockQueue {
  lock: usize;
  oldIrql: u32;
}

/** Raise to DISPATCH and take the lock (KeAcquireInStackQueuedSpinLock). */
export function acquireInStackQueuedLock(lock: usize, handle: LockHandle): void {
  handle.oldIrql = raiseToDispatch();
  handle.lock = lock;
  enterQueue(lock, handle);
}

export function releaseInStackQueuedLock(handle: LockHandle): void {
  leaveQueue(handle.lock, handle);
  lowerIrql(handle.oldIrql);
}

/** Take the lock. At DISPATCH or above. */
export function enterQueue(lock: usize, entry: LockQueue): void {
  const address = changetype<usize>(entry);
  const waiting = address + offsetof<LockQueue>('waiting');
  entry.next = 0;
  entry.waiting = 1;
  const before = amoSwap(lock, address);
  if (before) {
    mmioStore32(before, address);
    while (mmioLoad32(waiting)) continue;
  }
  fence();
}

/** Give the lock to the next in the queue. */
export function leaveQueue(lock: usize, entry: LockQueue): void {
  const address = changetype<usize>(entry);
  fence();
  if (!mmioLoad32(address)) {
    if (exchangeIfEqual(lock, address, 0)) return;
    while (!mmioLoad32(address)) continue; // somebody has come, and is about to say so
  }
  mmioStore32(mmioLoad32(address) + offsetof<LockQueue>('waiting'), 0);
}

function exchangeIfEqual(place: usize, expected: usize, value: usize): bool {
  do {
    if (lr(place) != expected) return false;
  } while (sc(place, value));
  return true;
}
