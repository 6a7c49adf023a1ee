/**
 * `yield`. Like `await` it must become part of the coroutine, since `suspend` saves the live values of the function it stands in.
 */
import { self, suspend } from "./co";
import { beginGenerator, beginStream, keep, wakeWaiter } from "./generator";

/** A generator runs when it is asked for its first value. */
// @ts-ignore: decorator
@inline
export function __beginGenerator(line: u32): void {
  beginGenerator(self());
  suspend(line);
}

// @ts-ignore: decorator
@inline
export function __yield<T>(value: T, line: u32): void {
  keep<T>(value, self());
  suspend(line);
}

// @ts-ignore: decorator
@inline
export function __beginStream(line: u32): void {
  beginStream(self());
  suspend(line);
}

// @ts-ignore: decorator
@inline
export function __yieldLater<T>(value: T, line: u32): void {
  keep<T>(value, self());
  wakeWaiter(self(), true);
  suspend(line);
}
