/**
 * Who waits for tasks: continuations in the list that begins in word 2 of the header.
 */
import { captureContext } from './continuation';
import { TRACE_await_operation } from './generated/trace';
import { enlist } from './liveTasks';
import { hint2, lr, sc, timeLow } from './rv';
import { AWAITED, DESCRIPTOR, LINK, OPERATION, SINCE, WAITER, isOver } from './task';

/**
 * Let `frame` be resumed when `task` is over. False if it is already: then the caller goes on itself. From the return on the frame
 * may be resumed by another thread, which comes back later if it is not suspended yet (scheduler.ts).
 */
export function awaitTask(task: usize, frame: usize): bool {
  const operation = load<u32>(task, DESCRIPTOR) ? 0 : load<u32>(task, OPERATION);
  if (operation) hint2(TRACE_await_operation, operation, frame);
  beginWait(frame, task);
  return addWaiter(task, captureContext(frame));
}

/** Let `frame` wait for something that is no task: the continuation to resume it with. */
export function awaitOther(frame: usize): usize {
  beginWait(frame, 0);
  return captureContext(frame);
}

function beginWait(frame: usize, task: usize): void {
  showFrame(frame);
  store<usize>(frame, task, AWAITED);
  store<u32>(frame, timeLow() | 1, SINCE);
}

/** From now on somebody else may look at a coroutine's frame: it is on the list of live tasks until it ends, and is not used again. */
export function showFrame(frame: usize): void {
  if (isShown(frame)) return;
  store<u32>(frame, timeLow() | 1, SINCE);
  enlist(frame);
}

export function isShown(frame: usize): bool {
  return load<u32>(frame, SINCE) != 0;
}

/** Put a continuation in front of those that wait for a task; false if the task is over. */
export function addWaiter(task: usize, continuation: usize): bool {
  let waiter: usize;
  do {
    waiter = load<usize>(task, WAITER);
    if (isOver(waiter)) return false;
    store<usize>(continuation, waiter, LINK);
  } while (lr(task + WAITER) != waiter || sc(task + WAITER, continuation) != 0);
  return true;
}
