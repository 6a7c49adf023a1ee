/**
 * What rewritten async functions call: their frames, and their ends.
 */
import { isShown } from './awaiting';
import { cancelTask, completeTask, completeVoidTask, failTask, succeedUnseen } from './completion';
import { OperationCanceledError } from './failures';
import { newFrame } from './frames';
import { TRACE_task_start } from './generated/trace';
import { hint2 } from './rv';
import { DESCRIPTOR, RESULT, Task } from './task';

/** The backend's `co.begin`: a zeroed frame for the coroutine with this descriptor. */
export function __co_alloc(bytes: u32, descriptor: usize): usize {
  const frame = newFrame(bytes);
  store<usize>(frame, descriptor, DESCRIPTOR);
  hint2(TRACE_task_start, frame, descriptor);
  return frame;
}

/** `return value` of the coroutine with the frame `self`. */
export function __complete<T>(value: T, self: usize): Task<T> {
  const task = changetype<Task<T>>(self);
  if (isShown(self)) {
    completeTask<T>(task, value);
  } else {
    store<T>(self, value, RESULT);
    succeedUnseen(self);
  }
  return task;
}

/** `return` of a coroutine without a result. */
export function __completeVoid(self: usize): Task<void> {
  const task = changetype<Task<void>>(self);
  if (isShown(self)) completeVoidTask(task);
  else succeedUnseen(self);
  return task;
}

/** The end of a coroutine by an error that nobody in it has caught; cancellation is a state of its own. */
export function __fail<T>(error: Error, self: usize): Task<T> {
  if (error instanceof OperationCanceledError) cancelTask(self, true);
  else failTask(self, error, true);
  return changetype<Task<T>>(self);
}
