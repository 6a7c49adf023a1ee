import {
  IO_STATUS_BLOCK_BYTES,
  STATUS_FILE_CLOSED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
} from '../generated/syscalls';
import { DISPATCH_LEVEL, lowerIrql, raiseIrql } from '../hal/irql';
import { currentThread } from '../hal/prcb';
import { File, lockFile, unlockFile } from '../io/file';
import { allocateIrp, announce, callDriver, completeIrp, finishCall, Irp } from '../io/irp';
import { isEvent, resetEvent } from '../ke/event';
import { KernelObject, TYPE_FILE } from '../ke/object';
import { probeWords } from '../mm/user';
import { referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** What all calls that make a request of a file have in common: beginRequest, fill the next location, sendRequest. */

/** The file of a handle with a reference more, or null; lookupStatus says why. */
export function referenceFile(handle: u32): File {
  return changetype<File>(referenceTyped(handle, TYPE_FILE));
}

/** An IRP for a call, or null; lookupStatus says why. Waits for its turn on a blocking file. */
export function beginRequest(handle: u32, eventHandle: u32, context: u32, statusBlock: usize): Irp {
  const status = probeWords(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return refuse(status);
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return changetype<Irp>(0);
  let event = changetype<KernelObject>(0);
  if (eventHandle) {
    event = referenceEvent(eventHandle);
    if (!changetype<usize>(event)) {
      dereference(file);
      return changetype<Irp>(0);
    }
  }
  const irp = makeIrp(file, event);
  if (changetype<usize>(irp)) {
    irp.context = context;
    irp.statusBlock = statusBlock;
  }
  dereference(file);
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
  const old = raiseIrql(DISPATCH_LEVEL);
  const irp = allocateIrp(file);
  if (changetype<usize>(irp)) {
    irp.event = event;
  } else {
    refuse(STATUS_INSUFFICIENT_RESOURCES);
    unlockFile(file);
    if (changetype<usize>(event)) dereference(event);
  }
  lowerIrql(old);
  return irp;
}

/** Hand the IRP to the driver, and finish or wait as the file says. */
export function sendRequest(irp: Irp): u32 {
  const old = raiseIrql(DISPATCH_LEVEL);
  const file = irp.file;
  file.signal = 0;
  if (changetype<usize>(irp.event)) resetEvent(irp.event);
  announce(irp);
  const answer = file.closed
    ? completeIrp(irp, STATUS_FILE_CLOSED, 0)
    : callDriver(file.device, irp);
  const status = finishCall(irp, answer);
  lowerIrql(old);
  return status;
}

/** The request turns out to be impossible before the driver has it: the answer is the status given. */
export function refuseRequest(irp: Irp, status: u32): u32 {
  const old = raiseIrql(DISPATCH_LEVEL);
  const answer = finishCall(irp, completeIrp(irp, status, 0));
  lowerIrql(old);
  return answer;
}
