import {
  CONTEXT_BYTES,
  STATUS_ACCESS_VIOLATION,
  STATUS_ALERTED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
  STATUS_UNSUCCESSFUL,
} from '../generated/syscalls';
import { currentThread } from '../hal/prcb';
import { Apc, APC_BYTES, hasUserApc, initializeApc, insertQueueApc } from '../ke/apc';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { TYPE_THREAD } from '../ke/object';
import { Thread, THREAD_WAITING } from '../ke/thread';
import { continueThread } from '../ke/userapc';
import { interruptWait, WAIT_ALERTABLE } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { probe, probeWords } from '../mm/user';
import { lookupStatus, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** System calls about user APCs and alerts. */

/** An APC that NtQueueApcThread made, with the third argument of its routine. */
function freeApc(apc: usize): void {
  free(apc, APC_BYTES);
}

export function queueApcThread(
  handle: u32,
  routine: usize,
  argument1: usize,
  argument2: usize,
  argument3: usize,
): u32 {
  if (probe(routine, 4)) return STATUS_ACCESS_VIOLATION;
  const thread = changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
  if (!changetype<usize>(thread)) return lookupStatus();
  const apc = changetype<Apc>(allocate(APC_BYTES));
  let status = STATUS_INSUFFICIENT_RESOURCES;
  if (changetype<usize>(apc)) {
    initializeApc(apc, thread, freeApc.index, freeApc.index, routine, true, argument1);
    status = STATUS_SUCCESS;
    if (!insertQueueApc(apc, argument2, argument3, 0)) {
      freeApc(changetype<usize>(apc));
      status = STATUS_UNSUCCESSFUL;
    }
  }
  dereference(thread);
  return status;
}

/** STATUS_ALERTED once after an alert; else the user APCs that are queued run before the call returns. */
export function testAlert(): u32 {
  const thread = currentThread();
  const old = lockDispatcher();
  let status = STATUS_SUCCESS;
  if (thread.alerted) {
    thread.alerted = false;
    status = STATUS_ALERTED;
  } else if (hasUserApc(thread)) {
    thread.userApcPending = true;
  }
  unlockDispatcher(old);
  return status;
}

/** End the alertable wait of a thread, or its next one. */
export function alertThread(handle: u32): u32 {
  const thread = changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
  if (!changetype<usize>(thread)) return lookupStatus();
  const old = lockDispatcher();
  const waits = thread.state == THREAD_WAITING && (thread.waitMode & WAIT_ALERTABLE) != 0;
  if (!waits || !interruptWait(thread, STATUS_ALERTED, 0)) thread.alerted = true;
  unlockDispatcher(old);
  dereference(thread);
  return STATUS_SUCCESS;
}

export function continueCall(context: usize, test: u32): u32 {
  const status = probeWords(context, CONTEXT_BYTES);
  return status ? status : continueThread(context, test != 0);
}
