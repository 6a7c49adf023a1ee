/**
 * Waiting for several tasks.
 */
import { Task, TaskSource } from './task';

/** Completes when all `tasks` are completed; their results are then at hand without waiting. */
export async function whenAll<T>(tasks: Task<T>[]): Promise<void> {
  for (let index = 0; index < tasks.length; index++) await tasks[index];
}

/** The index of the first of `tasks` that is completed. The others go on. */
export function whenAny<T>(tasks: Task<T>[]): Task<i32> {
  const first = new TaskSource<i32>();
  for (let index = 0; index < tasks.length && !first.task.isCompleted; index++) {
    watch<T>(tasks[index], index, first);
  }
  return first.task;
}

async function watch<T>(task: Task<T>, index: i32, first: TaskSource<i32>): Promise<void> {
  await task;
  first.tryComplete(index);
}
