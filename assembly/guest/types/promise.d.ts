/**
 * What editors and tsc need to know beyond AssemblyScript's own declarations: the type of async functions. At run time a `Promise`
 * is a task of the runtime; it has no `then`.
 */

/** What `await` looks for in a type. */
interface PromiseLike<T> {
  then(resolved: (value: T) => void): void;
}

/** The result of an async function, to be awaited. */
interface Promise<T> extends PromiseLike<T> {
  /** Whether it is over, in whichever way: then `await` goes on at once. */
  readonly isCompleted: bool;
  /** Whether it ended with an error. */
  readonly isFailed: bool;
  /** Whether it ended by cancellation. */
  readonly isCancelled: bool;
  /** The error of a task that failed; to ask for it counts as having seen it. */
  readonly error: Error | null;
  /** Number of the I/O operation in the trace that completes the task; 0 if there is none. */
  readonly operation: u32;
  /** The result. Undefined unless the task has succeeded. */
  readonly result: T;
  /** Run a continuation when the task is over; soon if it is. */
  onCompleted(continuation: import('nothread/guest').Continuation): void;
  /** Block the calling thread until the task is over; its result, or its error. */
  wait(): T;
}

/** How a promise of `Promise.allSettled` has ended. */
interface PromiseSettledResult<T> {
  /** `fulfilled` or `rejected`. */
  readonly status: string;
  /** The result of one that did not fail. */
  readonly value: T;
  /** The error of one that failed. */
  readonly reason: Error | null;
}

interface PromiseConstructor {
  /** A promise that `executor` resolves, or rejects; what it throws rejects it too. The type is written out. */
  new (executor: (resolve: () => void, reject: (error: Error) => void) => void): Promise<void>;
  new <T>(
    executor: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T>;
  /** The results in the order of the promises, or the first error. Nothing for promises without results. */
  all<T>(promises: Promise<T>[]): Promise<T[]>;
  /** The end of the first that is over. The others go on. */
  race<T>(promises: Promise<T>[]): Promise<T>;
  /** The first result; an `AggregateError` if all fail. */
  any<T>(promises: Promise<T>[]): Promise<T>;
  /** Waits for all, whatever their ends are. */
  allSettled<T>(promises: Promise<T>[]): Promise<PromiseSettledResult<T>[]>;
  /** A promise that has its result. */
  resolve(): Promise<void>;
  resolve<T>(value: T): Promise<T>;
  /** A promise that has failed. */
  reject<T = void>(error: Error): Promise<T>;
}
declare const Promise: PromiseConstructor;

/** The type of an awaited expression. */
type Awaited<T> = T extends PromiseLike<infer U> ? U : T;

declare namespace console {
  /** Write values with spaces between, and a line break; anything but a string is written by its `toString()`. */
  export function log(...values: unknown[]): void;
  export function info(...values: unknown[]): void;
  export function warn(...values: unknown[]): void;
  export function error(...values: unknown[]): void;
}
