/**
 * Fibers: functions with a stack of their own that give the thread back in the middle of any call, and go on there when they are resumed.
 * Nothing but the switch of stacks takes part; there is no kernel in it, and no rewriting of the functions.
 */
import { swapFiber } from './asm';
import { callItemOf } from './continuation';
import { allocateRaw } from './heap';
import { codeAddress } from './rv';
import { yieldThread } from './system';
import { addWaiter } from './awaiting';
import { Task } from './task';
import { stackReserve, ThreadBlock, thisThread } from './threadBlock';
import { uncaught } from './unwind';

const usualStackBytes: u32 = 16384;
/** What `swapFiber` keeps on a stack, with the return address first. */
const switchFrameBytes: usize = 64;

const FIBER_READY: u32 = 0;
const FIBER_RUNNING: u32 = 1;
const FIBER_DONE: u32 = 2;

/** A function with a stack of its own. */
export class Fiber {
  private state: u32 = FIBER_READY;
  private stack: usize = 0;
  private stackEnd: usize = 0;
  /** The stack's pointer while the fiber does not run. */
  private pointer: usize = 0;
  /** The fiber that has resumed this one, or the thread. */
  private resumer: Fiber | null = null;
  /** The task it waits for, or 0: for the machine's views. */
  private awaited: usize = 0;

  /** A fiber that will call `routine` when it is first resumed. Stack of `stackBytes` bytes. */
  constructor(
    private readonly routine: () => void,
    stackBytes: u32 = usualStackBytes,
  ) {
    this.stack = allocateRaw(stackBytes);
    this.stackEnd = (this.stack + stackBytes) & ~15;
    this.pointer = this.stackEnd - switchFrameBytes;
    memory.fill(this.pointer, 0, switchFrameBytes);
    const main = (): void => fiberMain();
    store<usize>(this.pointer, codeAddress(main.index));
  }

  /** The fiber that runs on this thread, or null. */
  static get current(): Fiber | null {
    return changetype<Fiber | null>(thisThread().fiber);
  }

  /** Whether the routine has returned. */
  get isDone(): bool {
    return this.state == FIBER_DONE;
  }

  /** Bytes of the stack. */
  get stackBytes(): u32 {
    return <u32>(this.stackEnd - this.stack);
  }

  /** Run the fiber on this thread until it yields or ends. */
  resume(): void {
    // Another thread may just be about to leave it.
    while (this.state == FIBER_RUNNING) yieldThread();
    if (this.state == FIBER_DONE) throw new Error('A fiber that has ended cannot be resumed');
    const thread = thisThread();
    const outer = changetype<Fiber | null>(thread.fiber);
    this.resumer = outer;
    thread.fiber = changetype<usize>(this);
    const stackLimit = thread.stackLimit;
    thread.stackLimit = this.stack + stackReserve;
    if (outer) {
      const stackEnd = thread.stackEnd;
      thread.stackEnd = this.stackEnd;
      swapFiber(changetype<usize>(outer) + offsetof<Fiber>('pointer'), this.enter());
      thread.stackEnd = stackEnd;
    } else {
      this.resumeFromThread(thread);
    }
    thread.fiber = changetype<usize>(outer);
    thread.stackLimit = stackLimit;
    if (this.state == FIBER_RUNNING) this.state = FIBER_READY;
  }

  /** The collector looks at the thread's own stack through `baseStart` and `baseEnd` meanwhile. */
  private resumeFromThread(thread: ThreadBlock): void {
    thread.baseEnd = thread.stackEnd;
    thread.stackEnd = this.stackEnd;
    swapFiber(changetype<usize>(thread) + offsetof<ThreadBlock>('baseStart'), this.enter());
    thread.stackEnd = thread.baseEnd;
    thread.baseEnd = 0;
    thread.baseStart = 0;
  }

  private enter(): usize {
    this.state = FIBER_RUNNING;
    return this.pointer;
  }

  /** Give the thread back to who has resumed the running fiber. */
  static yield(): void {
    const thread = thisThread();
    const fiber = changetype<Fiber | null>(thread.fiber);
    if (!fiber) throw new Error('There is no fiber to yield from');
    fiber.leave(thread);
  }

  private leave(thread: ThreadBlock): void {
    const resumer = this.resumer;
    const next = resumer ? resumer.pointer : thread.baseStart;
    swapFiber(changetype<usize>(this) + offsetof<Fiber>('pointer'), next);
  }

  /** The result of a task; the fiber yields until it is there, and a thread of the pool goes on with it. */
  static await<T>(task: Task<T>): T {
    const fiber = Fiber.current;
    if (!fiber) throw new Error('There is no fiber to wait with');
    if (!task.isCompleted) {
      const resume = (fiber: usize): void => changetype<Fiber>(fiber).resume();
      const item = callItemOf(resume, changetype<usize>(fiber));
      fiber.awaited = changetype<usize>(task);
      if (addWaiter(changetype<usize>(task), item)) Fiber.yield();
      fiber.awaited = 0;
    }
    return task.getResult();
  }

  /** What runs on the fiber's stack. */
  run(): void {
    const routine = this.routine;
    try {
      routine();
    } catch (error) {
      uncaught(error);
    }
    this.state = FIBER_DONE;
    this.leave(thisThread());
  }
}

function fiberMain(): void {
  changetype<Fiber>(thisThread().fiber).run();
}
