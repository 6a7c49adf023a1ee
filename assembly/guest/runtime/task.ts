/**
 * Tasks: results that come later. A task is the frame of a coroutine, or a record of the same shape for an I/O request, a timer or a
 * `TaskSource`. Header (words):
 *
 *     0  address to resume at; 0 while the coroutine runs
 *     1  descriptor of the coroutine; 0 for other tasks
 *     2  who waits: 0 nobody, one of the states below when it is over, else a continuation
 *     3  other tasks: number of the operation that completes it, 0 if that is not I/O
 *        coroutines: low word of the time at which it was suspended (units of 100 ns)
 *     4  result, low word   │ until completion: next in the list of live tasks
 *     5  result, high word  │ until completion: previous in that list
 *     6  the task that this one awaits, or the request that completes it
 *     7  next in a queue of continuations, or in the list of failures
 *
 * A continuation is a frame, or a record that has an address to call in word 0 too (continuation.ts). The list of live tasks is how the collector finds suspended coroutines, and how the machine's views show them.
 */
import { allocateZeroed } from './heap';
import { blockOn } from './blocking';
import { Continuation, captureContext } from './continuation';
import { noteFailure, throwFailure } from './failures';
import { resumeFrame, resumeLater } from './scheduler';
import { lock, unlock } from './lock';
import {
  TRACE_await_operation,
  TRACE_continuation_run,
  TRACE_task_complete,
} from './generated/trace';
import { amoSwap, timeLow, hint2, lr, sc } from './rv';

export const DESCRIPTOR: usize = 4;
export const WAITER: usize = 8;
const OPERATION: usize = 12;
/** In a coroutine: low word of the time at which it was suspended (units of 100 ns). */
const SINCE: usize = 12;
export const RESULT: usize = 16;
export const NEXT_LIVE: usize = 16;
const PREVIOUS_LIVE: usize = 20;
export const AWAITED: usize = 24;
/** Offset of the link in queues of frames. */
export const LINK: usize = 28;

/** States of a task that is over, where its waiter was. */
export const SUCCEEDED: usize = 1;
/** The result is the error; nobody has seen it yet. */
export const FAILED: usize = 2;
export const CANCELLED: usize = 3;
/** Failed, and somebody has been told. */
export const FAILED_SEEN: usize = 4;
const STATES: usize = 4;

/** Whether the word of the waiter says that the task is over. */
export function isOver(waiter: usize): bool {
  return waiter - 1 < STATES;
}

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

  /** Whether it is over, in whichever way: then `await` goes on at once. */
  get isCompleted(): bool {
    return isOver(this.waiter);
  }

  /** Whether it ended with an error. */
  get isFailed(): bool {
    return this.waiter == FAILED || this.waiter == FAILED_SEEN;
  }

  /** Whether it ended by cancellation. */
  get isCancelled(): bool {
    return this.waiter == CANCELLED;
  }

  /** The error of a task that failed; to ask for it counts as having seen it. */
  get error(): Error | null {
    if (!this.isFailed) return null;
    this.waiter = FAILED_SEEN;
    return changetype<Error>(<usize>this.low);
  }

  /** Number of the I/O operation in the trace that completes the task; 0 if there is none. */
  get operation(): u32 {
    return this.descriptor ? 0 : this.operationNumber;
  }

  /** The result. Undefined unless the task has succeeded. */
  get result(): T {
    if (!isVoid<T>()) return load<T>(changetype<usize>(this), RESULT);
  }

  /** The result, or the error or cancellation that the task ended with (fact N7.8). */
  getResult(): T {
    if (this.waiter != SUCCEEDED) throwFailure(changetype<usize>(this));
    if (!isVoid<T>()) return load<T>(changetype<usize>(this), RESULT);
  }

  /** Block the calling thread until the task is over; its result, or its error. */
  wait(): T {
    blockOn(changetype<usize>(this));
    return this.getResult();
  }

  /** Run a continuation when the task is over; at once if it is. */
  onCompleted(continuation: Continuation): void {
    const item = changetype<usize>(continuation);
    if (!addWaiter(changetype<usize>(this), item)) resumeLater(item);
  }

  /** Address of the task, by which `await` knows one. */
  get frame(): usize {
    return changetype<usize>(this);
  }
}

/** A task that the program completes itself: the way from callbacks to `await`. */
export class TaskSource<T> {
  /** The task to await. */
  readonly task: Task<T> = newTask<T>();
  private taken: u32 = 0;

  /** @param runsInline whether who awaits the task goes on inside of the call that completes it; if not, it is queued */
  constructor(private readonly runsInline: bool = true) {}

  /** Give the task its result and resume who awaits it. To be called once. */
  complete(value: T): void {
    if (!this.tryComplete(value)) throw new Error('A TaskSource was completed twice');
  }

  /** Give the task its result, unless it is over. Returns whether this call did it. */
  tryComplete(value: T): bool {
    if (!this.take()) return false;
    const frame = changetype<usize>(this.task);
    unlist(frame);
    if (!isVoid<T>()) store<T>(frame, value, RESULT);
    finish(frame, SUCCEEDED, this.runsInline);
    return true;
  }

