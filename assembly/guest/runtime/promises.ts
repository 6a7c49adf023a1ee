/**
 * What the compiler makes of `Promise.all` and its relatives, and of `new Promise` (host/toolchain/frontend/promises.ts). The runtime's
 * own functions for waiting (combinators.ts) do the same without lists of results.
 */
import { AggregateError } from './cancellation';
import { race, whenAll } from './combinators';
import { errorOf } from './failures';
import { amoAdd } from './rv';
import { settled } from './settled';
import { Task } from './task';
import { completedTask, completedVoidTask, failedTask } from './taskRecords';
import { TaskSource } from './taskSource';

/** `Promise.all`: the results in the order of the tasks, or the first error as soon as there is one. */
export async function all<T>(tasks: Task<T>[]): Promise<T[]> {
  await allVoid(changetype<Task<void>[]>(tasks));
  const results: T[] = [];
  for (let index = 0; index < tasks.length; index++) results.push(tasks[index].result);
  return results;
}

/** `Promise.all` of tasks without results. */
export function allVoid(tasks: Task<void>[]): Task<void> {
  const end = new TaskSource<i32>();
  for (let index = 0; index < tasks.length; index++) passFailure(tasks[index], end);
  passEnd(whenAll<void>(tasks), end);
  return changetype<Task<void>>(end.task);
}

async function passFailure(task: Task<void>, end: TaskSource<i32>): Promise<void> {
  await settled<void>(task);
  if (task.isCancelled) end.tryCancel();
  else if (task.isFailed) end.tryFail(errorOf(changetype<usize>(task)));
}

async function passEnd(all: Task<void>, end: TaskSource<i32>): Promise<void> {
  await settled<void>(all);
  // By now it is known to whoever waits.
  all.error;
  if (!all.isFailed) end.tryComplete(0);
}

/** `Promise.race`. */
export function first<T>(tasks: Task<T>[]): Task<T> {
  return race<T>(tasks);
}

/** `Promise.any`: the first result; an AggregateError if all fail. */
export function any<T>(tasks: Task<T>[]): Task<T> {
  const source = new TaskSource<T>();
  const failures = new Failures(tasks.length);
  for (let index = 0; index < tasks.length; index++) {
    passResult<T>(tasks[index], index, source, failures);
  }
  if (tasks.length == 0) source.tryFail(new AggregateError([]));
  return source.task;
}

/** `Promise.any` of tasks without results. */
export function anyVoid(tasks: Task<void>[]): Task<void> {
  return changetype<Task<void>>(any<i32>(changetype<Task<i32>[]>(tasks)));
}

/** The errors of tasks by their places. The tasks may end on several threads at once. */
class Failures {
  readonly errors: Error[] = [];
  private missing: i32;

  constructor(count: i32) {
    this.missing = count;
    for (let index = 0; index < count; index++) this.errors.push(new Error());
  }

  /** Whether this was the last one. */
  note(index: i32, error: Error): bool {
    this.errors[index] = error;
    return amoAdd(changetype<usize>(this) + offsetof<Failures>('missing'), -1) == 1;
  }
}

async function passResult<T>(
  task: Task<T>,
  index: i32,
  source: TaskSource<T>,
  failures: Failures,
): Promise<void> {
  await settled<T>(task);
  if (!task.isFailed && !task.isCancelled) source.tryComplete(task.result);
  else if (failures.note(index, errorOf(changetype<usize>(task)))) {
    source.tryFail(new AggregateError(failures.errors));
  }
}

/** How a task of `Promise.allSettled` has ended. */
export class PromiseSettledResult<T> {
  status: string = 'fulfilled';
  /** The error of one that failed. */
  reason: Error | null = null;
  constructor(private readonly task: Task<T>) {}

  /** The result of one that did not fail. */
  get value(): T {
    return this.task.result;
  }
}

/** `Promise.allSettled`: waits for all, whatever their ends are. */
export async function allSettled<T>(tasks: Task<T>[]): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index];
    await settled<T>(task);
    const result = new PromiseSettledResult<T>(task);
    if (task.isFailed || task.isCancelled) {
      result.status = 'rejected';
      result.reason = errorOf(changetype<usize>(task));
    }
    results.push(result);
  }
  return results;
}

/** `Promise.resolve(value)`. */
export function resolved<T>(value: T): Task<T> {
  return completedTask<T>(value);
}

/** `Promise.resolve()`. */
export function resolvedVoid(): Task<void> {
  return completedVoidTask();
}

/** `Promise.reject<T>(error)`. */
export function rejected<T = void>(error: Error): Task<T> {
  return failedTask<T>(error);
}

/** `new Promise<T>(executor)`: what the executor throws is the error of the task. */
export function made<T>(
  executor: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Task<T> {
  const source = new TaskSource<T>();
  try {
    executor(
      (value: T): void => {
        source.tryComplete(value);
      },
      (error: Error): void => {
        source.tryFail(error);
      },
    );
  } catch (error) {
    source.tryFail(error);
  }
  return source.task;
}

/** `new Promise<void>(executor)`. */
export function madeVoid(
  executor: (resolve: () => void, reject: (error: Error) => void) => void,
): Task<void> {
  const source = new TaskSource<i32>();
  try {
    executor(
      (): void => {
        source.tryComplete(0);
      },
      (error: Error): void => {
        source.tryFail(error);
      },
    );
  } catch (error) {
    source.tryFail(error);
  }
  return changetype<Task<void>>(source.task);
}
