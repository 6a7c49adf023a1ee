/**
 * Generators. A generator is the frame of its function, as a task is that of an async function: the words of a task's header have other meanings
 * here, and the frame is on no list of live tasks.
 *
 *     0  address to resume at; 0 while the generator runs        4, 5  the value of the last `yield`
 *     2  1 when it has ended                                     6     1 when it is being closed
 *     3  not 0, so that it never comes to that list
 *
 * An async generator uses the words of a coroutine that awaits, and word 2 for its `Stream`: who waits for the next value.
 */
import { completeTaskLater, failTask } from './completion';
import { resumeFrame } from './scheduler';
import { callAddress } from './rv';
import { yieldThread } from './system';
import { SINCE, Task } from './task';
import { completedTask, newTask } from './taskRecords';

const STATE: usize = 8;
const CLOSING: usize = 24;
const VALUE: usize = 16;
const ENDED: usize = 1;

/** What `next()` of an iterator returns. */
export class IteratorResult<T> {
  done: bool;
  value: T;
}

/** Something that gives one value after the other. */
export interface Iterator<T> {
  next(): IteratorResult<T>;
}

/** Something that `for..of` goes through: its method is written `[Symbol.iterator]`. */
export interface Iterable<T> {
  __iterator(): Iterator<T>;
}

/** A key and its value, as `for..of` over a Map gives them. */
export class Entry<K, V> {
  constructor(
    public key: K,
    public value: V,
  ) {}
}

export function entry<K, V>(key: K, value: V): Entry<K, V> {
  return new Entry<K, V>(key, value);
}

function newResult<T>(done: bool): IteratorResult<T> {
  const result = changetype<IteratorResult<T>>(
    __new(offsetof<IteratorResult<T>>(), idof<IteratorResult<T>>()),
  );
  memory.fill(changetype<usize>(result), 0, offsetof<IteratorResult<T>>());
  result.done = done;
  return result;
}

/** What a `function*` returns. */
export class Generator<T> {
  private constructor() {}

  /** Go on to the next `yield`; `done` when there is none. */
  next(): IteratorResult<T> {
    const result = newResult<T>(!this.__advance());
    if (!result.done) result.value = this.__current;
    return result;
  }

  /** End it: the function goes on as if its `yield` was a `return`. */
  close(): void {
    const frame = changetype<usize>(this);
    if (load<usize>(frame, STATE) == ENDED) return;
    store<u32>(frame, 1, CLOSING);
    resumeGenerator(frame);
  }

  /** Every generator is its own iterator. */
  __iterator(): Generator<T> {
    return this;
  }

  /** Whether there is another value. */
  __advance(): bool {
    const frame = changetype<usize>(this);
    if (load<usize>(frame, STATE) == ENDED) return false;
    resumeGenerator(frame);
    return load<usize>(frame, STATE) != ENDED;
  }

  /** The value of the last `yield`. */
  get __current(): T {
    return load<T>(changetype<usize>(this), VALUE);
  }
}

/** Run to the next `yield`, or the end. The compiler knows that the generator's errors come out here. */
export function resumeGenerator(frame: usize): void {
  const address = load<usize>(frame);
  if (!address) throw new Error('The generator is running already');
  store<usize>(frame, 0);
  callAddress(address, frame);
}

/** A generator's frame is no task: as if it had been suspended before (awaiting.ts). */
export function beginGenerator(frame: usize): void {
  store<u32>(frame, 1, SINCE);
}

/** Keep the value of `yield`. */
export function keep<T>(value: T, frame: usize): void {
  store<T>(frame, value, VALUE);
}

export function isClosing(frame: usize): bool {
  return load<u32>(frame, CLOSING) != 0;
}

/** The end of a generator. */
export function endGenerator<T>(frame: usize): Generator<T> {
  store<usize>(frame, ENDED, STATE);
  return changetype<Generator<T>>(frame);
}

/** The compiler: an error leaves the generator that runs. */
export function abandonGenerator(frame: usize): void {
  store<usize>(frame, ENDED, STATE);
}

/** Who waits for an async generator. */
export class Stream {
  waiter: Task<bool> | null = null;
  ended: bool = false;
  closing: bool = false;
}

function streamOf(frame: usize): Stream {
  return changetype<Stream>(load<usize>(frame, STATE));
}

/** What an `async function*` returns. */
export class AsyncGenerator<T> {
  private constructor() {}

  /** The next value; `done` when there is none. One call at a time. */
  async next(): Promise<IteratorResult<T>> {
    const result = newResult<T>(!(await this.__advance()));
    if (!result.done) result.value = this.__current;
    return result;
  }

  /** End it: the function goes on as if its `yield` was a `return`. */
  async close(): Promise<void> {
    streamOf(changetype<usize>(this)).closing = true;
    await this.__advance();
  }

  /** Every async generator is its own iterator. */
  __asyncIterator(): AsyncGenerator<T> {
    return this;
  }

  /** Whether there is another value. */
  __advance(): Task<bool> {
    const frame = changetype<usize>(this);
    const stream = streamOf(frame);
    if (stream.ended) return completedTask<bool>(false);
    if (stream.waiter) throw new Error('The generator has not given its last value yet');
    const task = newTask<bool>();
    stream.waiter = task;
    // Its last value may have been taken on another thread before the function was suspended.
    while (!load<usize>(frame)) yieldThread();
    resumeFrame(frame);
    return task;
  }

  /** The value of the last `yield`. */
  get __current(): T {
    return load<T>(changetype<usize>(this), VALUE);
  }
}

export function beginStream(frame: usize): void {
  beginGenerator(frame);
  store<usize>(frame, changetype<usize>(new Stream()), STATE);
}

export function isStreamClosing(frame: usize): bool {
  return streamOf(frame).closing;
}

/** Tell who waits whether there is a value. It runs later, when this frame is suspended. */
export function wakeWaiter(frame: usize, hasValue: bool): void {
  const stream = streamOf(frame);
  const waiter = stream.waiter;
  stream.waiter = null;
  if (!hasValue) stream.ended = true;
  if (waiter) completeTaskLater<bool>(waiter, hasValue);
}

/** The end of an async generator. */
export function endStream<T>(frame: usize): AsyncGenerator<T> {
  wakeWaiter(frame, false);
  return changetype<AsyncGenerator<T>>(frame);
}

/** The end of an async generator by an error. */
export function failStream<T>(error: Error, frame: usize): AsyncGenerator<T> {
  const stream = streamOf(frame);
  const waiter = stream.waiter;
  stream.waiter = null;
  stream.ended = true;
  if (waiter) failTask(changetype<usize>(waiter), error, false);
  return changetype<AsyncGenerator<T>>(frame);
}
