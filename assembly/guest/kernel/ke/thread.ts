import { codeAddress, hint2 } from '../rv';
import { threadStartAddress } from '../asm';
import { TRACE_thread_start } from '../generated/trace';
import { MSTATUS_MPIE, MSTATUS_MPP_MACHINE } from '../hal/csr';
import { PASSIVE_LEVEL } from '../hal/irql';
import { currentPrcb } from '../hal/prcb';
import { allocate, free } from '../mm/pool';
import { exitStub } from '../mm/user';
import { bugCheck } from '../ps/fault';
import { allocateUserStack, freeUserStack, joinProcess, Process } from '../ps/process';
import { initializeObject, KernelObject, TYPE_THREAD } from './object';
import { initializeList, insertTail, removeEntry } from './list';
import { Apc, initializeApcs } from './apc';
import { CHECKED } from './checked';
import { lockDispatcher, unlockDispatcher } from './dispatcher';
import { acquireLeaf, releaseLeaf } from './spinlock';
import { readyThread } from './ready';
import { retireDead } from './schedule';
import { requestTermination } from './termination';
import { dereference, reference } from '../ob/object';
import { initializeTimer, Timer } from './timer';

/** Threads: the record, creation, the start, and what is left of one that has ended. */

export const THREAD_INITIALIZED: u32 = 0;
export const THREAD_READY: u32 = 1;
export const THREAD_RUNNING: u32 = 2;
export const THREAD_WAITING: u32 = 3;
export const THREAD_TERMINATED: u32 = 4;
/** It could run, but is suspended. */
export const THREAD_SUSPENDED: u32 = 5;

export const PRIORITY_NORMAL: u32 = 8;
export const PRIORITY_LEVELS: u32 = 32;
const ALL_HARTS: u32 = u32.MAX_VALUE;
/** From here up priorities are never boosted. */
export const PRIORITY_REALTIME: u32 = 16;
/** Most objects one call can wait for without memory of the pool. */
export const OWN_WAIT_OBJECTS: u32 = 3;

/** Three times of what the deepest system call with an interrupt on top has been seen to take. */
const KERNEL_STACK_BYTES: usize = 2048;
const STACK_MARK: u32 = 0x4b53_4454;
const DEFAULT_STACK_BYTES: u32 = 16 * 1024;
/** Sizes and places in the frames of hal/trap.s. */
export const FRAME_BYTES: usize = 144;
const FRAME_STATUS: usize = 128;
/** Offset in Thread that hal/trap.s knows. */
const RETURN_WORK: usize = 56;
const CONTEXT_BYTES: usize = 64;

@unmanaged
export class Thread extends KernelObject {
  /** The completion-port unit's record of this thread: 32 bytes (THREAD_… in its table). */
  portLink: usize;
  portTimedLink: usize;
  port: u32;
  portState: u32;
  portValue: usize;
  portDeadline: u32;
  portDeadlineHigh: u32;
  portHart: u32;
  /**
   * User APCs, or its end, are due on the way back to user mode; the user registers have been replaced. hal/trap.s tests
   * the two as one.
   */
  userApcPending: bool;
  frameReplaced: bool;
  /** Stack pointer while it does not run; top of its kernel stack. */
  saved: usize;
  kernelStack: usize;
  userStack: usize;
  userStackBytes: usize;
  process: Process;
  number: u32;
  state: u32;
  priority: u32;
  /** Harts on which it may run, as bits; the one it runs on or ran on last; the one it should run on. */
  affinity: u32;
  hart: u32;
  idealHart: u32;
  /** Priority without boosts, and the running time that the present boost has been used for. */
  basePriority: u32;
  boostUsed: u64;
  exitStatus: u32;
  /** Calls of NtSuspendThread that were not undone. */
  suspendCount: u32;
  /** Entry of the ready queue. */
  readyNext: usize;
  readyPrevious: usize;
  /** How its wait ended: status or released packet. */
  waitStatus: usize;
  /** What it waits for: object, blocks in use, WAIT_ mode, IRQL before the wait. */
  waitObject: usize;
  waitBlocks: usize;
  waitCount: u32;
  waitMode: u32;
  waitIrql: u32;
  waitAll: bool;
  /** Timer of a wait with a timeout (embedded object) and its wait blocks. */
  timer: Timer;
  blocks: usize;
  /** List heads of the mutexes it owns and of the requests it issued. */
  mutantNext: usize;
  mutantPrevious: usize;
  requestNext: usize;
  requestPrevious: usize;
  /** Why the last look-up of a handle found nothing. */
  lastStatus: u32;
  /** Low word of mtime when its last wait began. */
  waitStart: u32;
  /** Entry of the list of all threads. */
  allNext: usize;
  allPrevious: usize;
  /** List heads of its APCs; −1 for each critical or guarded region that it is in. */
  kernelApcNext: usize;
  kernelApcPrevious: usize;
  userApcNext: usize;
  userApcPrevious: usize;
  kernelApcDisable: i32;
  specialApcDisable: i32;
  takesApcs: bool;
  kernelApcPending: bool;
  kernelApcInProgress: bool;
  /** The ends of its waits leave its priority as it is. */
  boostDisabled: bool;
  /** An alert (NtAlertThread) ends its next alertable wait. */
  alerted: bool;
  /** It is to end with its exit status as soon as it is about to be in user mode. */
  terminating: bool;
  /** It is on its way to its end, and needs not be told any more. */
  ending: bool;
  /** The special APC that brings the end to a thread in user mode. */
  exitApc: Apc;
}

