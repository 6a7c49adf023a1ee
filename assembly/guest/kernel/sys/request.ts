import {
  IO_NOTIFICATION_apcRoutine,
  IO_NOTIFICATION_BYTES,
  IO_NOTIFICATION_event,
  IO_STATUS_BLOCK_BYTES,
  STATUS_FILE_CLOSED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_TYPE_MISMATCH,
} from '../generated/syscalls';
import { PROGRAMS_START } from '../hal/board';
import { PASSIVE_LEVEL } from '../hal/irql';
import { currentThread } from '../hal/prcb';
import { File, lockFile, unlockFile } from '../io/file';
import { announce, finishCall, sendIrp } from '../io/finish';
import { completeIrp, Irp, makeIrp } from '../io/irp';
import { lockIo, unlockIo } from '../io/lock';
import { isEvent, resetEvent } from '../ke/event';
import { KernelObject, TYPE_FILE } from '../ke/object';
import { probe, probeWords } from '../mm/user';
import { referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/**
 * What all calls that make a request of a file have in common: beginRequest, fill the next location, sendRequest or refuseRequest. The I/O
 * lock is held between them.
 */

/** The file of a handle with a reference more, or null; lookupStatus says why. */
export function referenceFile(handle: u32): File {
  return changetype<File>(referenceTyped(handle, TYPE_FILE));
}

/**
 * An IRP for a call, and the I/O lock; or null without the lock, and lookupStatus says why. Waits for its turn on a blocking file. At PASSIVE.
 * @param notification 0, handle of an event, or address of an IO_NOTIFICATION: addresses of programs lie above all handles
 */
export function beginRequest(
  handle: u32,
  notification: usize,
  context: u32,
  statusBlock: usize,
): Irp {
  const status = probeWords(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return refuse(status);
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return changetype<Irp>(0);
  const irp = notification ? beginNotifying(file, notification) : beginPlain(file);
  if (!changetype<usize>(irp)) {
    dereference(file);
    return irp;
  }
  irp.context = context;
  irp.statusBlock = statusBlock;
  return irp;
}

/** The caller's reference to the file goes to the IRP. */
function beginPlain(file: File): Irp {
  lockFile(file);
  lockIo();
  const irp = makeIrp(file);
  if (changetype<usize>(irp)) return irp;
  unlockFile(file);
  unlockIo(PASSIVE_LEVEL);
  return refuse(STATUS_INSUFFICIENT_RESOURCES);
}

/** An IRP that sets an event or calls an APC routine at its completion. A file with a port has no APC routines (N3.14). */
function beginNotifying(file: File, notification: usize): Irp {
  let eventHandle: u32 = notification;
  let routine: usize = 0;
  if (notification >= PROGRAMS_START) {
    let status = probeWords(notification, IO_NOTIFICATION_BYTES);
    if (status) return refuse(status);
    eventHandle = load<u32>(notification + IO_NOTIFICATION_event);
    routine = load<usize>(notification + IO_NOTIFICATION_apcRoutine);
    if (routine) status = probe(routine, 4);
    if (!status && routine && changetype<usize>(file.port)) status = STATUS_INVALID_PARAMETER;
    if (status) return refuse(status);
  }
  let event = changetype<KernelObject>(0);
  if (eventHandle) {
    event = referenceEvent(eventHandle);
    if (!changetype<usize>(event)) return changetype<Irp>(0);
  }
  const irp = beginPlain(file);
  if (changetype<usize>(irp)) {
    irp.event = event; // with its reference
    irp.apcRoutine = routine;
  } else if (changetype<usize>(event)) {
    dereference(event);
  }
  return irp;
}

function refuse(status: u32): Irp {
  currentThread().lastStatus = status;
  return changetype<Irp>(0);
}

function referenceEvent(handle: u32): KernelObject {
  const event = referenceHandle(handle);
  if (!changetype<usize>(event)) {
    refuse(STATUS_INVALID_HANDLE);
  } else if (!isEvent(event)) {
    dereference(event);
    refuse(STATUS_OBJECT_TYPE_MISMATCH);
    return changetype<KernelObject>(0);
  }
  return event;
}

/** Hand the IRP to the driver, and finish or wait as the file says. */
export function sendRequest(irp: Irp): u32 {
  const file = irp.file;
  if (file.closed) return refuseRequest(irp, STATUS_FILE_CLOSED);
  file.signal = 0;
  if (changetype<usize>(irp.event)) resetEvent(irp.event);
  announce(irp);
  return sendIrp(irp, PASSIVE_LEVEL);
}

/** The request turns out to be impossible before the driver has it: the answer is the status given. */
export function refuseRequest(irp: Irp, status: u32): u32 {
  const answer = finishCall(irp, completeIrp(irp, status, 0));
  unlockIo(PASSIVE_LEVEL);
  return answer;
}
