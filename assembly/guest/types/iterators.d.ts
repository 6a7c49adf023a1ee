/**
 * What `for..of` may go through. AssemblyScript's declarations have no iterators, and give `Symbol.iterator` a type that editors
 * cannot use; this file has to come before them.
 */

interface SymbolConstructor {
  readonly iterator: unique symbol;
}

interface IteratorYieldResult<T> {
  done?: false;
  value: T;
}

interface IteratorReturnResult<T> {
  done: true;
  value: T;
}

type IteratorResult<T, R = void> = IteratorYieldResult<T> | IteratorReturnResult<R>;

interface Iterator<T, R = void, N = void> {
  next(value?: N): IteratorResult<T, R>;
}

interface Iterable<T> {
  [Symbol.iterator](): Iterator<T>;
}

interface Array<T> extends Iterable<T> {}
interface StaticArray<T> extends Iterable<T> {}
interface TypedArray<T> extends Iterable<T> {}
interface String extends Iterable<string> {}
