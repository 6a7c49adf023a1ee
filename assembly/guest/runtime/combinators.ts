/**
 * Waiting for several tasks.
 */
import { CancellationSource } from './cancellation';
import { OperationCanceledError, errorOf } from './failures';
import { settled } from './settled';
import { Task } from './task';
import { TaskSource } from './taskSource';
import { sleep } from './timer';

/**
 * Completes when all `tasks` are over; their results are then at hand without waiting. If one failed, this fails with the error of the
 * first that did, else if one was cancelled, this is cancelled (N7.12).
 */
export async function whenAll<T>(tasks: Task<T>[]): Promise<void> {
  let failed: Task<T> | null = null;
  let isCancelled = false;
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index];
    if (!task.isCompleted) await settled<T>(task);
    if (task.isCancelled) isCancelled = true;
    if (task.isFailed && !failed) failed = task;
  }
  if (failed) throw errorOf(changetype<usize>(failed));
  if (isCancelled) throw new OperationCanceledError();
}

/** The index of the first of `tasks` that is over, in whichever way. The others go on. */
export function whenAny<T>(tasks: Task<T>[]): Task<i32> {
  const first = new TaskSource<i32>();
  for (let index = 0; index < tasks.length && !first.task.isCompleted; index++) {
    watch<T>(tasks[index], index, first);
  }
  return first.task;
}

async function watch<T>(task: Task<T>, index: i32, first: TaskSource<i32>): Promise<void> {
  await settled<T>(task);
  first.tryComplete(index);
}

/** The result, or the failure, of the first of `tasks` that is over. The others go on. */
export function race<T>(tasks: Task<T>[]): Task<T> {
  // Tasks without a result have room for one.
  if (isVoid<T>()) return changetype<Task<T>>(first<i32>(changetype<Task<i32>[]>(tasks)));
  return first<T>(tasks);
}

async function first<T>(tasks: Task<T>[]): Promise<T> {
  const index = await whenAny<T>(tasks);
  return await tasks[index];
}

/** Whether the task is over within `duration` nanoseconds. It goes on in any case. */
export async function withTimeout<T>(task: Task<T>, duration: i64): Promise<bool> {
  const timer = new CancellationSource();
  const both: Task<void>[] = [changetype<Task<void>>(task), sleep(duration, timer.token)];
  const first = await whenAny<void>(both);
  timer.cancel();
  return first == 0;
}