/** List head of all threads that have a record; for those who look from outside. */
export const allThreads = memory.data(8, 4);
let threadCount: u32 = 0;
/** Guards that list. */
export const listLock = memory.data(4, 4);

/** Before the first thread. */
export function initializeThreads(): void {
  if (offsetof<Thread>('userApcPending') != RETURN_WORK) bugCheck('layout of threads', 0);
  initializeList(allThreads);
}

/** Address of the unit's record in a thread. */
export function portRecord(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('portLink');
}

/** Address of the list of a thread's requests. */
export function threadRequests(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('requestNext');
}

/** The thread of a unit's record. */
export function threadOfRecord(record: usize): Thread {
  return changetype<Thread>(record - offsetof<Thread>('portLink'));
}

const TIMER_OFFSET: usize = (offsetof<Thread>() + 7) & ~7;
const BLOCKS_OFFSET: usize = (TIMER_OFFSET + offsetof<Timer>() + 7) & ~7;
const BLOCK_BYTES: usize = 24;
const APC_OFFSET: usize = BLOCKS_OFFSET + BLOCK_BYTES * (OWN_WAIT_OBJECTS + 1);
const THREAD_BYTES: usize = APC_OFFSET + offsetof<Apc>();

/** A thread record without stacks, for the idle thread and for createThread. */
export function allocateThread(priority: u32): Thread {
  const address = allocate(THREAD_BYTES);
  const thread = changetype<Thread>(address);
  if (!address) return thread;
  initializeObject(thread, TYPE_THREAD, 0);
  thread.priority = priority;
  thread.basePriority = priority;
  thread.affinity = ALL_HARTS;
  thread.timer = changetype<Timer>(address + TIMER_OFFSET);
  thread.blocks = address + BLOCKS_OFFSET;
  initializeTimer(thread.timer, false);
  thread.timer.thread = address;
  initializeList(address + offsetof<Thread>('readyNext'));
  initializeList(address + offsetof<Thread>('mutantNext'));
  initializeList(threadRequests(thread));
  const old = acquireLeaf(listLock);
  thread.number = threadCount++;
  insertTail(allThreads, address + offsetof<Thread>('allNext'));
  releaseLeaf(listLock, old);
  initializeApcs(thread);
  thread.exitApc = changetype<Apc>(address + APC_OFFSET);
  return thread;
}

/** Make a thread that will start in user mode; null when memory is short. startThread lets it run. */
export function createThread(
  process: Process,
  routine: usize,
  argument0: usize,
  argument1: usize,
  stackBytes: u32,
  priority: u32,
): Thread {
  const thread = allocateThread(priority ? priority : PRIORITY_NORMAL);
  if (!changetype<usize>(thread)) return thread;
  const bytes: usize = stackBytes ? stackBytes : DEFAULT_STACK_BYTES;
  const kernelStack = allocateKernelStack();
  const userStack = allocateUserStack(process, bytes);
  if (!kernelStack || !userStack) {
    if (kernelStack) free(kernelStack, KERNEL_STACK_BYTES);
    if (userStack) freeUserStack(process, userStack, bytes);
    forgetThread(thread);
    return changetype<Thread>(0);
  }
  thread.kernelStack = kernelStack + KERNEL_STACK_BYTES;
  thread.userStack = userStack;
  thread.userStackBytes = bytes;
  thread.process = process;
  buildFirstFrame(thread, routine, argument0, argument1);
  return thread;
}

