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

interface Array<T> extends Iterable<T> {}
interface StaticArray<T> extends Iterable<T> {}
interface TypedArray<T> extends Iterable<T> {}
interface Set<K> extends Iterable<K> {}
interface Map<K, V> extends Iterable<[K, V]> {}
interface String extends Iterable<string> {}
