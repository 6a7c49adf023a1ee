import { csrRead, hint2 } from '../rv';
import { TRACE_thread_wait } from '../generated/trace';
import {
  STATUS_ABANDONED_WAIT_0,
  STATUS_ALERTED,
  STATUS_KERNEL_APC,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
  STATUS_USER_APC,
} from '../generated/syscalls';
import { NEVER, systemTime } from '../hal/clock';
import { TIME } from '../hal/csr';
import { currentThread } from '../hal/prcb';
import {
  blockOnOther,
  interruptParked,
  isParked,
  Port,
  portDepth,
  wakeFromOther,
} from '../io/port';
import { firePacket, WaitPacket } from '../io/waitpacket';
import { DISPATCH_LEVEL } from '../hal/irql';
import { assertRule } from './checked';
import { canDeliver, hasUserApc } from './apc';
import { lockDispatcher, unlockDispatcher } from './dispatcher';
import { insertTail, nextEntry, removeEntry } from './list';
import { isOwner, takeMutant } from './mutant';
import {
  KernelObject,
  TYPE_MUTANT,
  TYPE_PORT,
  TYPE_SEMAPHORE,
  TYPE_SYNCHRONIZATION_EVENT,
  TYPE_SYNCHRONIZATION_TIMER,
  waitList,
} from './object';
import { boostThread } from './priority';
import { readyThread } from './ready';
import { swapThread } from './schedule';
import { Thread, OWN_WAIT_OBJECTS, THREAD_WAITING } from './thread';
import { cancelTimer, setTimer } from './timer';

/**
 * Waits (N3.5 for their part in ports): for one object, for any or all of several, with a timeout. A wait block hangs on the
 * object's list and names a thread, or a wait completion packet. A wait begins below DISPATCH; a kernel APC interrupts it, runs,
 * and the wait begins again. All else here runs with the dispatcher locked.
 */

/** Modes of a wait: user APCs and alerts end it; the wait is a program's, which the end of its thread ends too. */
export const WAIT_ALERTABLE: u32 = 1;
export const WAIT_USER: u32 = 2;

/** No status of a wait: its objects are not signalled, and nothing else ends it. */
const NOT_SATISFIED: u32 = u32.MAX_VALUE;

@unmanaged
export class WaitBlock {
  next: usize;
  previous: usize;
  object: KernelObject;
  /** Thread or WaitPacket, by its type. */
  thread: usize;
  packet: usize;
  /** Place in the call: the status of a wait for any. */
  key: u32;
}

/** Bytes of a wait block. */
export const WAIT_BLOCK_BYTES: usize = offsetof<WaitBlock>();

/** One of several blocks. A thread has some for waits for several objects, and behind them one for waits for a single object. */
export function waitBlock(blocks: usize, index: u32): WaitBlock {
  return changetype<WaitBlock>(blocks + WAIT_BLOCK_BYTES * index);
}

/** A block of the thread's present wait. */
function currentBlock(thread: Thread, index: u32): WaitBlock {
  return waitBlock(thread.waitBlocks, index);
}

/** Wait for one object until a moment: 0 does not wait, NEVER waits for ever. */
export function waitForObject(object: KernelObject, deadline: u64, mode: u32): u32 {
  const block = waitBlock(currentThread().blocks, OWN_WAIT_OBJECTS);
  let status: u32;
  do {
    block.object = object;
    status = attemptWait(block, 1, false, deadline, mode);
  } while (status == STATUS_KERNEL_APC);
  return status;
}

/** Wait for the objects in these wait blocks. */
export function waitForObjects(
  blocks: usize,
  count: u32,
  all: bool,
  deadline: u64,
  mode: u32,
): u32 {
  let status: u32;
  do {
    status = attemptWait(waitBlock(blocks, 0), count, all, deadline, mode);
  } while (status == STATUS_KERNEL_APC);
  return status;
}

/** One attempt. When a kernel APC ends it, that APC has run on return. */
function attemptWait(blocks: WaitBlock, count: u32, all: bool, deadline: u64, mode: u32): u32 {
  const old = lockDispatcher();
  assertRule(old < DISPATCH_LEVEL, 'wait at DISPATCH');
  const thread = currentThread();
  thread.waitBlocks = changetype<usize>(blocks);
  thread.waitIrql = old;
  thread.waitMode = mode;
  let status = takeSignals(thread, count, all);
  if (status == NOT_SATISFIED) status = reasonNotToWait(thread, deadline);
  if (status == NOT_SATISFIED) {
    hangUp(thread, count, all);
    if (deadline != NEVER) setTimer(thread.timer, deadline, 0);
    status = blockThread(thread);
  }
  unlockDispatcher(old);
  return status;
}

/** Alerts, APCs and the timeout, before a thread blocks; or NOT_SATISFIED. */
function reasonNotToWait(thread: Thread, deadline: u64): u32 {
  const alert = takeAlert(thread, thread.waitMode);
  if (alert) return alert;
  if (deadline != NEVER && deadline <= systemTime()) return STATUS_TIMEOUT;
  return canDeliver(thread, thread.waitIrql) ? STATUS_KERNEL_APC : NOT_SATISFIED;
}

/** Is there something that ends a wait of this mode at once? */
export function isAlertDue(thread: Thread, mode: u32): bool {
  if (mode & WAIT_ALERTABLE && (thread.alerted || hasUserApc(thread))) return true;
  return (mode & WAIT_USER) != 0 && thread.userApcPending;
}

