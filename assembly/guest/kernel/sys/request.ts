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
import { lockIo, unlockIo } from '../io/lock';
import { currentThread } from '../hal/prcb';
import { File, lockFile, unlockFile } from '../io/file';
import { allocateIrp, announce, completeIrp, finishCall, Irp, performIrp } from '../io/irp';
import { isEvent, resetEvent } from '../ke/event';
import { KernelObject, TYPE_FILE } from '../ke/object';
import { probe, probeWords } from '../mm/user';
import { referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** What all calls that make a request of a file have in common: beginRequest, fill the next location, sendRequest. */

/** The file of a handle with a reference more, or null; lookupStatus says why. */
export function referenceFile(handle: u32): File {
  return changetype<File>(referenceTyped(handle, TYPE_FILE));
}

/**
 * An IRP for a call, or null; lookupStatus says why. Waits for its turn on a blocking file.
 * @param notification 0, handle of an event, or address of an IO_NOTIFICATION: addresses of programs lie above all handles
 */
export function beginRequest(
  handle: u32,
  notification: usize,
  context: u32,
  statusBlock: usize,
): Irp {
  let status = probeWords(statusBlock, IO_STATUS_BLOCK_BYTES);
  let event: u32 = notification;
  let routine: usize = 0;
  if (!status && notification >= PROGRAMS_START) {
    status = probeWords(notification, IO_NOTIFICATION_BYTES);
    if (status) return refuse(status);
    event = load<u32>(notification + IO_NOTIFICATION_event);
    routine = load<usize>(notification + IO_NOTIFICATION_apcRoutine);
    if (routine) status = probe(routine, 4);
  }
  if (status) return refuse(status);
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return changetype<Irp>(0);
  const irp = makeFor(file, event, routine);
  if (changetype<usize>(irp)) {
    irp.context = context;
    irp.statusBlock = statusBlock;
  }
  dereference(file);
  return irp;
}

/** An IRP that tells of its completion as asked for. A file with a port has no APC routines (N3.14). */
function makeFor(file: File, eventHandle: u32, routine: usize): Irp {
  if (routine && changetype<usize>(file.port)) return refuse(STATUS_INVALID_PARAMETER);
  let event = changetype<KernelObject>(0);
  if (eventHandle) {
    event = referenceEvent(eventHandle);
    if (!changetype<usize>(event)) return changetype<Irp>(0);
  }
  const irp = makeIrp(file, event);
  if (changetype<usize>(irp)) irp.apcRoutine = routine;
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

/** The event's reference goes to the IRP. */
function makeIrp(file: File, event: KernelObject): Irp {
  lockFile(file);
  const old = lockIo();
  const irp = allocateIrp(file);
  if (changetype<usize>(irp)) {
    irp.event = event;
  } else {
    refuse(STATUS_INSUFFICIENT_RESOURCES);
    unlockFile(file);
    if (changetype<usize>(event)) dereference(event);
  }
  unlockIo(old);
  return irp;
}

/** Hand the IRP to the driver, and finish or wait as the file says. */
export function sendRequest(irp: Irp): u32 {
  const file = irp.file;
  file.signal = 0;
  if (changetype<usize>(irp.event)) resetEvent(irp.event);
  announce(irp);
  return file.closed ? refuseRequest(irp, STATUS_FILE_CLOSED) : performIrp(irp);
}

/** The request turns out to be impossible before the driver has it: the answer is the status given. */
export function refuseRequest(irp: Irp, status: u32): u32 {
  const old = lockIo();
  const answer = finishCall(irp, completeIrp(irp, status, 0));
  unlockIo(old);
  return answer;
}
