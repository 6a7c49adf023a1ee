import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_MIX,
  STATUS_NO_MEMORY,
  STATUS_NO_YIELD_PERFORMED,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
} from '../generated/syscalls';
import { currentThread } from '../hal/prcb';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { KernelObject, TYPE_THREAD, TYPE_WAIT_PACKET } from '../ke/object';
import { yieldThread } from '../ke/schedule';
import { requestTermination, terminateThread } from '../ke/termination';
import { createThread, PRIORITY_LEVELS, startThread, Thread, OWN_WAIT_OBJECTS } from '../ke/thread';
import { WAIT_BLOCK_BYTES, waitBlock, waitForObject, waitForObjects } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { probe, probeOptional, probeWords } from '../mm/user';
import { createHandle, lookupStatus, referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';
import { currentProcess } from '../ps/process';
import { deadlineOf, waitMode } from './time';

/** System calls about threads and waiting. */

/** Most objects one call can wait for. */
const MAXIMUM_WAIT_OBJECTS: u32 = 16;

export function createThreadCall(
  handle: usize,
  routine: usize,
  argument: usize,
  stackBytes: u32,
  priority: u32,
): u32 {
  const status = probeOptional(handle, 4);
  if (status) return status;
  if (probe(routine, 4)) return STATUS_ACCESS_VIOLATION;
  if (priority >= PRIORITY_LEVELS) return STATUS_INVALID_PARAMETER;
  const process = currentProcess();
  if (process.ended) return STATUS_PROCESS_IS_TERMINATING;
  const thread = createThread(process, routine, argument, 0, stackBytes, priority);
  if (!changetype<usize>(thread)) return STATUS_NO_MEMORY;
  if (handle) {
    const value = createHandle(thread);
    if (!value) {
      dereference(thread);
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    store<u32>(handle, value);
    startThread(thread);
  } else {
    startThread(thread);
    dereference(thread);
  }
  return STATUS_SUCCESS;
}

/** Another thread ends when it is about to be in user mode; this call does not wait for it. */
export function terminateThreadCall(handle: u32, status: u32): u32 {
  const thread = referenceThread(handle);
  if (!changetype<usize>(thread)) return lookupStatus();
  const own = thread == currentThread();
  if (!own) requestTermination(thread, status);
  dereference(thread);
  if (own) terminateThread(status);
  return STATUS_SUCCESS;
}

function referenceThread(handle: u32): Thread {
  return changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
}

export function yieldExecution(): u32 {
  const old = lockDispatcher();
  const yielded = yieldThread();
  unlockDispatcher(old);
  return yielded ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
}

/** The thread's own timer is an object that nobody signals. A time of 0 gives others a turn. */
export function delayExecution(alertable: u32, interval: usize): u32 {
  const status = probeWords(interval, 8);
  if (status) return status;
  const deadline = deadlineOf(interval);
  const outcome = waitForObject(currentThread().timer, deadline, waitMode(alertable));
  if (outcome == STATUS_TIMEOUT && deadline == 0) yieldExecution();
  return outcome == STATUS_TIMEOUT ? STATUS_SUCCESS : outcome;
}

function canWait(object: KernelObject): bool {
  return object.type != TYPE_WAIT_PACKET;
}

export function waitForSingle(handle: u32, alertable: u32, timeout: usize): u32 {
  let status = probeOptional(timeout, 8);
  if (status) return status;
  const object = referenceHandle(handle);
  if (!changetype<usize>(object)) return STATUS_INVALID_HANDLE;
  status = canWait(object)
    ? waitForObject(object, deadlineOf(timeout), waitMode(alertable))
    : STATUS_INVALID_HANDLE;
  dereference(object);
  return status;
}

/** Is an object in more than one of these wait blocks? */
function isNamedTwice(blocks: usize, count: u32): bool {
  for (let index: u32 = 1; index < count; index++) {
    const object = waitBlock(blocks, index).object;
    for (let other: u32 = 0; other < index; other++) {
      if (waitBlock(blocks, other).object == object) return true;
    }
  }
  return false;
}

export function waitForMultiple(
  count: u32,
  handles: usize,
  any: u32,
  alertable: u32,
  timeout: usize,
): u32 {
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || any > 1) return STATUS_INVALID_PARAMETER;
  let status = probeWords(handles, count << 2);
  if (!status) status = probeOptional(timeout, 8);
  if (status) return status;
  const few = count <= OWN_WAIT_OBJECTS;
  const bytes = WAIT_BLOCK_BYTES * count;
  const blocks = few ? currentThread().blocks : allocate(bytes);
  if (!blocks) return STATUS_INSUFFICIENT_RESOURCES;
  const held = referenceAll(blocks, handles, count);
  status = STATUS_INVALID_HANDLE;
  if (held == count && any == 0 && isNamedTwice(blocks, count)) {
    status = STATUS_INVALID_PARAMETER_MIX;
  } else if (held == count) {
    status = waitForObjects(blocks, count, any == 0, deadlineOf(timeout), waitMode(alertable));
  }
  for (let index: u32 = 0; index < held; index++) dereference(waitBlock(blocks, index).object);
  if (!few) free(blocks, bytes);
  return status;
}

/** Put the objects of handles into wait blocks, each with a reference more; how many, up to the first that nobody can wait for. */
function referenceAll(blocks: usize, handles: usize, count: u32): u32 {
  let held: u32 = 0;
  while (held < count) {
    const object = referenceHandle(load<u32>(handles + ((<usize>held) << 2)));
    if (!changetype<usize>(object)) break;
    if (!canWait(object)) {
      dereference(object);
      break;
    }
    waitBlock(blocks, held).object = object;
    held++;
  }
  return held;
}
