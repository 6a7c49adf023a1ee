/**
 * Tasks that wait for their turn, oldest first. The links stand behind the header of the task, in the same block of memory, so that a
 * waiter costs one allocation and can leave from the middle.
 */
import { allocateZeroed } from './heap';
import { enlist } from './liveTasks';
import { Task } from './task';

const NEXT: usize = 32;
const PREVIOUS: usize = 36;
const QUEUE: usize = 40;
/** Coroutine, thread or fiber that waits for a mutex (holder.ts). */
export const WAITING_FRAME: usize = 44;
export const WAITING_THREAD: usize = 48;
export const WAITING_FIBER: usize = 52;
const WAITER_BYTES: usize = 56;

/** A list of waiting tasks. Its user holds a lock. */
export class WaitQueue {
  private first: usize = 0;
  private last: usize = 0;
  /** Number of waiting tasks. */
  length: i32 = 0;

  /** A new task at the end. */
  push<T>(): Task<T> {
    const task = allocateZeroed(WAITER_BYTES);
    enlist(task);
    store<usize>(task, changetype<usize>(this), QUEUE);
    store<usize>(task, this.last, PREVIOUS);
    if (this.last) store<usize>(this.last, task, NEXT);
    else this.first = task;
    this.last = task;
    this.length++;
    return changetype<Task<T>>(task);
  }

  /** The oldest task, taken out; 0 if there is none. */
  pop(): usize {
    const task = this.first;
    if (task) this.remove(task);
    return task;
  }

  /** Take a task out; false if it is not there any more. */
  remove(task: usize): bool {
    if (load<usize>(task, QUEUE) != changetype<usize>(this)) return false;
    const next = load<usize>(task, NEXT);
    const previous = load<usize>(task, PREVIOUS);
    if (previous) store<usize>(previous, next, NEXT);
    else this.first = next;
    if (next) store<usize>(next, previous, PREVIOUS);
    else this.last = previous;
    store<usize>(task, 0, QUEUE);
    // Whoever keeps the task must not keep its neighbours.
    store<usize>(task, 0, NEXT);
    store<usize>(task, 0, PREVIOUS);
    this.length--;
    return true;
  }
}