/** Take it: STATUS_ALERTED, STATUS_USER_APC (the APCs then run on the way to user mode), or 0 when there is nothing. */
export function takeAlert(thread: Thread, mode: u32): u32 {
  if (!isAlertDue(thread, mode)) return 0;
  if (mode & WAIT_ALERTABLE && thread.alerted) {
    thread.alerted = false;
    return STATUS_ALERTED;
  }
  thread.userApcPending = true;
  return STATUS_USER_APC;
}

function hangUp(thread: Thread, count: u32, all: bool): void {
  thread.waitCount = count;
  thread.waitAll = all;
  for (let index: u32 = 0; index < count; index++) {
    const block = currentBlock(thread, index);
    block.thread = changetype<usize>(thread);
    block.packet = 0;
    block.key = index;
    insertTail(waitList(block.object), changetype<usize>(block));
  }
}

/** Give up the hart until endWait; the answer is the status that it gives. */
function blockThread(thread: Thread): u32 {
  const object = changetype<usize>(currentBlock(thread, 0).object);
  hint2(TRACE_thread_wait, changetype<usize>(thread), object);
  thread.state = THREAD_WAITING;
  thread.waitObject = object;
  thread.waitStart = csrRead(TIME);
  blockOnOther(thread);
  swapThread();
  return <u32>thread.waitStatus;
}

/** Would a wait of this thread for the object end at once? */
function isSignaled(object: KernelObject, thread: Thread): bool {
  if (object.signal > 0) return true;
  if (object.type == TYPE_MUTANT) return isOwner(object, thread);
  return object.type == TYPE_PORT && portDepth(changetype<Port>(object)) > 0;
}

/** Take the signal, of objects that satisfy one waiter only; true when a mutex had been abandoned. */
export function satisfy(object: KernelObject, thread: Thread): bool {
  const type = object.type;
  if (type == TYPE_SYNCHRONIZATION_EVENT || type == TYPE_SYNCHRONIZATION_TIMER) object.signal = 0;
  else if (type == TYPE_SEMAPHORE) object.signal--;
  else if (type == TYPE_MUTANT) return takeMutant(object, thread);
  return false;
}

/** Satisfy a wait without blocking: its status, or NOT_SATISFIED. */
function takeSignals(thread: Thread, count: u32, all: bool): u32 {
  if (all) return takeAll(thread, count);
  for (let index: u32 = 0; index < count; index++) {
    const object = currentBlock(thread, index).object;
    if (isSignaled(object, thread)) return takeOne(object, thread, index);
  }
  return NOT_SATISFIED;
}

function takeOne(object: KernelObject, thread: Thread, index: u32): u32 {
  return satisfy(object, thread) ? STATUS_ABANDONED_WAIT_0 + index : index;
}

function takeAll(thread: Thread, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    if (!isSignaled(currentBlock(thread, index).object, thread)) return NOT_SATISFIED;
  }
  let status = STATUS_SUCCESS;
  for (let index: u32 = 0; index < count; index++) {
    if (satisfy(currentBlock(thread, index).object, thread)) status = STATUS_ABANDONED_WAIT_0;
  }
  return status;
}

/** Undo a wait that has hung its blocks up, and let the thread run on, with a higher priority for a while. */
function endWait(thread: Thread, status: u32, operation: u32, increment: u32): void {
  for (let index: u32 = 0; index < thread.waitCount; index++) {
    removeEntry(changetype<usize>(currentBlock(thread, index)));
  }
  thread.waitCount = 0;
  cancelTimer(thread.timer);
  thread.waitStatus = status;
  thread.waitObject = 0;
  wakeFromOther(thread);
  boostThread(thread, increment);
  readyThread(thread, operation);
}

/** The timer of a wait has expired. */
export function timeOut(thread: Thread): void {
  if (thread.waitCount > 0) endWait(thread, STATUS_TIMEOUT, 0, 0);
}

/** End the wait of a thread for the sake of an APC or an alert, at its port or elsewhere; false when it has just ended. */
export function interruptWait(thread: Thread, status: u32, increment: u32): bool {
  if (thread.waitCount > 0) {
    endWait(thread, status, 0, increment);
    return true;
  }
  if (!isParked(thread) || !interruptParked(thread)) return false;
  thread.waitStatus = status;
  thread.waitObject = 0;
  boostThread(thread, increment);
  readyThread(thread, 0);
  return true;
}

/**
 * An object has become signalled: satisfy those who wait for it, oldest first, while the signal lasts. `operation` is the
 * request that did it, or 0; `increment` raises the priority of the threads.
 */
export function signalObject(object: KernelObject, operation: u32, increment: u32): void {
  const head = waitList(object);
  let entry = nextEntry(head);
  while (entry != head && object.signal > 0) {
    const block = changetype<WaitBlock>(entry);
    if (block.packet) {
      removeEntry(entry);
      satisfy(object, changetype<Thread>(0));
      firePacket(changetype<WaitPacket>(block.packet));
      entry = nextEntry(head);
    } else {
      const thread = changetype<Thread>(block.thread);
      const status = thread.waitAll
        ? takeAll(thread, thread.waitCount)
        : takeOne(object, thread, block.key);
      if (status != NOT_SATISFIED) {
        endWait(thread, status, operation, increment);
        entry = nextEntry(head);
      } else {
        entry = nextEntry(entry);
      }
    }
  }
}
