import { DISPATCH_LEVEL, lowerIrql, raiseIrql } from '../hal/irql';

/** The dispatcher database: threads, ready queues, waits, objects with a signal state, timers. It is locked at DISPATCH. */

/** Lock the database; the old level is for unlockDispatcher. */
export function lockDispatcher(): u32 {
  return raiseIrql(DISPATCH_LEVEL);
}

/** Unlock it; interrupts, a thread switch and APCs that became due come before this returns. */
export function unlockDispatcher(old: u32): void {
  lowerIrql(old);
}
