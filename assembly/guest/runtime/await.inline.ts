/**
 * `await` itself. It must become part of the coroutine, since `suspend` saves the live values of the function it stands in; a
 * decorator for that is the reason why this file is of its own.
 */
import { self, suspend } from "./co";
import { Continuation } from "./continuation";
import { TRACE_await_ready, TRACE_await_resume, TRACE_await_suspend } from "./generated/trace";
import { hint2 } from "./rv";
import { awaitOther, awaitTask } from "./awaiting";

/**
 * Suspends the calling coroutine until `awaitable` is completed; `line` is that of the source. What stands behind the call of this is
 * `.getResult()`. A task registers the frame itself; any other class gets a continuation by its `onCompleted`.
 */
// @ts-ignore: decorator
@inline
export function __await<A>(awaitable: A, line: u32): A {
  if (isDefined(awaitable.frame)) {
    if (!awaitable.isCompleted && awaitTask(changetype<usize>(awaitable), self())) {
      hint2(TRACE_await_suspend, self(), line);
      suspend(line);
      hint2(TRACE_await_resume, self(), line);
    } else {
      hint2(TRACE_await_ready, self(), line);
    }
  } else if (!awaitable.isCompleted) {
    hint2(TRACE_await_suspend, self(), line);
    awaitable.onCompleted(changetype<Continuation>(awaitOther(self())));
    suspend(line);
    hint2(TRACE_await_resume, self(), line);
  } else {
    hint2(TRACE_await_ready, self(), line);
  }
  return awaitable;
}
