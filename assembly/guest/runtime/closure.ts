/**
 * Function values with captured variables, and arguments that are left out. Compiled code calls these functions
 * (host/toolchain/frontend/language/{closures,omitted}.ts): before a call through a function value, at the beginning of a function that
 * captures, and where such a value is made.
 */
import { HEADER } from './pages';
import { thisThread } from './threadBlock';

/** The value of which the function is called next on this thread. */
export function enterFunction(value: usize): usize {
  thisThread().closure = value;
  return value;
}

/** The value of which the running function was called; known only until it calls something. */
export function currentClosure(): usize {
  return thisThread().closure;
}

/** How many arguments the function is given that is called next on this thread. */
export function setArgumentCount(count: i32): void {
  thisThread().argumentCount = count;
}

/** How many arguments the running function was given; known only until it calls something. */
export function argumentCount(): i32 {
  return thisThread().argumentCount;
}

/** A function value like `original`, with room for captured values. */
export function newClosure(original: usize, bytes: usize): usize {
  const value = __new(bytes, load<u32>(original - HEADER));
  store<u64>(value, load<u64>(original));
  return value;
}

/** A variable that an inner function captures and that changes: both sides have the reference. */
export class Box<T> {
  constructor(public value: T) {}
}

/** A box with the variable's first value. */
export function box<T>(value: T): Box<T> {
  return new Box<T>(value);
}

/** The box of a variable without a value: zero, or no object yet. */
export function emptyBox<T>(): Box<T> {
  const made = changetype<Box<T>>(__new(offsetof<Box<T>>(), idof<Box<T>>()));
  memory.fill(changetype<usize>(made), 0, offsetof<Box<T>>());
  return made;
}
