/**
 * Waiting for several tasks.
 */
import { Task } from './task';

/** Completes when all `tasks` are completed; their results are then at hand without waiting. */
export async function whenAll<T>(tasks: Task<T>[]): Promise<void> {
  for (let index = 0; index < tasks.length; index++) await tasks[index];
}
