/**
 * Who holds a mutex of coroutines, for the machine's views: a record in the shape of a task, on which the tasks of those who wait depend
 * (word 6), and which itself depends on the frame of the holder. So a circle of waits can be followed through mutexes too. The frame is
 * 0 where a function that is no coroutine has locked.
 */
import { showFrame } from './awaiting';
import { frameBehind } from './continuation';
import { allocateZeroed } from './heap';
import { HANDS_ON } from './scheduler';
import { AWAITED, DESCRIPTOR, WAITER, isOver } from './task';
import { thisThread } from './threadBlock';

const HOLDER_BYTES: usize = 32;
/** The record of a mutex that nobody holds. */
export function newHolder(): usize {
  const holder = allocateZeroed(HOLDER_BYTES);
  store<usize>(holder, HANDS_ON, DESCRIPTOR);
  return holder;
}

/** The coroutine that calls holds the mutex. */
export function hold(holder: usize): void {
  const frame = thisThread().caller;
  if (frame) showFrame(frame);
  store<usize>(holder, frame, AWAITED);
}

/** The task is completed when the holder gives the mutex away. */
export function waitForHolder(task: usize, holder: usize): void {
  store<usize>(task, holder, AWAITED);
}

/** The mutex goes to the coroutine that waits for `task`, or, without one, to nobody. */
export function passOn(holder: usize, task: usize): void {
  const waiter = task ? load<usize>(task, WAITER) : 0;
  store<usize>(holder, waiter && !isOver(waiter) ? frameBehind(waiter) : 0, AWAITED);
}
