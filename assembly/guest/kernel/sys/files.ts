import {
  FILE_COMPLETION_INFORMATION_BYTES,
  FILE_COMPLETION_INFORMATION_key,
  FILE_COMPLETION_INFORMATION_port,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
  FILE_SYNCHRONOUS_IO_NONALERT,
  FileCompletionInformation,
  FileIoCompletionNotificationInformation,
  IO_STATUS_BLOCK_BYTES,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_FOUND,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { DISPATCH_LEVEL, lowerIrql, raiseIrql } from '../hal/irql';
import { findDevice } from '../io/device';
import { cancelRequests, createFile, File, isSynchronous } from '../io/file';
import { allocateIrp, announce, callDriver, finishCall, nextLocation } from '../io/irp';
import { Port } from '../io/port';
import { isEvent, resetEvent } from '../ke/event';
import { KernelObject, TYPE_FILE, TYPE_PORT } from '../ke/object';
import { probe, probeOptional, probeWords } from '../mm/user';
import { lookupStatus, publishHandle, referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';

/** System calls about files: the I/O manager's front door. */

const MAXIMUM_NAME: u32 = 512;
const NOTIFICATION_FLAGS: u32 =
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;

export function createFileCall(handle: usize, name: usize, nameBytes: u32, options: u32): u32 {
  let status = probeWords(handle, 4);
  if (!status) status = probe(name, nameBytes);
  if (status) return status;
  if (nameBytes > MAXIMUM_NAME || options & ~FILE_SYNCHRONOUS_IO_NONALERT) {
    return STATUS_INVALID_PARAMETER;
  }
  const device = findDevice(name, nameBytes);
  if (!changetype<usize>(device)) return STATUS_OBJECT_NAME_NOT_FOUND;
  const file = createFile(device, options);
  if (!changetype<usize>(file)) return STATUS_INSUFFICIENT_RESOURCES;
  status = call_indirect<u32>(device.create, file);
  if (status) {
    dereference(file);
    return status;
  }
  return publishHandle(file, handle);
}

function referenceFile(handle: u32): File {
  return changetype<File>(referenceTyped(handle, TYPE_FILE));
}

export function deviceIoControl(
  handle: u32,
  eventHandle: u32,
  context: u32,
  statusBlock: usize,
  code: u32,
  request: usize,
): u32 {
  let status = probeWords(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  const event = eventHandle ? referenceHandle(eventHandle) : changetype<KernelObject>(0);
  if (eventHandle && !changetype<usize>(event)) {
    status = STATUS_INVALID_HANDLE;
  } else if (eventHandle && !isEvent(event)) {
    dereference(event);
    status = STATUS_OBJECT_TYPE_MISMATCH;
  } else {
    status = issue(file, event, context, statusBlock, code, request);
  }
  dereference(file);
  return status;
}

/** Make the IRP, hand it to the driver, and finish or wait as the file says. The event's reference goes to the IRP. */
function issue(
  file: File,
  event: KernelObject,
  context: u32,
  statusBlock: usize,
  code: u32,
  request: usize,
): u32 {
  const old = raiseIrql(DISPATCH_LEVEL);
  const irp = allocateIrp(file);
  if (!changetype<usize>(irp)) {
    lowerIrql(old);
    if (changetype<usize>(event)) dereference(event);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp.event = event;
  irp.context = context;
  irp.statusBlock = statusBlock;
  const place = nextLocation(irp);
  place.code = code;
  place.request = request;
  file.signal = 0;
  if (changetype<usize>(event)) resetEvent(event);
  announce(irp);
  const status = finishCall(irp, callDriver(file.device, irp));
  lowerIrql(old);
  return status;
}

export function setInformationFile(
  handle: u32,
  information: usize,
  bytes: u32,
  infoClass: u32,
): u32 {
  let status = probeWords(information, bytes);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  if (infoClass == FileCompletionInformation) {
    status = associatePort(file, information, bytes);
  } else if (infoClass == FileIoCompletionNotificationInformation) {
    status = setNotification(file, information, bytes);
  } else {
    status = STATUS_INVALID_PARAMETER;
  }
  dereference(file);
  return status;
}

/** Once, and not for a file whose calls block (N3.13). The file keeps the reference to the port. */
function associatePort(file: File, information: usize, bytes: u32): u32 {
  if (bytes != FILE_COMPLETION_INFORMATION_BYTES) return STATUS_INFO_LENGTH_MISMATCH;
  if (isSynchronous(file) || changetype<usize>(file.port)) return STATUS_INVALID_PARAMETER;
  const handle = load<u32>(information + FILE_COMPLETION_INFORMATION_port);
  const port = changetype<Port>(referenceTyped(handle, TYPE_PORT));
  if (!changetype<usize>(port)) return lookupStatus();
  file.key = load<u32>(information + FILE_COMPLETION_INFORMATION_key);
  file.port = port;
  return STATUS_SUCCESS;
}

/** Flags can be set but not cleared (S82). */
function setNotification(file: File, information: usize, bytes: u32): u32 {
  if (bytes != 4) return STATUS_INFO_LENGTH_MISMATCH;
  const flags = load<u32>(information);
  if (flags & ~NOTIFICATION_FLAGS) return STATUS_INVALID_PARAMETER;
  if (isSynchronous(file) && flags & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) {
    return STATUS_INVALID_PARAMETER;
  }
  file.notification |= flags;
  return STATUS_SUCCESS;
}

export function cancelIoFile(handle: u32, statusBlock: usize): u32 {
  const status = probeOptional(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  const old = raiseIrql(DISPATCH_LEVEL);
  const found = cancelRequests(file, statusBlock);
  lowerIrql(old);
  dereference(file);
  return found ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}
