/**
 * Locks for the runtime's own structures. They are free of charge until a second thread exists; then a waiting thread gives its
 * turn away, because on one hart the owner cannot run otherwise.
 */
import { amoSwap } from './rv';
import { yieldThread } from './system';

/** Set when the program makes its second thread; never cleared. */
let severalThreads: bool = false;

/** From now on locks are needed. */
export function enableLocks(): void {
  severalThreads = true;
}

/** Take the lock in the word at `address` (0 is free). Not recursive. */
export function lock(address: usize): void {
  if (severalThreads) waitSlow(address);
}

/** A function of its own, so that the test in `lock` becomes part of its callers. */
function waitSlow(address: usize): void {
  while (amoSwap(address, 1) != 0) yieldThread();
}

/** Give the lock back. */
export function unlock(address: usize): void {
  if (severalThreads) amoSwap(address, 0);
}