/** A kernel stack; the checked build marks its low end. */
function allocateKernelStack(): usize {
  const stack = allocate(KERNEL_STACK_BYTES);
  if (CHECKED && stack) store<u32>(stack, STACK_MARK);
  return stack;
}

/** In the checked build: has the thread never grown to the end of its kernel stack? The idle threads have none of these. */
export function isStackSound(thread: Thread): bool {
  const top = thread.kernelStack;
  return top == 0 || load<u32>(top - KERNEL_STACK_BYTES) == STACK_MARK;
}

/** Make a thread of the executive itself: routine (context: usize) => void by its index, which must not return. Null without memory. */
export function createSystemThread(routine: u32, context: usize, priority: u32): Thread {
  const thread = allocateThread(priority);
  if (!changetype<usize>(thread)) return thread;
  const kernelStack = allocateKernelStack();
  if (!kernelStack) {
    forgetThread(thread);
    return changetype<Thread>(0);
  }
  thread.kernelStack = kernelStack + KERNEL_STACK_BYTES;
  const frame = thread.kernelStack - FRAME_BYTES;
  store<usize>(frame, codeAddress(routine));
  store<usize>(frame, context, 40);
  store<u32>(frame, MSTATUS_MPIE | MSTATUS_MPP_MACHINE, FRAME_STATUS);
  beginAt(thread, frame);
  return thread;
}

function beginAt(thread: Thread, frame: usize): void {
  thread.saved = frame - CONTEXT_BYTES;
  store<usize>(thread.saved, threadStartAddress());
}

/** Let a new thread run. Running counts as a reference, which its end drops. */
export function startThread(thread: Thread): void {
  const routine = load<u32>(thread.kernelStack - FRAME_BYTES);
  hint2(TRACE_thread_start, changetype<usize>(thread), routine);
  reference(thread);
  const old = lockDispatcher();
  if (changetype<usize>(thread.process)) joinProcess(thread);
  readyThread(thread, 0);
  unlockDispatcher(old);
  // a program that has ended meanwhile may have looked for its threads too early to see this one
  const process = thread.process;
  if (changetype<usize>(process) && process.ended) requestTermination(thread, process.exitCode);
}

function buildFirstFrame(thread: Thread, routine: usize, argument0: usize, argument1: usize): void {
  const frame = thread.kernelStack - FRAME_BYTES;
  store<usize>(frame, routine);
  store<usize>(frame, exitStub(thread.process), 4);
  store<usize>(frame, (thread.userStack + thread.userStackBytes) & ~15, 8);
  store<usize>(frame, argument0, 40);
  store<usize>(frame, argument1, 44);
  store<u32>(frame, MSTATUS_MPIE, FRAME_STATUS);
  beginAt(thread, frame);
}

/** First code of a thread, from hal/trap.s on its kernel stack. Interrupts are off at entry and return. */
export function threadBegin(): void {
  retireDead(currentPrcb());
  unlockDispatcher(PASSIVE_LEVEL);
}

/** Give back the stacks of an ended thread and the reference of its running; on another stack than its own, at DISPATCH. */
export function retireThread(thread: Thread): void {
  freeStacks(thread);
  dereference(thread);
}

function freeStacks(thread: Thread): void {
  free(thread.kernelStack - KERNEL_STACK_BYTES, KERNEL_STACK_BYTES);
  freeUserStack(thread.process, thread.userStack, thread.userStackBytes);
}

/** The last reference to a thread is gone: it has ended, or never started. */
export function deleteThread(thread: Thread): void {
  if (thread.state == THREAD_INITIALIZED) freeStacks(thread);
  forgetThread(thread);
}

function forgetThread(thread: Thread): void {
  const old = acquireLeaf(listLock);
  removeEntry(changetype<usize>(thread) + offsetof<Thread>('allNext'));
  releaseLeaf(listLock, old);
  free(changetype<usize>(thread), THREAD_BYTES);
}
