/**
 * Awaitables around a task or around nothing: wait for its end whatever that is, choose where to continue, let others go first.
 */
import { Continuation } from './continuation';
import { SynchronizationContext } from './context';
import { contextOf, frameBehind, postTo } from './continuation';
import { addWaiter } from './awaiting';
import { AWAITED, Task } from './task';

/** A coroutine that awaits an awaitable around a task waits for the task, for whoever looks. */
function noteAwaited<T>(continuation: Continuation, task: Task<T>): void {
  store<usize>(frameBehind(changetype<usize>(continuation)), changetype<usize>(task), AWAITED);
}

/** A base for classes that can be awaited; it only names the three members. */
export abstract class Awaitable<T> {
  abstract get isCompleted(): bool;
  abstract onCompleted(continuation: Continuation): void;
  abstract getResult(): T;
}

/** The end of a task, without its result: `await` of this never fails. */
export class Settled {
  constructor(private readonly task: Task<void>) {}

  get isCompleted(): bool {
    return this.task.isCompleted;
  }

  onCompleted(continuation: Continuation): void {
    noteAwaited(continuation, this.task);
    this.task.onCompleted(continuation);
  }

  getResult(): void {}
}

/** Wait for the end of a task, be it a result, an error or cancellation. */
export function settled<T>(task: Task<T>): Settled {
  return new Settled(changetype<Task<void>>(task));
}

/** Where the continuation of an `await` runs. */
export enum Resume {
  /** On the thread that completes the task, if that may. */
  inline,
  /** On the thread pool. */
  queued,
}

/** A task whose awaiters do not go back to their context (N7.7: ConfigureAwait(false)). */
export class Elsewhere<T> {
  constructor(
    private readonly task: Task<T>,
    private readonly how: Resume,
  ) {}

  get isCompleted(): bool {
    return this.task.isCompleted;
  }

  onCompleted(continuation: Continuation): void {
    const frame = frameBehind(changetype<usize>(continuation));
    noteAwaited(continuation, this.task);
    const item = this.how == Resume.queued ? postTo(poolContext(), frame) : frame;
    if (!addWaiter(changetype<usize>(this.task), item)) changetype<Continuation>(frame).queue();
  }

  getResult(): T {
    return this.task.getResult();
  }
}

class PoolContext extends SynchronizationContext {
  post(continuation: Continuation): void {
    continuation.queue();
  }
}

let toPool: PoolContext | null = null;

function poolContext(): PoolContext {
  if (!toPool) toPool = new PoolContext();
  return toPool!;
}

/** Await a task and continue where `how` says instead of in the caller's context. */
export function resumeOn<T>(task: Task<T>, how: Resume): Elsewhere<T> {
  return new Elsewhere<T>(task, how);
}

/** Gives the thread to what waits in the queues. */
export class Yield {
  get isCompleted(): bool {
    return false;
  }

  onCompleted(continuation: Continuation): void {
    if (contextOf(changetype<usize>(continuation))) continuation.resume();
    else continuation.queue();
  }

  getResult(): void {}
}

/** `await yieldNow()`: go on when everything that is queued by now has had its turn. */
export function yieldNow(): Yield {
  return new Yield();
}
