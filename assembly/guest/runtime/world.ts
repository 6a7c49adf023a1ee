/**
 * The other threads, as the collector meets them: it holds them where they are by system calls, whatever they do, and looks at their
 * stacks and registers.
 */
import {
  STATUS_BUFFER_OVERFLOW,
  SYS_NtDuplicateObject,
  SYS_NtGetContextThread,
  SYS_NtResumeThread,
  SYS_NtSuspendThread,
} from './generated/syscalls';
import { lock, unlock } from './lock';
import { markDirect } from './direct';
import { PAGE_BYTES, contextPage } from './pages';
import { pool } from './poolState';
import { system } from './system';
import { ThreadBlock, firstThread, thisThread } from './threadBlock';

const currentThread: u32 = 0xffff_fffe;
/** Room for the registers of most threads. */
const usualContextBytes: usize = 1024;
/** Place of the stack pointer in a context. */
const CONTEXT_SP: usize = 8;

const listLock = memory.data(4, 4);

/** Threads that `suspendThreads` held the last time. */
export let threadsHeld: u32 = 0;

/** Nobody else changes the list of threads until `unlockThreads`. */
export function lockThreads(): void {
  lock(listLock);
}

export function unlockThreads(): void {
  unlock(listLock);
}

/** Before the second thread: the first one gets a handle by which others can hold it. */
export function nameFirstThread(): void {
  if (firstThread.handle) return;
  const handle = changetype<usize>(firstThread) + offsetof<ThreadBlock>('handle');
  system(SYS_NtDuplicateObject, currentThread, handle);
}

/** From here to `resumeThreads` no other thread runs. */
export function suspendThreads(): void {
  lockThreads();
  threadsHeld = 0;
  for (let place = pool.threads; place; place = changetype<ThreadBlock>(place).next) {
    const block = changetype<ThreadBlock>(place);
    if (block == thisThread() || !block.handle) continue;
    system(SYS_NtSuspendThread, block.handle, 0);
    threadsHeld++;
  }
}

export function resumeThreads(): void {
  for (let place = pool.threads; place; place = changetype<ThreadBlock>(place).next) {
    const block = changetype<ThreadBlock>(place);
    if (block != thisThread() && block.handle) system(SYS_NtResumeThread, block.handle, 0);
  }
  unlockThreads();
}

/** Mark what the registers and stacks of the others refer to. */
export function scanThreads(): void {
  for (let place = pool.threads; place; place = changetype<ThreadBlock>(place).next) {
    const block = changetype<ThreadBlock>(place);
    if (block != thisThread() && block.handle) scanThread(block);
  }
}

function scanThread(block: ThreadBlock): void {
  let bytes = usualContextBytes;
  const status = system(SYS_NtGetContextThread, block.handle, contextPage, bytes);
  if (status == STATUS_BUFFER_OVERFLOW) {
    bytes = PAGE_BYTES;
    system(SYS_NtGetContextThread, block.handle, contextPage, bytes);
  }
  markDirect(contextPage, contextPage + bytes);
  // A thread that has not begun has an empty stack, and no end of it.
  const sp = load<usize>(contextPage, CONTEXT_SP);
  if (sp < block.stackEnd) markDirect(sp, block.stackEnd);
  if (block.baseStart) markDirect(block.baseStart, block.baseEnd);
}