  /** End the task with an error, unless it is over. Returns whether this call did it. */
  tryFail(error: Error): bool {
    if (!this.take()) return false;
    failTask(changetype<usize>(this.task), error, this.runsInline);
    return true;
  }

  /** End the task as cancelled, unless it is over. Returns whether this call did it. */
  tryCancel(): bool {
    if (!this.take()) return false;
    cancelTask(changetype<usize>(this.task), this.runsInline);
    return true;
  }

  private take(): bool {
    return amoSwap(changetype<usize>(this) + offsetof<TaskSource<T>>('taken'), 1) == 0;
  }
}

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
  const task = newRecord<T>();
  store<T>(changetype<usize>(task), value, RESULT);
  store<usize>(changetype<usize>(task), SUCCEEDED, WAITER);
  return task;
}

const readyBlock = memory.data(32, 8);

/** The task without a result that is completed from the beginning: there is one for all. */
export function completedVoidTask(): Task<void> {
  store<usize>(readyBlock, SUCCEEDED, WAITER);
  return changetype<Task<void>>(readyBlock);
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
  const task = newRecord<T>();
  store<usize>(changetype<usize>(task), CANCELLED, WAITER);
  return task;
}

/** Give a task its result; who awaits it goes on. */
export function completeTask<T>(task: Task<T>, value: T): void {
  const frame = changetype<usize>(task);
  unlist(frame);
  store<T>(frame, value, RESULT);
  finish(frame, SUCCEEDED, true);
}

/** The same, but who awaits the task does not run inside of this call. */
export function completeTaskLater<T>(task: Task<T>, value: T): void {
  const frame = changetype<usize>(task);
  unlist(frame);
  store<T>(frame, value, RESULT);
  finish(frame, SUCCEEDED, false);
}

/** The same for a task without a result. */
export function completeVoidTask(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task), SUCCEEDED, true);
}

/** The same, but who awaits the task does not run inside of this call. */
export function completeVoidTaskLater(task: Task<void>): void {
  unlist(changetype<usize>(task));
  finish(changetype<usize>(task), SUCCEEDED, false);
}

/** End a task with an error. Unless somebody waits for it, it is on the list of unobserved failures from here on. */
export function failTask(task: usize, error: Error, mayInline: bool): void {
  unlist(task);
  store<usize>(task, changetype<usize>(error), RESULT);
  finish(task, FAILED, mayInline);
}

/** End a task as cancelled. */
export function cancelTask(task: usize, mayInline: bool): void {
  unlist(task);
  finish(task, CANCELLED, mayInline);
}

/** The task is over: run the continuations that wait for it, in the order in which they came. */
function finish(task: usize, state: usize, mayInline: bool): void {
  hint2(TRACE_task_complete, task, 0);
  const operation = load<u32>(task, DESCRIPTOR) ? 0 : load<u32>(task, OPERATION);
  store<usize>(task, 0, AWAITED);
  let waiter = amoSwap(task + WAITER, state);
  if (!waiter) {
    if (state == FAILED) noteFailure(task);
    return;
  }
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
 * Let `frame` be resumed when `task` is over. False if it is already: then the caller goes on itself. From the return on the frame
 * may be resumed by another thread, which comes back later if it is not suspended yet (scheduler.ts).
 */
export function awaitTask(task: usize, frame: usize): bool {
  const operation = load<u32>(task, DESCRIPTOR) ? 0 : load<u32>(task, OPERATION);
  if (operation) hint2(TRACE_await_operation, operation, frame);
  store<usize>(frame, task, AWAITED);
  store<u32>(frame, timeLow(), SINCE);
  return addWaiter(task, captureContext(frame));
}

/** Let `frame` wait for something that is no task: the continuation to resume it with. */
export function awaitOther(frame: usize): usize {
  store<usize>(frame, 0, AWAITED);
  store<u32>(frame, timeLow(), SINCE);
  return captureContext(frame);
}

/** Put a continuation in front of those that wait for a task; false if the task is over. */
export function addWaiter(task: usize, continuation: usize): bool {
  let waiter: usize;
  do {
    waiter = load<usize>(task, WAITER);
    if (isOver(waiter)) return false;
    store<usize>(continuation, waiter, LINK);
  } while (lr(task + WAITER) != waiter || sc(task + WAITER, continuation) != 0);
  return true;
}

/** The number that the trace has for the task's operation, and the request whose completion it waits for. */
export function setOperation(task: usize, operation: u32, request: usize): void {
  store<u32>(task, operation, OPERATION);
  store<usize>(task, request, AWAITED);
}

/** The number alone: the task may be over by now. */
export function nameOperation(task: usize, operation: u32): void {
  store<u32>(task, operation, OPERATION);
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

/** Take a task off the list of live ones. */
export function unlist(task: usize): void {
  lock(liveLock);
  const next = load<usize>(task, NEXT_LIVE);
  const previous = load<usize>(task, PREVIOUS_LIVE);
  store<usize>(previous, next, NEXT_LIVE);
  store<usize>(next, previous, PREVIOUS_LIVE);
  unlock(liveLock);
  // Whoever keeps a task that is over must not keep its neighbours, and theirs.
  store<u64>(task, 0, NEXT_LIVE);
}
