import { csrRead, hint2 } from '../rv';
import { TRACE_thread_wait } from '../generated/trace';
import { STATUS_ABANDONED_WAIT_0, STATUS_SUCCESS, STATUS_TIMEOUT } from '../generated/syscalls';
import { NEVER, systemTime } from '../hal/clock';
import { TIME } from '../hal/csr';
import { currentThread } from '../hal/prcb';
import { blockOnOther, wakeFromOther } from '../io/port';
import { firePacket, WaitPacket } from '../io/waitpacket';
import { insertTail, nextEntry, removeEntry } from './list';
import { isOwner, takeMutant } from './mutant';
import {
  KernelObject,
  TYPE_MUTANT,
  TYPE_SEMAPHORE,
  TYPE_SYNCHRONIZATION_EVENT,
  TYPE_SYNCHRONIZATION_TIMER,
  waitList,
} from './object';
import { readyThread, swapThread } from './schedule';
import { Thread, THREAD_WAITING } from './thread';
import { cancelTimer, setTimer } from './timer';

/**
 * Waits (N3.5 for their part in ports): for one object, for any or all of several, with a timeout. A wait block hangs on the
 * object's list and names a thread, or a wait completion packet. Everything here runs at DISPATCH.
 */

/** No status of a wait: its objects are not signalled. */
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

/** A thread's block by place. */
export function waitBlock(thread: Thread, index: u32): WaitBlock {
  return changetype<WaitBlock>(thread.blocks + WAIT_BLOCK_BYTES * index);
}

/** Give up the hart until somebody calls wakeThread; the answer is what that call says. */
export function blockThread(object: usize): usize {
  const thread = currentThread();
  hint2(TRACE_thread_wait, changetype<usize>(thread), object);
  thread.state = THREAD_WAITING;
  thread.waitObject = object;
  thread.waitStart = csrRead(TIME);
  blockOnOther(thread);
  swapThread();
  return thread.waitStatus;
}

/** End a thread's wait. */
export function wakeThread(thread: Thread, status: usize, operation: u32): void {
  thread.waitStatus = status;
  thread.waitObject = 0;
  wakeFromOther(thread);
  readyThread(thread, operation);
}

/** Wait for one object until a moment: 0 does not wait, NEVER waits for ever. */
export function waitForObject(object: KernelObject, deadline: u64): u32 {
  const block = waitBlock(currentThread(), 0);
  block.object = object;
  return waitForObjects(1, false, deadline);
}

/** Wait for the objects in the calling thread's first wait blocks. */
export function waitForObjects(count: u32, all: bool, deadline: u64): u32 {
  const thread = currentThread();
  const ready = takeSignals(thread, count, all);
  if (ready != NOT_SATISFIED) return ready;
  if (deadline <= systemTime()) return STATUS_TIMEOUT;
  thread.waitCount = count;
  thread.waitAll = all;
  for (let index: u32 = 0; index < count; index++) {
    const block = waitBlock(thread, index);
    block.thread = changetype<usize>(thread);
    block.packet = 0;
    block.key = index;
    insertTail(waitList(block.object), changetype<usize>(block));
  }
  if (deadline != NEVER) setTimer(thread.timer, deadline, 0);
  return <u32>blockThread(changetype<usize>(waitBlock(thread, 0).object));
}

/** Would a wait of this thread for the object end at once? */
function isSignaled(object: KernelObject, thread: Thread): bool {
  return object.signal > 0 || (object.type == TYPE_MUTANT && isOwner(object, thread));
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
    const object = waitBlock(thread, index).object;
    if (isSignaled(object, thread)) return takeOne(object, thread, index);
  }
  return NOT_SATISFIED;
}

function takeOne(object: KernelObject, thread: Thread, index: u32): u32 {
  return satisfy(object, thread) ? STATUS_ABANDONED_WAIT_0 + index : index;
}

function takeAll(thread: Thread, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    if (!isSignaled(waitBlock(thread, index).object, thread)) return NOT_SATISFIED;
  }
  let status = STATUS_SUCCESS;
  for (let index: u32 = 0; index < count; index++) {
    if (satisfy(waitBlock(thread, index).object, thread)) status = STATUS_ABANDONED_WAIT_0;
  }
  return status;
}

/** Undo a wait that has hung its blocks up, and let the thread run on. */
export function endWait(thread: Thread, status: u32, operation: u32): void {
  for (let index: u32 = 0; index < thread.waitCount; index++) {
    removeEntry(changetype<usize>(waitBlock(thread, index)));
  }
  thread.waitCount = 0;
  cancelTimer(thread.timer);
  wakeThread(thread, status, operation);
}

/** The timer of a wait has expired. */
export function timeOut(thread: Thread): void {
  if (thread.waitCount > 0) endWait(thread, STATUS_TIMEOUT, 0);
}

/** An object has become signalled: satisfy those who wait for it, oldest first, while the signal lasts. */
export function signalObject(object: KernelObject, operation: u32): void {
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
        endWait(thread, status, operation);
        entry = nextEntry(head);
      } else {
        entry = nextEntry(entry);
      }
    }
  }
}
