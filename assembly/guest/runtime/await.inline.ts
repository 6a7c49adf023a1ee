/**
 * `await` itself. It must become part of the coroutine, since `suspend` saves the live values of the function it stands in; a
 * decorator for that is the reason why this file is of its own.
 */
import { self, suspend } from "./co";
import { TRACE_await_ready, TRACE_await_resume, TRACE_await_suspend } from "./generated/trace";
import { hint2 } from "./rv";
import { Task, awaitTask } from "./task";

/** The result of `task`; suspends the calling coroutine until it is there. `line` is that of the source. */
// @ts-ignore: decorator
@inline
export function __await<T>(task: Task<T>, line: u32): T {
  if (!task.isCompleted && awaitTask(changetype<usize>(task), self())) {
    hint2(TRACE_await_suspend, self(), line);
    suspend(line);
    hint2(TRACE_await_resume, self(), line);
  } else {
    hint2(TRACE_await_ready, self(), line);
  }
  if (!isVoid<T>()) return task.result;
}
