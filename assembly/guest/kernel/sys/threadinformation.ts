import {
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_PARAMETER,
  STATUS_PENDING,
  STATUS_SUCCESS,
  THREAD_BASIC_INFORMATION_affinityMask,
  THREAD_BASIC_INFORMATION_basePriority,
  THREAD_BASIC_INFORMATION_BYTES,
  THREAD_BASIC_INFORMATION_exitStatus,
  THREAD_BASIC_INFORMATION_priority,
  THREAD_BASIC_INFORMATION_process,
  THREAD_BASIC_INFORMATION_thread,
  ThreadAffinityMask,
  ThreadBasePriority,
  ThreadBasicInformation,
  ThreadIdealProcessor,
  ThreadPriority,
  ThreadPriorityBoost,
} from '../generated/syscalls';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { TYPE_THREAD } from '../ke/object';
import { setAffinity, setBasePriority } from '../ke/priority';
import { harts } from '../ke/ready';
import {
  PRIORITY_LEVELS,
  PRIORITY_NORMAL,
  PRIORITY_REALTIME,
  Thread,
  THREAD_TERMINATED,
} from '../ke/thread';
import { probeWords } from '../mm/user';
import { lookupStatus, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** How threads are scheduled, as a program sees and sets it. */

const WORD: u32 = 4;
/** Base priorities are so far from the usual one, or saturated at the ends of the ordinary ones. */
const MOST_INCREMENT: i32 = 2;
const SATURATION: i32 = 15;

export function setInformationThread(
  handle: u32,
  infoClass: u32,
  information: usize,
  bytes: u32,
): u32 {
  let status = probeWords(information, bytes);
  if (status) return status;
  if (bytes != WORD) return STATUS_INFO_LENGTH_MISMATCH;
  const value = load<u32>(information);
  const thread = changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
  if (!changetype<usize>(thread)) return lookupStatus();
  const old = lockDispatcher();
  status = set(thread, infoClass, value) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
  unlockDispatcher(old);
  dereference(thread);
  return status;
}

function set(thread: Thread, infoClass: u32, value: u32): bool {
  if (infoClass == ThreadPriority) return setPriority(thread, value);
  if (infoClass == ThreadBasePriority) return setPriority(thread, baseOf(<i32>value));
  if (infoClass == ThreadAffinityMask) return restrict(thread, value);
  if (infoClass == ThreadIdealProcessor) return prefer(thread, value);
  if (infoClass != ThreadPriorityBoost || value > 1) return false;
  thread.boostDisabled = value == 1;
  return true;
}

function setPriority(thread: Thread, priority: u32): bool {
  if (priority == 0 || priority >= PRIORITY_LEVELS) return false;
  setBasePriority(thread, priority);
  return true;
}

/** The priority of an increment, or 0 for one that there is not. */
function baseOf(increment: i32): u32 {
  if (increment == SATURATION) return PRIORITY_REALTIME - 1;
  if (increment == -SATURATION) return 1;
  if (increment > MOST_INCREMENT || increment < -MOST_INCREMENT) return 0;
  return PRIORITY_NORMAL + increment;
}

function restrict(thread: Thread, affinity: u32): bool {
  if (affinity == 0 || affinity & ~harts()) return false;
  setAffinity(thread, affinity);
  return true;
}

function prefer(thread: Thread, hart: u32): bool {
  if (hart > 31 || !(harts() & (1 << hart))) return false;
  thread.idealHart = hart;
  return true;
}

export function queryInformationThread(
  handle: u32,
  infoClass: u32,
  information: usize,
  bytes: u32,
): u32 {
  const status = probeWords(information, bytes);
  if (status) return status;
  const isBasic = infoClass == ThreadBasicInformation;
  if (!isBasic && infoClass != ThreadPriorityBoost) return STATUS_INVALID_PARAMETER;
  if (bytes != (isBasic ? THREAD_BASIC_INFORMATION_BYTES : WORD)) {
    return STATUS_INFO_LENGTH_MISMATCH;
  }
  const thread = changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
  if (!changetype<usize>(thread)) return lookupStatus();
  if (isBasic) describe(thread, information);
  else store<u32>(information, thread.boostDisabled ? 1 : 0);
  dereference(thread);
  return STATUS_SUCCESS;
}

function describe(thread: Thread, to: usize): void {
  const exitStatus = thread.state == THREAD_TERMINATED ? thread.exitStatus : STATUS_PENDING;
  store<u32>(to + THREAD_BASIC_INFORMATION_exitStatus, exitStatus);
  store<u32>(to + THREAD_BASIC_INFORMATION_process, thread.process.number);
  store<u32>(to + THREAD_BASIC_INFORMATION_thread, thread.number);
  store<u32>(to + THREAD_BASIC_INFORMATION_affinityMask, thread.affinity & harts());
  store<u32>(to + THREAD_BASIC_INFORMATION_priority, thread.priority);
  store<u32>(to + THREAD_BASIC_INFORMATION_basePriority, thread.basePriority);
}
