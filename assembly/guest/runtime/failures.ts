/**
 * Failed tasks: how an error comes out of `await`, and which errors nobody has seen.
 */
import { write } from './console';
import { lock, unlock } from './lock';
import { CANCELLED, FAILED, FAILED_SEEN, LINK, RESULT, WAITER } from './task';

/** Failed tasks that nobody waited for when they failed, newest first; some may have been looked at since. */
let failures: usize = 0;
const failureLock = memory.data(4, 4);

/** The error with which `await` of a cancelled task ends. */
export class OperationCanceledError extends Error {
  constructor(message: string = 'The operation was cancelled') {
    super(message);
    this.name = 'OperationCanceledError';
  }
}

/** Keep a failed task until somebody asks for its error, or the run ends. */
export function noteFailure(task: usize): void {
  lock(failureLock);
  while (failures && load<usize>(failures, WAITER) != FAILED)
    failures = load<usize>(failures, LINK);
  store<usize>(task, failures, LINK);
  failures = task;
  unlock(failureLock);
}

/** The error of a task that did not succeed. */
export function errorOf(task: usize): Error {
  if (load<usize>(task, WAITER) == CANCELLED) return new OperationCanceledError();
  store<usize>(task, FAILED_SEEN, WAITER);
  return changetype<Error>(load<usize>(task, RESULT));
}

/** Throw the error of a task that did not succeed. */
export function throwFailure(task: usize): void {
  throw errorOf(task);
}

/** Report the failures that nobody has seen; returns their number. */
export function reportFailures(): u32 {
  let count: u32 = 0;
  for (let task = failures; task; task = load<usize>(task, LINK)) {
    if (load<usize>(task, WAITER) != FAILED) continue;
    const error = changetype<Error>(load<usize>(task, RESULT));
    write('unobserved failure: ' + error.stack + '\n');
    count++;
  }
  return count;
}
