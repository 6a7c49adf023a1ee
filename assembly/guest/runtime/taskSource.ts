/**
 * Tasks that the program completes itself.
 */
import { cancelTask, failTask, finish } from './completion';
import { unlist } from './liveTasks';
import { newTask } from './taskRecords';
import { amoSwap } from './rv';
import { RESULT, SUCCEEDED, Task } from './task';

/** A task and the right to complete it: the way from callbacks to `await`. */
export class TaskSource<T> {
  /** The task to await. */
  readonly task: Task<T> = newTask<T>();
  private taken: u32 = 0;

  /** @param runsInline whether who awaits the task goes on inside of the call that completes it; if not, it is queued */
  constructor(private readonly runsInline: bool = true) {}

  /** Give the task its result and resume who awaits it. To be called once. */
  complete(value: T): void {
    if (!this.tryComplete(value)) throw new Error('A TaskSource was completed twice');
  }

  /** Give the task its result, unless it is over. Returns whether this call did it. */
  tryComplete(value: T): bool {
    if (!this.take()) return false;
    const frame = changetype<usize>(this.task);
    unlist(frame);
    if (!isVoid<T>()) store<T>(frame, value, RESULT);
    finish(frame, SUCCEEDED, this.runsInline);
    return true;
  }

  /** End the task with an error, unless it is over. Returns whether this call did it. */
  tryFail(error: Error): bool {
    if (!this.take()) return false;
    failTask(changetype<usize>(this.task), error, this.runsInline);
    return true;
  }

  /** End the task as cancelled, unless it is over. Returns whether this call did it. */
  tryCancel(): bool {
    if (!this.take()) return false;
    cancelTask(changetype<usize>(this.task), this.runsInline);
    return true;
  }

  private take(): bool {
    return amoSwap(changetype<usize>(this) + offsetof<TaskSource<T>>('taken'), 1) == 0;
  }
}
