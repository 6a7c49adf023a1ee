/**
 * Threads that may block. The kernel schedules them; each has a stack of its own.
 */
import {
  SYS_NtCreateThreadEx,
  SYS_NtTerminateThread,
  SYS_NtWaitForSingleObject,
} from './generated/syscalls';
import { enableLocks } from './lock';
import { codeAddress, setThreadPointer } from './rv';
import { require } from './require';
import { system } from './system';
import { pool } from './poolState';
import { uncaught } from './unwind';
import { ThreadBlock, thisThread } from './threadBlock';
import { lockThreads, nameFirstThread, unlockThreads } from './world';

const currentThread: u32 = 0xffff_fffe;
/** What the kernel gives a thread that asks for 0. */
const usualStackBytes: usize = 16 * 1024;

/** What a new thread begins with. It stays in the list as long as the thread runs, so that the collector keeps it. */
class Start {
  next: Start | null = null;
  block: usize = 0;

  constructor(
    readonly routine: (argument: usize) => void,
    readonly argument: usize,
    readonly stackBytes: usize,
  ) {}
}

let starts: Start | null = null;
let threadsMade: u32 = 0;

/** Put a thread on the lists of threads. */
function enlist(start: Start): void {
  const block = changetype<ThreadBlock>(start.block);
  lockThreads();
  start.next = starts;
  starts = start;
  block.number = ++threadsMade;
  block.next = pool.threads;
  pool.threads = start.block;
  pool.blocks++;
  unlockThreads();
}

/** Take a thread that ends from the lists. */
function forget(start: Start): void {
  lockThreads();
  let place = changetype<usize>(start);
  if (starts === start) {
    starts = start.next;
  } else {
    let before = starts!;
    while (before.next !== start) before = before.next!;
    before.next = start.next;
  }
  place = start.block;
  const next = changetype<ThreadBlock>(place).next;
  if (pool.threads == place) {
    pool.threads = next;
  } else {
    let before = changetype<ThreadBlock>(pool.threads);
    while (before.next != place) before = changetype<ThreadBlock>(before.next);
    before.next = next;
  }
  pool.blocks--;
  unlockThreads();
}

/** Start a thread; returns its handle. Stack of `stackBytes` bytes, 0 for the usual 16 KiB. */
export function startThread(
  routine: (argument: usize) => void,
  argument: usize,
  stackBytes: u32,
): u32 {
  enableLocks();
  nameFirstThread();
  const start = new Start(routine, argument, stackBytes ? stackBytes : usualStackBytes);
  start.block = __alloc(offsetof<ThreadBlock>());
  memory.fill(start.block, 0, offsetof<ThreadBlock>());
  enlist(start);
  const main = (argument: usize): void => threadMain(argument);
  const status = system(
    SYS_NtCreateThreadEx,
    start.block + offsetof<ThreadBlock>('handle'),
    codeAddress(main.index),
    changetype<usize>(start),
    stackBytes,
    0,
  );
  require(status, 'Cannot start a thread');
  return changetype<ThreadBlock>(start.block).handle;
}

function threadMain(argument: usize): void {
  const start = changetype<Start>(argument);
  const block = changetype<ThreadBlock>(start.block);
  setThreadPointer(start.block);
  block.begin(start.stackBytes);
  try {
    start.routine(start.argument);
  } catch (error) {
    uncaught(error);
  }
  forget(start);
  __free(start.block);
  system(SYS_NtTerminateThread, currentThread, 0);
}

/** A thread whose routine may block. */
export class Thread {
  private constructor(private handle: u32) {}

  /**
   * Start a thread that calls `routine` with `argument`.
   * @param stackBytes size of the stack; 0 is 16 KiB
   */
  static start<T>(routine: (argument: T) => void, argument: T, stackBytes: u32 = 0): Thread {
    const plain = changetype<(argument: usize) => void>(routine);
    return new Thread(startThread(plain, changetype<usize>(argument), stackBytes));
  }

  /** Block the calling thread until this one has ended. */
  join(): void {
    system(SYS_NtWaitForSingleObject, this.handle, 0, 0);
  }
}
