/**
 * What the runtime keeps per thread; the register tp points to it. Words, as the machine's views read them (symbol `__threads` is the
 * first block, `next` leads to the others):
 *
 *     0 next   1 kind   2 depth   3 waitingFor   4 since   5 context   6–10 local queue   11 number   12 executed   13 steals
 *
 * `waitingFor` is the task that the blocked thread waits for, or 0; `since` the low word of the time at which it began to (units of 100 ns).
 */
import { stackPointer, threadPointer } from './rv';

const stackAlignment: usize = 4096;
/** Bytes at the low end of a stack that compiled code leaves to the kernel's guard. */
export const stackReserve: usize = 1024;

/** What a thread is for. */
export const THREAD_PLAIN: u32 = 0;
export const THREAD_WORKER: u32 = 1;
export const THREAD_LOOP: u32 = 2;
export const THREAD_GATE: u32 = 3;
export const THREAD_POLLER: u32 = 4;

/** Depth of threads that never run continuations inline. */
export const NO_INLINE: u32 = 0x1_0000;

/** Record of one thread; plain memory, so that it works before there is a heap. */
@unmanaged
export class ThreadBlock {
  /** Lowest address the stack may reach; 0 is any. Compiled code that checks the stack expects it here, at the thread pointer. */
  stackLimit: usize;
  next: usize;
  kind: u32;
  /** Continuations that run inside of each other on this thread. */
  depth: u32;
  waitingFor: usize;
  since: u32;
  /** The thread's `SynchronizationContext`, or 0. */
  context: usize;
  /** A ring of continuations: the thread takes from the tail, others steal from the head (queues.ts). */
  ring: usize;
  ringMask: u32;
  head: u32;
  tail: u32;
  ringLock: u32;
  number: u32;
  /** Continuations that came from queues. */
  executed: u32;
  /** Those among them that were another thread's. */
  steals: u32;
  /** Handle of the event by which the thread waits for tasks; 0 before it does. */
  event: u32;
  /** Handle by which the collector holds the thread; 0 until it is known. */
  handle: u32;
  /** End of the thread's stack; stacks end at a page. */
  stackEnd: usize;
  /** Function value that is being called (closure.ts). */
  closure: usize;
  /** While a fiber runs: the used part of the thread's own stack. */
  baseStart: usize;
  baseEnd: usize;
  /** Room for packets; here, because a thread that waits for packets holds no references on its stack. */
  packets: usize;
  /** The fiber that runs, or 0. */
  fiber: usize;
  /** Error that has been thrown and not been caught yet (unwind.ts). */
  failure: usize;
  /** Number of arguments of the call that is made (closure.ts). */
  argumentCount: i32;
  /** The `Handle` in whose call the thread is blocked, or 0. */
  uses: usize;
  /** Function and line of the call of the runtime that the thread is in (places.ts). */
  place: usize;
  placeLine: u32;
  /** Frame of the coroutine that has made the call, or 0. */
  caller: usize;
  /** Frames for the next calls of coroutines, a list for each of six sizes (frames.ts). */
  frames: usize;
  frames64: usize;
  frames80: usize;
  frames96: usize;
  frames112: usize;
  frames128: usize;
  /** Room for what system calls write. */
  scratch0: u64;
  scratch1: u64;
  scratch2: u64;
  scratch3: u64;

  /** To be called by the thread itself, in its first page of stack. Bytes of the stack, 0 is not known. */
  begin(stackBytes: usize): void {
    this.depth = NO_INLINE;
    this.failure = 0;
    this.stackEnd = (stackPointer() + stackAlignment - 1) & ~(stackAlignment - 1);
    this.stackLimit = stackBytes ? this.stackEnd - stackBytes + stackReserve : 0;
  }

  /** Address of 32 bytes for results of a system call. */
  get scratch(): usize {
    return changetype<usize>(this) + offsetof<ThreadBlock>('scratch0');
  }
}

const firstBlock = memory.data(offsetof<ThreadBlock>(), 8);
/** Block of the thread that starts the program. */
export const firstThread = changetype<ThreadBlock>(firstBlock);

/** Block of the calling thread. */
export function thisThread(): ThreadBlock {
  return changetype<ThreadBlock>(threadPointer());
}
