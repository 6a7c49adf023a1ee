/**
 * What rewritten async functions call: their frames, and their ends.
 */
import { OperationCanceledError } from './failures';
import { allocateZeroed } from './heap';
import { TRACE_task_start } from './generated/trace';
import { hint2 } from './rv';
import { Task, cancelTask, completeTask, completeVoidTask, enlist, failTask } from './task';

const DESCRIPTOR: usize = 4;

/** The backend's `co.begin`: a zeroed frame for the coroutine with this descriptor. */
export function __co_alloc(bytes: u32, descriptor: usize): usize {
  const frame = allocateZeroed(bytes);
  store<usize>(frame, descriptor, DESCRIPTOR);
  enlist(frame);
  hint2(TRACE_task_start, frame, descriptor);
  return frame;
}

/** `return value` of the coroutine with the frame `self`. */
export function __complete<T>(value: T, self: usize): Task<T> {
  const task = changetype<Task<T>>(self);
  completeTask<T>(task, value);
  return task;
}

/** `return` of a coroutine without a result. */
export function __completeVoid(self: usize): Task<void> {
  const task = changetype<Task<void>>(self);
  completeVoidTask(task);
  return task;
}

/** The end of a coroutine by an error that nobody in it has caught; cancellation is a state of its own. */
export function __fail<T>(error: Error, self: usize): Task<T> {
  if (error instanceof OperationCanceledError) cancelTask(self, true);
  else failTask(self, error, true);
  return changetype<Task<T>>(self);
}
