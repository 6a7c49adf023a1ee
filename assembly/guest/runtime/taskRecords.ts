/**
 * Tasks that are no coroutines: live ones, and those that are over from the beginning. Of the latter there is one for all where the end is
 * nothing, a truth value or cancellation, so that an operation that is over at once costs no memory.
 */
import { allocateZeroed } from './heap';
import { enlist } from './liveTasks';
import { FAILED_SEEN, RESULT, SUCCEEDED, Task, WAITER } from './task';

/** Records with the state in word 2 and the result in word 4. */
const readyFalse = memory.data<u32>([0, 0, 1, 0, 0, 0, 0, 0], 8);
const readyTrue = memory.data<u32>([0, 0, 1, 0, 1, 0, 0, 0], 8);
const readyCancelled = memory.data<u32>([0, 0, 3, 0, 0, 0, 0, 0], 8);

/** A record like a frame: its words are written without notice. */
function newRecord<T>(): Task<T> {
  return changetype<Task<T>>(allocateZeroed(offsetof<Task<T>>()));
}

/** A live task that is not a coroutine. */
export function newTask<T>(): Task<T> {
  const task = newRecord<T>();
  enlist(changetype<usize>(task));
  return task;
}

/** A task that has its result from the beginning. */
export function completedTask<T>(value: T): Task<T> {
  if (isBoolean<T>()) return changetype<Task<T>>(value ? readyTrue : readyFalse);
  const task = newRecord<T>();
  store<T>(changetype<usize>(task), value, RESULT);
  store<usize>(changetype<usize>(task), SUCCEEDED, WAITER);
  return task;
}

/** The task without a result that is completed from the beginning. */
export function completedVoidTask(): Task<void> {
  return changetype<Task<void>>(readyFalse);
}

/** A task that has failed from the beginning; nobody is told unless somebody looks. */
export function failedTask<T>(error: Error): Task<T> {
  const task = newRecord<T>();
  store<usize>(changetype<usize>(task), changetype<usize>(error), RESULT);
  store<usize>(changetype<usize>(task), FAILED_SEEN, WAITER);
  return task;
}

/** A task that is over as cancelled from the beginning. */
export function cancelledTask<T>(): Task<T> {
  return changetype<Task<T>>(readyCancelled);
}
