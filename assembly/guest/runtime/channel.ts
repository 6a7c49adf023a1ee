/**
 * Channels between coroutines, and the choice between several of them.
 */
import { CancellationSource } from './cancellation';
import { lock, unlock } from './lock';
import { settled } from './settled';
import { completeTaskLater, completeVoidTaskLater, failTask } from './completion';
import { ChannelStream } from './stream';
import { Task } from './task';
import { completedTask, completedVoidTask, failedTask } from './taskRecords';
import { TaskSource } from './taskSource';
import { sleep } from './timer';
import { WaitQueue } from './waitQueue';

/** Something that a `Select` can wait for. */
export abstract class Selectable {
  /** Whether waiting would not wait. */
  abstract get isReady(): bool;
  /** Complete `source` when it may have become ready. */
  abstract watch(source: TaskSource<i32>): void;
}

/** A queue of bounded length between coroutines. */
export class Channel<T> extends Selectable {
  private readonly values: T[] = [];
  /** Values of senders that wait for room, in their order. */
  private readonly held: T[] = [];
  private readonly senders: WaitQueue = new WaitQueue();
  private readonly receivers: WaitQueue = new WaitQueue();
  private watchers: TaskSource<i32>[] = [];
  private guard: u32 = 0;
  private closed: bool = false;

  /** @param capacity values that may wait to be received, at least 1 */
  constructor(private readonly capacity: i32) {
    super();
  }

  /** Values that wait to be received. */
  get length(): i32 {
    return this.values.length;
  }

  get isClosed(): bool {
    return this.closed;
  }

  /** Whether `receive` would not wait. */
  get isReady(): bool {
    return this.values.length > 0 || this.closed;
  }

  /** Completes when there was room for the value; fails if the channel is closed. */
  send(value: T): Task<void> {
    this.enter();
    const isClosed = this.closed;
    const receiver = isClosed ? 0 : this.receivers.pop();
    let task = completedVoidTask();
    if (!receiver && !isClosed) {
      if (this.values.length < this.capacity) {
        this.values.push(value);
      } else {
        this.held.push(value);
        task = this.senders.push<void>();
      }
    }
    this.leave();
    if (isClosed) return failedTask<void>(new Error('The channel is closed'));
    if (receiver) completeTaskLater<T>(changetype<Task<T>>(receiver), value);
    else this.notify();
    return task;
  }

  /** The oldest value, as soon as there is one; fails when the channel is closed and empty. */
  receive(): Task<T> {
    this.enter();
    if (this.values.length == 0) {
      const task = this.closed
        ? failedTask<T>(new Error('The channel is closed'))
        : this.receivers.push<T>();
      this.leave();
      return task;
    }
    const value = this.values.shift();
    let sender: usize = 0;
    if (this.held.length > 0) {
      this.values.push(this.held.shift());
      sender = this.senders.pop();
    }
    this.leave();
    if (sender) completeVoidTaskLater(changetype<Task<void>>(sender));
    return completedTask<T>(value);
  }

  /** No more values will be sent: who receives gets those that are there, then an error. */
  close(): void {
    this.enter();
    this.closed = true;
    this.leave();
    while (true) {
      this.enter();
      const receiver = this.receivers.pop();
      this.leave();
      if (!receiver) break;
      failTask(receiver, new Error('The channel is closed'), false);
    }
    this.notify();
  }

  /** `for await (const value of channel)`. */
  __asyncIterator(): ChannelStream<T> {
    return new ChannelStream<T>(this);
  }

  watch(source: TaskSource<i32>): void {
    this.enter();
    const isReady = this.isReady;
    if (!isReady) this.watchers.push(source);
    this.leave();
    if (isReady) source.tryComplete(0);
  }

  private notify(): void {
    if (this.watchers.length == 0) return;
    this.enter();
    const watchers = this.watchers;
    this.watchers = [];
    this.leave();
    for (let index = 0; index < watchers.length; index++) watchers[index].tryComplete(0);
  }

  private enter(): void {
    lock(changetype<usize>(this) + offsetof<Channel<T>>('guard'));
  }

  private leave(): void {
    unlock(changetype<usize>(this) + offsetof<Channel<T>>('guard'));
  }
}

/** A task as a case of a `Select`. */
class TaskCase extends Selectable {
  constructor(private readonly task: Task<void>) {
    super();
  }

  get isReady(): bool {
    return this.task.isCompleted;
  }

  watch(source: TaskSource<i32>): void {
    completeWith(this.task, source);
  }
}

async function completeWith(task: Task<void>, source: TaskSource<i32>): Promise<void> {
  await settled<void>(task);
  source.tryComplete(0);
}

/** A wait for whichever of several things comes first. Nothing is taken from those that were not chosen. */
export class Select {
  private readonly cases: Selectable[] = [];
  /** Ends the times of the wait when something else has come first. */
  private readonly timers: CancellationSource = new CancellationSource();

  /** Add a channel that may be received from; returns the number of the case. */
  receive<T>(channel: Channel<T>): i32 {
    return this.cases.push(channel) - 1;
  }

  /** Add a task that ends; returns the number of the case. */
  task<T>(task: Task<T>): i32 {
    return this.cases.push(new TaskCase(changetype<Task<void>>(task))) - 1;
  }

  /** Add a time in nanoseconds from now; returns the number of the case. */
  after(duration: i64): i32 {
    return this.task<void>(sleep(duration, this.timers.token));
  }

  /** The number of the first case that is ready; of several, that which was added first. To be called once. */
  async first(): Promise<i32> {
    while (true) {
      for (let index = 0; index < this.cases.length; index++) {
        if (!this.cases[index].isReady) continue;
        this.timers.cancel();
        return index;
      }
      const source = new TaskSource<i32>(false);
      for (let index = 0; index < this.cases.length; index++) this.cases[index].watch(source);
      await source.task;
    }
    return 0;
  }
}
