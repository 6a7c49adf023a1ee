/**
 * How tasks come to their end, and who goes on then.
 */
import { noteFailure } from './failures';
import { TRACE_continuation_run, TRACE_task_complete } from './generated/trace';
import { unlist } from './liveTasks';
import { amoSwap, hint2 } from './rv';
import { resumeFrame, resumeLater } from './scheduler';
import {
  AWAITED,
  CANCELLED,
  DESCRIPTOR,
  FAILED,
  LINK,
  OPERATION,
  RESULT,
  SUCCEEDED,
  Task,
  WAITER,
} from './task';

/** Give a task its result; who awaits it goes on. */
export function completeTask<T>(task: Task<T>, value: T): void {
  const frame = changetype<usize>(task);
  unlist(frame);
  store<T>(frame, value, RESULT);
  finish(frame, SUCCEEDED, true);
}

/** The same, but who awaits the task does not run inside of this call. */
export function completeTaskLater<T>(task: Task<T>, value: T): void {
  const frame = changetype<usize>(task);
  unlist(frame);
  store<T>(frame, value, RESULT);
  finish(frame, SUCCEEDED, false);
}

/** The same for a task without a result. */
export function completeVoidTask(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task), SUCCEEDED, true);
}

/** The same, but who awaits the task does not run inside of this call. */
export function completeVoidTaskLater(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task), SUCCEEDED, false);
}

/** End a task with an error. Unless somebody waits for it, it is on the list of unobserved failures from here on. */
export function failTask(task: usize, error: Error, mayInline: bool): void {
  unlist(task);
  store<usize>(task, changetype<usize>(error), RESULT);
  finish(task, FAILED, mayInline);
}

/** End a task as cancelled. */
export function cancelTask(task: usize, mayInline: bool): void {
  unlist(task);
  finish(task, CANCELLED, mayInline);
}

/** The end of a coroutine that was never suspended: nobody can wait for it yet. */
export function succeedUnseen(frame: usize): void {
  hint2(TRACE_task_complete, frame, 0);
  store<usize>(frame, SUCCEEDED, WAITER);
}

/** The task is over: run the continuations that wait for it, in the order in which they came. */
export function finish(task: usize, state: usize, mayInline: bool): void {
  hint2(TRACE_task_complete, task, 0);
  const operation = load<u32>(task, DESCRIPTOR) ? 0 : load<u32>(task, OPERATION);
  store<usize>(task, 0, AWAITED);
  let waiter = amoSwap(task + WAITER, state);
  if (!waiter) {
    if (state == FAILED) noteFailure(task);
    return;
  }
  if (load<usize>(waiter, LINK)) waiter = reverse(waiter);
  while (waiter) {
    const next = load<usize>(waiter, LINK);
    store<usize>(waiter, 0, LINK);
    if (operation) hint2(TRACE_continuation_run, operation, waiter);
    if (mayInline) resumeFrame(waiter);
    else resumeLater(waiter);
    waiter = next;
  }
}

/** Waiters are linked newest first. */
function reverse(frame: usize): usize {
  let before: usize = 0;
  while (frame) {
    const next = load<usize>(frame, LINK);
    store<usize>(frame, before, LINK);
    before = frame;
    frame = next;
  }
  return before;
}
