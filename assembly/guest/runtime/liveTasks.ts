/**
 * The list of live tasks, a ring through words 4 and 5 of their headers: suspended coroutines, and tasks of other kinds that are not over.
 * The collector finds them by it, and so do the machine's views (the image's symbol `__tasks`).
 */
import { lock, unlock } from './lock';

export const NEXT_LIVE: usize = 16;
const PREVIOUS_LIVE: usize = 20;

/** Head of the ring; all zeros before the first task. */
export const liveTasks = memory.data(32, 8);
const liveLock = memory.data(4, 4);

/** Put a task on the list of live ones. */
export function enlist(task: usize): void {
  lock(liveLock);
  let last = load<usize>(liveTasks, PREVIOUS_LIVE);
  if (!last) last = liveTasks;
  store<usize>(task, liveTasks, NEXT_LIVE);
  store<usize>(task, last, PREVIOUS_LIVE);
  store<usize>(last, task, NEXT_LIVE);
  store<usize>(liveTasks, task, PREVIOUS_LIVE);
  unlock(liveLock);
}

/** Take a task off the list of live ones, if it is there. */
export function unlist(task: usize): void {
  // Its neighbours change this word, but never from or to 0.
  if (!load<usize>(task, NEXT_LIVE)) return;
  lock(liveLock);
  const next = load<usize>(task, NEXT_LIVE);
  const previous = load<usize>(task, PREVIOUS_LIVE);
  store<usize>(previous, next, NEXT_LIVE);
  store<usize>(next, previous, PREVIOUS_LIVE);
  unlock(liveLock);
  // Whoever keeps a task that is over must not keep its neighbours, and theirs.
  store<u64>(task, 0, NEXT_LIVE);
}
