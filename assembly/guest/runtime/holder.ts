/**
 * Who holds a mutex of coroutines, for the machine's views: a record in the shape of a task, on which the tasks of those who wait depend
 * (word 6), and which itself depends on the holder. So a circle of waits can be followed through mutexes too.
 *
 *     6  frame of the coroutine that holds the mutex      4  block of the thread, 5  the fiber, whose plain function has locked it
 *
 * All are 0 where a plain function on a thread of the pool, or of an event loop, has locked: any other continuation may be the one that unlocks.
 */
import { showFrame } from './awaiting';
import { frameBehind } from './continuation';
import { allocateZeroed } from './heap';
import { isCoroutine } from './places';
import { HANDS_ON } from './scheduler';
import { AWAITED, DESCRIPTOR, WAITER, isOver } from './task';
import { THREAD_PLAIN, thisThread } from './threadBlock';
import { WAITING_FIBER, WAITING_FRAME, WAITING_THREAD } from './waitQueue';

const HOLDER_BYTES: usize = 32;
const THREAD: usize = 16;
const FIBER: usize = 20;

/** The record of a mutex that nobody holds. */
export function newHolder(): usize {
  const holder = allocateZeroed(HOLDER_BYTES);
  store<usize>(holder, HANDS_ON, DESCRIPTOR);
  return holder;
}

function setHolder(holder: usize, frame: usize, thread: usize, fiber: usize): void {
  store<usize>(holder, frame, AWAITED);
  store<usize>(holder, thread, THREAD);
  store<usize>(holder, fiber, FIBER);
}

/** Who calls holds the mutex. */
export function hold(holder: usize): void {
  const frame = thisThread().caller;
  if (frame) showFrame(frame);
  setHolder(holder, frame, plainThread(), plainFiber());
}

/** The calling thread, if a function runs on it that is no coroutine, and that only this thread goes on with. */
function plainThread(): usize {
  const thread = thisThread();
  const isPlain = !thread.caller && !thread.fiber && thread.kind == THREAD_PLAIN;
  return isPlain ? changetype<usize>(thread) : 0;
}

/** The fiber that calls, if it is no coroutine that runs on it. */
function plainFiber(): usize {
  return thisThread().caller ? 0 : thisThread().fiber;
}

/** The task, one of the mutex's queue, is completed when the holder gives the mutex away; who calls is going to wait for it. */
export function waitForHolder(task: usize, holder: usize): void {
  store<usize>(task, thisThread().caller, WAITING_FRAME);
  store<usize>(task, plainThread(), WAITING_THREAD);
  store<usize>(task, plainFiber(), WAITING_FIBER);
  store<usize>(task, holder, AWAITED);
}

/** The mutex goes to who waits for `task`, or, without one, to nobody. */
export function passOn(holder: usize, task: usize): void {
  if (!task) return setHolder(holder, 0, 0, 0);
  const waiter = load<usize>(task, WAITER);
  const frame = waiter && !isOver(waiter) ? frameBehind(waiter) : 0;
  // A plain function may have given the task to a coroutine.
  if (frame && isCoroutine(frame)) return setHolder(holder, frame, 0, 0);
  const caller = load<usize>(task, WAITING_FRAME);
  setHolder(holder, caller, load<usize>(task, WAITING_THREAD), load<usize>(task, WAITING_FIBER));
}
