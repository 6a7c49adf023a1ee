/**
 * The thread pool as programs see it (fact N7.1–N7.6).
 */
import { Continuation, callItemOf } from './continuation';
import { startPollers } from './pollers';
import { pool } from './poolState';
import { pushGlobal, pushLocal, pushUrgent } from './queues';
import { requestWorker } from './scheduler';
import { Task } from './task';
import { TaskSource } from './taskSource';
import { THREAD_WORKER, thisThread } from './threadBlock';
import { addWorker } from './workers';

/** The threads that run continuations. One is there as soon as something asynchronous begins; others come when they are needed. */
export class ThreadPool {
  /** Number of threads. */
  static get threads(): u32 {
    return pool.workers;
  }

  /** Threads that the pool would have. */
  static get goal(): u32 {
    return pool.goal;
  }

  /** Add threads until there are `count`, the least number from now on. More than one helps when continuations block. */
  static setThreads(count: u32): void {
    ThreadPool.setLimits(count, max(count, pool.most));
    while (pool.workers < count) addWorker();
  }

  /** The least and the most threads; in between the pool decides. The usual least is the number of harts. */
  static setLimits(least: u32, most: u32): void {
    pool.least = least;
    pool.most = most;
    pool.goal = max(least, min(pool.goal, most));
  }

  /** Whether idle threads take work from the queues of others. */
  static set stealing(on: bool) {
    pool.stealing = on;
  }

  /** Whether what a thread of the pool queues goes to a queue of its own, newest first. */
  static set localQueues(on: bool) {
    pool.localQueues = on;
  }

  /** Whether a thread is added every 500 ms in which work is queued and none of it was begun. */
  static set starvationInjection(on: bool) {
    pool.starvation = on;
  }

  /** Whether threads are added for those that block on tasks. */
  static set blockingCompensation(on: bool) {
    pool.compensation = on;
  }

  /** Whether the number of threads follows the throughput. */
  static set hillClimbing(on: bool) {
    pool.climbing = on;
  }

  /**
   * Threads that only take packets from the port, up to 1024 at once, and queue what they complete as urgent work. Usually none: the
   * pool's threads take packets themselves. To be set before the pool has a second thread.
   */
  static set pollers(count: u32) {
    startPollers(count);
  }

  static get pollers(): u32 {
    return pool.pollers;
  }

  /** Packets that pollers took, and the most that one took at once. */
  static get polled(): u32 {
    return pool.polled;
  }

  static get mostPolled(): u32 {
    return pool.mostPolled;
  }

  /**
   * Call `routine` with `argument` on a thread of the pool.
   * @param prefersLocal whether a thread of the pool queues it for itself, to be begun before older work
   */
  static queue<T>(routine: (argument: T) => void, argument: T, prefersLocal: bool = false): void {
    const item = itemOf<T>(routine, argument);
    const thread = thisThread();
    if (prefersLocal && thread.kind == THREAD_WORKER && pool.localQueues) pushLocal(thread, item);
    else pushGlobal(item);
    requestWorker();
  }

  /** The same, in front of all work that is not urgent. */
  static queueUrgent<T>(routine: (argument: T) => void, argument: T): void {
    pushUrgent(itemOf<T>(routine, argument));
    requestWorker();
  }

  /** Call `work` on a thread of the pool; the task has its result, or its error. For computations that would hold up who awaits. */
  static run<T>(work: () => T): Task<T> {
    const source = new TaskSource<T>(false);
    const compute = (): void => {
      try {
        source.complete(work());
      } catch (error) {
        source.tryFail(error);
      }
    };
    Continuation.from(compute).queue();
    return source.task;
  }

  /** Items that were taken from the queue for everybody. */
  static get globalTakes(): u32 {
    return pool.globalTakes;
  }

  /** Items that a thread took from its own queue. */
  static get localTakes(): u32 {
    return pool.localTakes;
  }

  /** Items that a thread took from the queue of another. */
  static get steals(): u32 {
    return pool.steals;
  }

  /** Packets posted to wake an idle thread. */
  static get wakes(): u32 {
    return pool.wakes;
  }

  /** Threads added because no work was begun for 500 ms. */
  static get injected(): u32 {
    return pool.injected;
  }

  /** Threads added because others blocked on tasks. */
  static get compensated(): u32 {
    return pool.compensated;
  }
}

function itemOf<T>(routine: (argument: T) => void, argument: T): usize {
  const plain = changetype<(argument: usize) => void>(routine);
  return callItemOf(plain, changetype<usize>(argument));
}
