/**
 * What `for..of` and `for await` may go through. AssemblyScript's declarations have no iterators, and give `Symbol.iterator` a type
 * that editors cannot use; this file has to come before them.
 */

interface SymbolConstructor {
  readonly iterator: unique symbol;
  readonly asyncIterator: unique symbol;
}

/** What `next()` gives: a value, or that there is none any more; `value` is then of no use. */
interface IteratorResult<T, R = T> {
  done: bool;
  value: T;
}

/** Something that gives one value after the other. */
interface Iterator<T, R = T, N = void> {
  next(): IteratorResult<T>;
}

/** Something that `for..of` goes through. */
interface Iterable<T> {
  [Symbol.iterator](): Iterator<T>;
}

/** What a `function*` returns. It runs up to its next `yield` when it is asked for a value. */
interface Generator<T, R = void, N = void> {
  /** Go on to the next `yield`. */
  next(): IteratorResult<T>;
  /** End it: the function goes on as if its `yield` was a `return`. */
  close(): void;
  [Symbol.iterator](): Generator<T>;
}

interface IterableIterator<T, R = void, N = void> extends Generator<T> {}

interface AsyncIterator<T, R = T, N = void> {
  next(): Promise<IteratorResult<T>>;
}

/** Something that `for await` goes through. */
interface AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** What an `async function*` returns. */
interface AsyncGenerator<T, R = void, N = void> {
  /** The next value. One call at a time. */
  next(): Promise<IteratorResult<T>>;
  /** End it: the function goes on as if its `yield` was a `return`. */
  close(): Promise<void>;
  [Symbol.asyncIterator](): AsyncGenerator<T>;
}

interface AsyncIterableIterator<T, R = void, N = void> extends AsyncGenerator<T> {}

interface Array<T> extends Iterable<T> {
  push(...values: T[]): i32;
  /** Indexes and values. */
  entries(): [i32, T][];
  /** Indexes. */
  keys(): i32[];
  /** A copy. */
  values(): T[];
  /** The first value that passes the test. Where none does: null if the program looks, otherwise a RangeError. */
  find(test: (value: T, index: i32, array: T[]) => bool): T;
  /** The last value that passes the test. Where none does: null if the program looks, otherwise a RangeError. */
  findLast(test: (value: T, index: i32, array: T[]) => bool): T;
  /** The lists that `make` gives, one behind the other. */
  flatMap<U>(make: (value: T, index: i32, array: T[]) => U[]): U[];
  /** A sorted copy. */
  toSorted(compare?: (a: T, b: T) => f64): T[];
  /** A copy the other way round. */
  toReversed(): T[];
  /** A copy with another value at an index. */
  with(index: i32, value: T): T[];
  /** Begins with the first value. A TypeError if the list is empty. */
  reduce(call: (all: T, value: T, index: i32, array: T[]) => T): T;
  /** Begins with the last value. A TypeError if the list is empty. */
  reduceRight(call: (all: T, value: T, index: i32, array: T[]) => T): T;
}
declare namespace Array {
  function from<T>(values: Iterable<T>): T[];
  function from<T, U>(values: Iterable<T>, make: (value: T, index: i32) => U): U[];
  function from<U>(size: { length: i32 }, make: (value: i32, index: i32) => U): U[];
}
interface StaticArray<T> extends Iterable<T> {}
interface TypedArray<T> extends Iterable<T> {}
interface Set<K> extends Iterable<K> {
  forEach(call: (value: K, key: K, set: Set<K>) => void): void;
}
interface Map<K, V> extends Iterable<[K, V]> {
  entries(): [K, V][];
  forEach(call: (value: V, key: K, map: Map<K, V>) => void): void;
}
interface String extends Iterable<string> {}

/** The text of any value. */
declare function String(value: unknown): string;
/** Whether a value counts as true. */
declare function Boolean(value: unknown): bool;
/** `Number(value)`: the number that a text is, NaN if it is none. */
declare function _Float(value: unknown): f64;
interface IMath<T> {
  /** The greatest of all. */
  max(...values: T[]): T;
  /** The least of all. */
  min(...values: T[]): T;
}
