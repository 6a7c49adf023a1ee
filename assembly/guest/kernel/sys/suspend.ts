import {
  STATUS_BUFFER_OVERFLOW,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
  STATUS_THREAD_IS_TERMINATING,
} from '../generated/syscalls';
import { currentThread } from '../hal/prcb';
import { TYPE_THREAD } from '../ke/object';
import { copyContext, resumeThread, suspendThread } from '../ke/suspend';
import { Thread } from '../ke/thread';
import { probeOptional, probeWords } from '../mm/user';
import { lookupStatus, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** System calls by which a thread holds another one and looks at its registers. */

const LEAST_CONTEXT_BYTES: u32 = 128;

/** What to do with a thread; returns a status. */
type Action = (thread: Thread, address: usize, bytes: u32) => u32;

export function suspendThreadCall(handle: u32, previous: usize): u32 {
  const status = probeOptional(previous, 4);
  return status ? status : withThread(handle, suspend, previous, 0);
}

export function resumeThreadCall(handle: u32, previous: usize): u32 {
  const status = probeOptional(previous, 4);
  return status ? status : withThread(handle, resume, previous, 0);
}

export function getContextThread(handle: u32, context: usize, bytes: u32): u32 {
  if (bytes < LEAST_CONTEXT_BYTES) return STATUS_INVALID_PARAMETER;
  const status = probeWords(context, bytes);
  return status ? status : withThread(handle, getContext, context, bytes);
}

function withThread(handle: u32, action: Action, address: usize, bytes: u32): u32 {
  const object = referenceTyped(handle, TYPE_THREAD);
  if (!changetype<usize>(object)) return lookupStatus();
  const status = action(changetype<Thread>(object), address, bytes);
  dereference(object);
  return status;
}

function suspend(thread: Thread, previous: usize, bytes: u32): u32 {
  if (thread == currentThread()) return STATUS_INVALID_PARAMETER;
  const count = suspendThread(thread);
  if (count < 0) return STATUS_THREAD_IS_TERMINATING;
  if (previous) store<u32>(previous, count);
  return STATUS_SUCCESS;
}

function resume(thread: Thread, previous: usize, bytes: u32): u32 {
  const count = resumeThread(thread);
  if (previous) store<u32>(previous, count);
  return STATUS_SUCCESS;
}

function getContext(thread: Thread, context: usize, bytes: u32): u32 {
  if (!thread.suspendCount) return STATUS_INVALID_PARAMETER;
  return copyContext(thread, context, bytes) ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}
