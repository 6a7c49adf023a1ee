/**
 * Tasks: results that come later. A task is the frame of a coroutine, or a record of the same shape for an I/O request, a timer or a
 * `TaskSource`. Header (words):
 *
 *     0  address to resume at; 0 while the coroutine runs
 *     1  descriptor of the coroutine; 0 for other tasks
 *     2  waiting coroutine: 0 none, COMPLETED when the task has its result, else a frame
 *     3  number of the operation that completes it, 0 if that is not I/O
 *     4  result, low word   │ until completion: next in the list of live tasks
 *     5  result, high word  │ until completion: previous in that list
 *     6  the task that this one awaits, or the request that completes it
 *     7  next frame in a queue
 *
 * The list of live tasks is how the collector finds suspended coroutines, and how the machine's views show them.
 */
import { resumeFrame, resumeLater } from './scheduler';
import { lock, unlock } from './lock';
import {
  TRACE_await_operation,
  TRACE_continuation_run,
  TRACE_task_complete,
} from './generated/trace';
import { hint2, lr, sc, amoSwap } from './rv';

/** Bytes of a task without live values. */
export const TASK_BYTES: usize = 32;
const WAITER: usize = 8;
const OPERATION: usize = 12;
const RESULT: usize = 16;
const NEXT_LIVE: usize = 16;
const PREVIOUS_LIVE: usize = 20;
const AWAITED: usize = 24;
/** Offset of the link in queues of frames. */
export const LINK: usize = 28;

const COMPLETED: usize = 1;

/** Head of the list of live tasks, a ring: the image's symbol `__tasks`. */
export const liveTasks = memory.data(32, 8);
const liveLock = memory.data(4, 4);

/** The result of an asynchronous operation; programs may also call it `Promise`. */
export class Task<T> {
  private resumeAddress: usize;
  private descriptor: usize;
  private waiter: usize;
  private operationNumber: u32;
  private low: u32;
  private high: u32;
  private awaited: usize;
  private link: usize;

  /** Whether the result is there: then `await` goes on at once. */
  get isCompleted(): bool {
    return this.waiter == COMPLETED;
  }

  /** Number of the I/O operation in the trace that completes the task; 0 if there is none. */
  get operation(): u32 {
    return this.operationNumber;
  }

  /** The result. Undefined before the task is completed. */
  get result(): T {
    if (!isVoid<T>()) return load<T>(changetype<usize>(this), RESULT);
  }
}

/** A task that the program completes itself: the way from callbacks to `await`. */
export class TaskSource<T> {
  /** The task to await. */
  readonly task: Task<T> = newTask<T>();
  private taken: u32 = 0;

  /** Give the task its result and resume who awaits it. To be called once. */
  complete(value: T): void {
    if (!this.tryComplete(value)) throw new Error('A TaskSource was completed twice');
  }

  /** Give the task its result, unless it has one. Returns whether this call did it. */
  tryComplete(value: T): bool {
    if (amoSwap(changetype<usize>(this) + offsetof<TaskSource<T>>('taken'), 1) != 0) return false;
    completeTask<T>(this.task, value);
    return true;
  }
}

/** A live task that is not a coroutine. */
export function newTask<T>(): Task<T> {
  const task = new Task<T>();
  enlist(changetype<usize>(task));
  return task;
}

/** A task that has its result from the beginning. */
export function completedTask<T>(value: T): Task<T> {
  const task = new Task<T>();
  store<T>(changetype<usize>(task), value, RESULT);
  store<usize>(changetype<usize>(task), COMPLETED, WAITER);
  return task;
}

/** A task without a result that is completed from the beginning. */
export function completedVoidTask(): Task<void> {
  const task = new Task<void>();
  store<usize>(changetype<usize>(task), COMPLETED, WAITER);
  return task;
}

/** Give a task its result; who awaits it goes on. */
export function completeTask<T>(task: Task<T>, value: T): void {
  const frame = changetype<usize>(task);
  unlist(frame);
  store<T>(frame, value, RESULT);
  finish(frame);
}

/** The same for a task without a result. */
export function completeVoidTask(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task));
}

/** The same, but who awaits the task does not run inside of this call. */
export function completeVoidTaskLater(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task), false);
}

/** Mark a task as completed and resume the coroutines that await it, in the order in which they came. */
function finish(task: usize, mayInline: bool = true): void {
  hint2(TRACE_task_complete, task, 0);
  store<usize>(task, 0, AWAITED);
  let waiter = amoSwap(task + WAITER, COMPLETED);
  if (!waiter) return;
  const operation = load<u32>(task, OPERATION);
  if (load<usize>(waiter, LINK)) waiter = reverse(waiter);
  while (waiter) {
    const next = load<usize>(waiter, LINK);
    store<usize>(waiter, 0, LINK);
    if (operation) hint2(TRACE_continuation_run, operation, waiter);
    if (mayInline) resumeFrame(waiter);
    else resumeLater(waiter);
    waiter = next;
  }
}

/** Waiters are linked newest first. */
function reverse(frame: usize): usize {
  let before: usize = 0;
  while (frame) {
    const next = load<usize>(frame, LINK);
    store<usize>(frame, before, LINK);
    before = frame;
    frame = next;
  }
  return before;
}

/**
 * Let `frame` be resumed when `task` is completed. False if it is completed already: then the caller goes on itself. From the
 * return on the frame may be resumed by another thread, which waits until it is suspended (see scheduler.ts).
 */
export function awaitTask(task: usize, frame: usize): bool {
  const operation = load<u32>(task, OPERATION);
  if (operation) hint2(TRACE_await_operation, operation, frame);
  store<usize>(frame, task, AWAITED);
  let waiter: usize;
  do {
    waiter = load<usize>(task, WAITER);
    if (waiter == COMPLETED) return false;
    store<usize>(frame, waiter, LINK);
  } while (lr(task + WAITER) != waiter || sc(task + WAITER, frame) != 0);
  return true;
}

/** The number that the trace has for the task's operation, and the request whose completion it waits for. */
export function setOperation(task: usize, operation: u32, request: usize): void {
  store<u32>(task, operation, OPERATION);
  store<usize>(task, request, AWAITED);
}

/** The result of a completed task as two words. */
export function resultWords(task: usize): u64 {
  return load<u64>(task, RESULT);
}

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

function unlist(task: usize): void {
  lock(liveLock);
  const next = load<usize>(task, NEXT_LIVE);
  const previous = load<usize>(task, PREVIOUS_LIVE);
  store<usize>(previous, next, NEXT_LIVE);
  store<usize>(next, previous, PREVIOUS_LIVE);
  unlock(liveLock);
}
