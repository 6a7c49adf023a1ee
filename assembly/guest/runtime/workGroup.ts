/**
 * Work items that belong together: they can be waited for, and those that have not begun can be withdrawn.
 */
import { callItemOf } from './continuation';
import { lock, unlock } from './lock';
import { pushGlobal } from './queues';
import { requestWorker } from './scheduler';
import { completeVoidTaskLater } from './completion';
import { Task } from './task';
import { completedVoidTask } from './taskRecords';
import { WaitQueue } from './waitQueue';

/** A group of calls on the thread pool. */
export class WorkGroup {
  /** Calls that have begun, and those that were withdrawn. */
  begun: i32 = 0;
  withdrawn: i32 = 0;
  private pending: i32 = 0;
  private isCancelled: bool = false;
  private guard: u32 = 0;
  private readonly waiters: WaitQueue = new WaitQueue();

  /** Call `routine` on a thread of the pool, unless the group is cancelled before it begins. */
  queue(routine: () => void): void {
    this.enter();
    this.pending++;
    this.leave();
    const run = (routine: () => void): void => this.run(routine);
    pushGlobal(
      callItemOf((routine: usize): void => {
        run(changetype<() => void>(routine));
      }, changetype<usize>(routine)),
    );
    requestWorker();
  }

  private run(routine: () => void): void {
    this.enter();
    const isWithdrawn = this.isCancelled;
    if (isWithdrawn) this.withdrawn++;
    else this.begun++;
    this.leave();
    if (!isWithdrawn) routine();
    this.end();
  }

  private end(): void {
    this.enter();
    this.pending--;
    let waiter = this.pending == 0 ? this.waiters.pop() : 0;
    this.leave();
    while (waiter) {
      completeVoidTaskLater(changetype<Task<void>>(waiter));
      this.enter();
      waiter = this.waiters.pop();
      this.leave();
    }
  }

  /** Withdraw what has not begun. */
  cancel(): void {
    this.isCancelled = true;
  }

  /** Completes when all calls have returned, or were withdrawn. */
  wait(): Task<void> {
    this.enter();
    const task = this.pending == 0 ? completedVoidTask() : this.waiters.push<void>();
    this.leave();
    return task;
  }

  private enter(): void {
    lock(changetype<usize>(this) + offsetof<WorkGroup>('guard'));
  }

  private leave(): void {
    unlock(changetype<usize>(this) + offsetof<WorkGroup>('guard'));
  }
}
