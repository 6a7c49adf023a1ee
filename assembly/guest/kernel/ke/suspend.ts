import { lockDispatcher, unlockDispatcher } from './dispatcher';
import { holdThread, readyThread } from './ready';
import { FRAME_BYTES, Thread, THREAD_SUSPENDED } from './thread';

/**
 * Suspended threads: they wait as before, but do not compete for a hart. A thread is held wherever it was preempted, in a system
 * call too. Left out is NT's way by an APC, which holds a thread where it is about to be in user mode.
 */

const WORD: usize = 4;
const CONTEXT_WORDS: usize = 32;

/**
 * Suspend another thread once more; it does not run any more when this returns. Returns how often it was suspended before, or −1 for
 * one that ends, which is not to be held on its way.
 */
export function suspendThread(thread: Thread): i32 {
  let old = lockDispatcher();
  if (!thread.takesApcs || thread.terminating) {
    unlockDispatcher(old);
    return -1;
  }
  const previous = thread.suspendCount++;
  while (!holdThread(thread)) {
    // Its hart was interrupted, and needs the lock to take another thread.
    unlockDispatcher(old);
    old = lockDispatcher();
  }
  unlockDispatcher(old);
  return previous;
}

/** Undo one suspension. Returns how many there were. */
export function resumeThread(thread: Thread): u32 {
  const old = lockDispatcher();
  const previous = thread.suspendCount;
  if (previous) {
    thread.suspendCount = previous - 1;
    if (previous == 1 && thread.state == THREAD_SUSPENDED) readyThread(thread, 0);
  }
  unlockDispatcher(old);
  return previous;
}

/** Undo all suspensions, so that the thread can end. With the dispatcher locked. */
export function releaseThread(thread: Thread): void {
  if (!thread.suspendCount) return;
  thread.suspendCount = 0;
  if (thread.state == THREAD_SUSPENDED) readyThread(thread, 0);
}

/**
 * Copy the user registers of a suspended thread, and the words of its kernel stack, where the others are. Returns whether there was
 * room for all.
 */
export function copyContext(thread: Thread, context: usize, bytes: usize): bool {
  const frame = thread.kernelStack - FRAME_BYTES;
  memory.copy(context, frame, CONTEXT_WORDS * WORD);
  let place = context + CONTEXT_WORDS * WORD;
  const end = context + (bytes & ~(WORD - 1));
  const used = min(frame - thread.saved, end - place);
  memory.copy(place, thread.saved, used);
  place += used;
  memory.fill(place, 0, end - place);
  return thread.saved + used == frame;
}
