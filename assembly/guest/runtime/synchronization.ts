/**
 * Waiting for each other without blocking a thread: semaphore, mutex, channel. Waiters are served in the order in which they came, and
 * never run inside of the call that lets them go on. The structures belong to the threads of the pool; with more than one thread in
 * the pool each call takes the object's lock.
 */
import { lock, unlock } from './lock';
import { Task, completeVoidTaskLater, completedVoidTask, newTask } from './task';

/** A number of permits that coroutines wait for. */
export class AsyncSemaphore {
  private guard: u32 = 0;
  private readonly waiters: Task<void>[] = [];
  /** Waiters before this index have been served. */
  private served: i32 = 0;

  /**
   * @param available permits at the beginning
   * @param maximum permits there can be
   */
  constructor(
    private available: i32,
    private readonly maximum: i32 = i32.MAX_VALUE,
  ) {}

  /** Permits nobody has taken. */
  get count(): i32 {
    return this.available;
  }

  /** Take a permit, as soon as there is one. */
  wait(): Task<void> {
    this.enter();
    let task: Task<void>;
    if (this.available > 0) {
      this.available--;
      task = completedVoidTask();
    } else {
      task = newTask<void>();
      this.waiters.push(task);
    }
    this.leave();
    return task;
  }

  /** Give a permit back; the longest waiting coroutine gets it. Ends the program if there are more than the maximum. */
  release(): void {
    this.enter();
    const waiter = this.nextWaiter();
    if (!waiter) {
      if (this.available == this.maximum) throw new Error('A semaphore was released too often');
      this.available++;
    }
    this.leave();
    if (waiter) completeVoidTaskLater(waiter);
  }

  private nextWaiter(): Task<void> | null {
    if (this.served == this.waiters.length) return null;
    const waiter = this.waiters[this.served++];
    if (this.served == this.waiters.length) {
      this.waiters.length = 0;
      this.served = 0;
    } else if (this.served == 64) {
      this.waiters.splice(0, 64);
      this.served = 0;
    }
    return waiter;
  }

  private enter(): void {
    lock(changetype<usize>(this) + offsetof<AsyncSemaphore>('guard'));
  }

  private leave(): void {
    unlock(changetype<usize>(this) + offsetof<AsyncSemaphore>('guard'));
  }
}

/** Mutual exclusion of coroutines. It belongs to no thread: any continuation may unlock it. */
export class AsyncMutex {
  private readonly semaphore: AsyncSemaphore = new AsyncSemaphore(1, 1);

  /** Whether somebody holds it. */
  get isLocked(): bool {
    return this.semaphore.count == 0;
  }

  /** Completes when the caller holds the mutex. */
  lock(): Task<void> {
    return this.semaphore.wait();
  }

  /** Give the mutex to the coroutine that has waited longest. */
  unlock(): void {
    this.semaphore.release();
  }
}

/** A queue of bounded length between coroutines. */
export class Channel<T> {
  private readonly values: T[] = [];
  private readonly free: AsyncSemaphore;
  private readonly filled: AsyncSemaphore = new AsyncSemaphore(0);
  private guard: u32 = 0;

  /** @param capacity values that may wait to be received, at least 1 */
  constructor(capacity: i32) {
    this.free = new AsyncSemaphore(capacity, capacity);
  }

  /** Values that wait to be received. */
  get length(): i32 {
    return this.values.length;
  }

  /** Completes when there was room for the value. */
  async send(value: T): Promise<void> {
    await this.free.wait();
    lock(this.guardAddress());
    this.values.push(value);
    unlock(this.guardAddress());
    this.filled.release();
  }

  /** The oldest value, as soon as there is one. */
  async receive(): Promise<T> {
    await this.filled.wait();
    lock(this.guardAddress());
    const value = this.values.shift();
    unlock(this.guardAddress());
    this.free.release();
    return value;
  }

  private guardAddress(): usize {
    return changetype<usize>(this) + offsetof<Channel<T>>('guard');
  }
}
