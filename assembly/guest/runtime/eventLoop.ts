/**
 * Event loops: one thread that runs the continuations posted to it, one after the other, in their order. If there is no pool, the loop
 * takes the packets of the completion port itself and the program has one thread; else it sleeps on a port of its own.
 */
import { SynchronizationContext } from './context';
import { Continuation } from './continuation';
import {
  STATUS_SUCCESS,
  SYS_NtRemoveIoCompletionEx,
  SYS_NtSetIoCompletion,
} from './generated/syscalls';
import { allocateRaw } from './heap';
import { KEY_WAKE } from './keys';
import { PoolState, pool } from './poolState';
import { WorkQueue, takeItem } from './queues';
import { amoAdd, amoSwap } from './rv';
import { runFrame } from './scheduler';
import { system } from './system';
import { Task } from './task';
import { THREAD_LOOP, THREAD_PLAIN, ThreadBlock, thisThread } from './threadBlock';
import { deliverAll, maximumEntries, newPort, requirePort, roomForPackets } from './workers';

const IDLE = changetype<usize>(pool) + offsetof<PoolState>('idle');

/** A thread that runs what is posted to it. */
export class EventLoop extends SynchronizationContext {
  /** Continuations that were run. */
  turns: u32 = 0;
  /** Times the loop looked for packets. */
  looks: u32 = 0;
  private readonly queue: WorkQueue = changetype<WorkQueue>(allocateRaw(offsetof<WorkQueue>()));
  private port: u32 = 0;
  private isAlone: bool = false;
  private sleeping: u32 = 0;

  /** @param polls whether the loop looks for packets again and again instead of sleeping */
  constructor(private readonly polls: bool = false) {
    super();
    memory.fill(changetype<usize>(this.queue), 0, offsetof<WorkQueue>());
  }

  post(continuation: Continuation): void {
    this.queue.push(changetype<usize>(continuation));
    if (!this.sleeping) return;
    const place = changetype<usize>(this) + offsetof<EventLoop>('sleeping');
    if (amoSwap(place, 0)) system(SYS_NtSetIoCompletion, this.port, KEY_WAKE, 0, 0, 0);
  }

  /** Call `begin` on this thread, with the loop as its context, and run continuations until its task is over. Returns the result. */
  run<T>(begin: () => Task<T>): T {
    const thread = thisThread();
    this.isAlone = pool.workers == 0;
    this.port = this.isAlone ? requirePort() : newPort();
    thread.kind = THREAD_LOOP;
    thread.context = changetype<usize>(this);
    if (this.isAlone) pool.goal = 0;
    thread.packets = roomForPackets();
    const task = begin();
    while (!task.isCompleted) this.turn(thread);
    thread.context = 0;
    thread.kind = THREAD_PLAIN;
    if (this.isAlone) pool.goal = pool.least;
    return task.getResult();
  }

  private turn(thread: ThreadBlock): void {
    const item = this.queue.pop();
    if (item) {
      this.turns++;
      runFrame(item);
      return;
    }
    if (this.isAlone && this.runForPool(thread)) return;
    this.takePackets(thread);
  }

  /** What belongs to the pool has no other thread to run on. */
  private runForPool(thread: ThreadBlock): bool {
    const item = takeItem(thread);
    if (!item) return false;
    thread.context = 0;
    runFrame(item);
    thread.context = changetype<usize>(this);
    return true;
  }

  private takePackets(thread: ThreadBlock): void {
    const sleepingAt = changetype<usize>(this) + offsetof<EventLoop>('sleeping');
    this.looks++;
    amoSwap(sleepingAt, 1);
    // Alone, the loop is the pool's idle worker too.
    if (this.isAlone) amoAdd(IDLE, 1);
    const mayWait = !this.polls && !this.queue.first && !(this.isAlone && pool.queued);
    store<i64>(thread.scratch + 8, 0);
    const status = system(
      SYS_NtRemoveIoCompletionEx,
      this.port,
      thread.packets,
      maximumEntries,
      thread.scratch,
      mayWait ? 0 : thread.scratch + 8,
      0,
    );
    if (this.isAlone) amoAdd(IDLE, -1);
    amoSwap(sleepingAt, 0);
    if (status != STATUS_SUCCESS) return;
    thread.context = 0;
    deliverAll(thread.packets, load<u32>(thread.scratch));
    thread.context = changetype<usize>(this);
  }
}

/** An event loop that never sleeps: no wake-up costs anything, and the hart is always busy. */
export class PollingScheduler extends EventLoop {
  constructor() {
    super(true);
  }
}
