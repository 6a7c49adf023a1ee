/**
 * What the runtime keeps per thread; the register tp points to it.
 */
import { stackPointer, threadPointer } from './rv';

const stackAlignment: usize = 4096;

/** Record of one thread; plain memory, so that it works before there is a heap. */
@unmanaged
export class ThreadBlock {
  /** Whether the thread resumes continuations. */
  isPool: bool;
  /** Continuations that run inside of each other on this thread. */
  depth: u32;
  /** End of the thread's stack; stacks end at a page. */
  stackEnd: usize;
  /** Function value that is being called (closure.ts). */
  closure: usize;
  /** Room for what system calls write. */
  scratch0: u64;
  scratch1: u64;
  scratch2: u64;
  scratch3: u64;

  /** To be called by the thread itself, in its first page of stack. */
  begin(isPool: bool): void {
    this.isPool = isPool;
    this.depth = 0;
    this.stackEnd = (stackPointer() + stackAlignment - 1) & ~(stackAlignment - 1);
  }

  /** Address of 32 bytes for results of a system call. */
  get scratch(): usize {
    return changetype<usize>(this) + offsetof<ThreadBlock>('scratch0');
  }
}

/** Block of the thread that starts the program. */
export const firstThread = changetype<ThreadBlock>(memory.data(offsetof<ThreadBlock>(), 8));

/** Block of the calling thread. */
export function thisThread(): ThreadBlock {
  return changetype<ThreadBlock>(threadPointer());
}
