/**
 * Waiting for each other without blocking a thread: semaphore, mutex, event, readers and writers. Waiters are served in the order in
 * which they came, and never run inside of the call that lets them go on (N7.13).
 */
import { CancellationRegistration, CancellationToken } from './cancellation';
import { hold, newHolder, passOn, waitForHolder } from './holder';
import { lock, unlock } from './lock';
import { settled } from './settled';
import { cancelTask, completeVoidTaskLater } from './completion';
import { Task } from './task';
import { cancelledTask, completedVoidTask } from './taskRecords';
import { WaitQueue } from './waitQueue';

/** What the classes here have in common: a lock, and waiters that can be cancelled. */
export abstract class AsyncWaitable {
  private guard: u32 = 0;
  protected readonly waiters: WaitQueue = new WaitQueue();

  protected enter(): void {
    lock(changetype<usize>(this) + offsetof<AsyncWaitable>('guard'));
  }

  protected leave(): void {
    unlock(changetype<usize>(this) + offsetof<AsyncWaitable>('guard'));
  }

  /** Number of coroutines that wait. */
  get waiting(): i32 {
    return this.waiters.length;
  }

  /** Let `task`, which waits in `queue`, end when the token is cancelled. */
  protected cancelBy(token: CancellationToken, queue: WaitQueue, task: Task<void>): Task<void> {
    const frame = changetype<usize>(task);
    const registration = token.register((): void => {
      this.enter();
      const isWaiting = queue.remove(frame);
      this.leave();
      if (isWaiting) cancelTask(frame, false);
    });
    forgetWhenOver(task, registration);
    return task;
  }
}

async function forgetWhenOver(
  task: Task<void>,
  registration: CancellationRegistration,
): Promise<void> {
  await settled<void>(task);
  registration.dispose();
}

/** A number of permits that coroutines wait for. */
export class AsyncSemaphore extends AsyncWaitable {
  /** Waiters whose thread is blocked: they come first. */
  private readonly blocked: WaitQueue = new WaitQueue();
  /** Of a mutex, the record of its holder (holder.ts). */
  protected holder: usize = 0;

  /**
   * @param available permits at the beginning
   * @param maximum permits there can be
   */
  constructor(
    private available: i32,
    private readonly maximum: i32 = i32.MAX_VALUE,
  ) {
    super();
  }

  /** Permits nobody has taken. */
  get count(): i32 {
    return this.available;
  }

  /** Take a permit, as soon as there is one. */
  wait(token: CancellationToken | null = null): Task<void> {
    if (token && token.isCancelled) return cancelledTask<void>();
    this.enter();
    const task = this.take(this.waiters);
    this.leave();
    return token && !task.isCompleted ? this.cancelBy(token, this.waiters, task) : task;
  }

  /** Take a permit; the calling thread waits. */
  waitBlocking(): void {
    this.enter();
    const task = this.take(this.blocked);
    this.leave();
    task.wait();
  }

  private take(queue: WaitQueue): Task<void> {
    if (this.available == 0) return queue.push<void>();
    this.available--;
    return completedVoidTask();
  }

  /** Give a permit back; the longest waiting coroutine gets it. Ends the program if there are more than the maximum. */
  release(): void {
    this.enter();
    let waiter = this.blocked.pop();
    if (!waiter) waiter = this.waiters.pop();
    if (this.holder) passOn(this.holder, waiter);
    const isTooMuch = !waiter && this.available == this.maximum;
    if (!waiter && !isTooMuch) this.available++;
    this.leave();
    if (isTooMuch) throw new Error('A semaphore was released too often');
    if (waiter) completeVoidTaskLater(changetype<Task<void>>(waiter));
  }
}

/** Mutual exclusion of coroutines. It belongs to no thread: any continuation may unlock it. */
export class AsyncMutex extends AsyncSemaphore {
  constructor() {
    super(1, 1);
    this.holder = newHolder();
    __link(changetype<usize>(this), this.holder, false);
  }

  /** Whether somebody holds it. */
  get isLocked(): bool {
    return this.count == 0;
  }

  /** Completes when the caller holds the mutex. */
  @placed
  lock(token: CancellationToken | null = null): Task<void> {
    const task = this.wait(token);
    if (!task.isCompleted) waitForHolder(task.frame, this.holder);
    else if (!task.isCancelled) hold(this.holder);
    return task;
  }

  /** Give the mutex to the coroutine that has waited longest. */
  unlock(): void {
    this.release();
  }
}

/** A signal that coroutines wait for. */
export class AsyncEvent extends AsyncWaitable {
  /**
   * @param isSet whether it is signalled from the beginning
   * @param resets whether one waiter takes the signal away; if not, it stays until `reset`
   */
  constructor(
    private signalled: bool = false,
    private readonly resets: bool = false,
  ) {
    super();
  }

  get isSet(): bool {
    return this.signalled;
  }

  /** Completes when the event is signalled. */
  wait(token: CancellationToken | null = null): Task<void> {
    if (token && token.isCancelled) return cancelledTask<void>();
    this.enter();
    let task: Task<void>;
    if (this.signalled) {
      if (this.resets) this.signalled = false;
      task = completedVoidTask();
    } else {
      task = this.waiters.push<void>();
    }
    this.leave();
    return token && !task.isCompleted ? this.cancelBy(token, this.waiters, task) : task;
  }

  /** Signal: all waiters go on, or the one that has waited longest if the event resets itself. */
  set(): void {
    this.enter();
    let waiter = this.waiters.pop();
    if (!waiter || !this.resets) this.signalled = true;
    this.leave();
    while (waiter) {
      completeVoidTaskLater(changetype<Task<void>>(waiter));
      if (this.resets) return;
      this.enter();
      waiter = this.waiters.pop();
      this.leave();
    }
  }

  /** Take the signal away. */
  reset(): void {
    this.signalled = false;
  }
}

/** Many readers or one writer. Nobody overtakes: a reader that comes after a waiting writer waits too. */
export class AsyncReaderWriterLock extends AsyncWaitable {
  private readonly kinds: bool[] = [];
  private readers: i32 = 0;
  private isWriting: bool = false;

  /** Completes when the caller may read. */
  lockRead(): Task<void> {
    return this.take(false);
  }

  /** Completes when the caller is alone. */
  lockWrite(): Task<void> {
    return this.take(true);
  }

  unlockRead(): void {
    this.enter();
    this.readers--;
    this.leave();
    this.admit();
  }

  unlockWrite(): void {
    this.enter();
    this.isWriting = false;
    this.leave();
    this.admit();
  }

  private take(writes: bool): Task<void> {
    this.enter();
    let task: Task<void>;
    if (this.waiters.length == 0 && this.mayEnter(writes)) {
      this.count(writes);
      task = completedVoidTask();
    } else {
      task = this.waiters.push<void>();
      this.kinds.push(writes);
    }
    this.leave();
    return task;
  }

  private mayEnter(writes: bool): bool {
    return !this.isWriting && (!writes || this.readers == 0);
  }

  private count(writes: bool): void {
    if (writes) this.isWriting = true;
    else this.readers++;
  }

  /** Let those in who may enter now, in their order. */
  private admit(): void {
    while (true) {
      this.enter();
      let waiter: usize = 0;
      if (this.waiters.length > 0 && this.mayEnter(this.kinds[0])) {
        this.count(this.kinds.shift());
        waiter = this.waiters.pop();
      }
      this.leave();
      if (!waiter) return;
      completeVoidTaskLater(changetype<Task<void>>(waiter));
    }
  }
}
