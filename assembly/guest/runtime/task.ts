/**
 * Tasks: results that come later. A task is the frame of a coroutine, or a record of the same shape for an I/O request, a timer or a
 * `TaskSource`. Header (words):
 *
 *     0  address to resume at; 0 while the coroutine runs
 *     1  descriptor of the coroutine; 0 for other tasks
 *     2  who waits: 0 nobody, one of the states below when it is over, else a continuation
 *     3  other tasks: number of the operation that completes it, 0 if that is not I/O
 *        coroutines: low word of the time at which it was suspended (units of 100 ns, never 0); 0 before it ever was
 *     4  result, low word   │ until completion: next in the list of live tasks
 *     5  result, high word  │ until completion: previous in that list
 *     6  the task that this one awaits, or the request that completes it
 *     7  next in a queue of continuations, or in the list of failures
 *
 * A continuation is a frame, or a record that has an address to call in word 0 too (continuation.ts). A coroutine comes to the list of
 * live tasks when it is suspended for the first time (liveTasks.ts); one that never is gives its frame back (frames.ts).
 */
import { addWaiter } from './awaiting';
import { blockOn } from './blocking';
import { Continuation } from './continuation';
import { throwFailure } from './failures';
import { giveBack } from './frames';
import { resumeLater } from './scheduler';

export const DESCRIPTOR: usize = 4;
export const WAITER: usize = 8;
export const OPERATION: usize = 12;
/** In a coroutine: low word of the time at which it was suspended (units of 100 ns, never 0); 0 before it ever was. */
export const SINCE: usize = 12;
export const RESULT: usize = 16;
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

  /** The same of a call that is awaited where it is made: nobody else has the task, so that its frame can be used again. */
  takeResult(): T {
    if (this.waiter != SUCCEEDED) throwFailure(changetype<usize>(this));
    if (isVoid<T>()) {
      giveBack(changetype<usize>(this));
    } else {
      const result = load<T>(changetype<usize>(this), RESULT);
      giveBack(changetype<usize>(this));
      return result;
    }
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
