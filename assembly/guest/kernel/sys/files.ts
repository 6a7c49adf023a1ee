import {
  FILE_COMPLETION_INFORMATION_BYTES,
  FILE_COMPLETION_INFORMATION_key,
  FILE_COMPLETION_INFORMATION_port,
  FILE_POSITION_INFORMATION_BYTES,
  FILE_POSITION_INFORMATION_currentByteOffset,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
  FILE_STANDARD_INFORMATION_BYTES,
  FILE_STANDARD_INFORMATION_endOfFile,
  FILE_SYNCHRONOUS_IO_ALERT,
  FILE_SYNCHRONOUS_IO_NONALERT,
  FileCompletionInformation,
  FileIoCompletionNotificationInformation,
  FilePipeInformation,
  FilePositionInformation,
  FileStandardInformation,
  IO_STATUS_BLOCK_BYTES,
  IO_STATUS_BLOCK_information,
  IO_STATUS_BLOCK_status,
  PIPE_PARAMETERS_BYTES,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_FOUND,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { lockIo, unlockIo } from '../io/lock';
import { currentThread } from '../hal/prcb';
import { cancelFileRequests, cancelRequestsOf, cancelSynchronousRequest } from '../io/cancel';
import { DEVICE_SEEKABLE, DEVICE_SERVERS, findDevice } from '../io/device';
import { createFile, File, isSynchronous } from '../io/file';
import { nextLocation } from '../io/irp';
import { Port } from '../io/port';
import { TYPE_PORT, TYPE_THREAD } from '../ke/object';
import { Thread } from '../ke/thread';
import { allocate, free } from '../mm/pool';
import { probe, probeOptional, probeWords } from '../mm/user';
import { lookupStatus, publishHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';
import { setReadMode } from '../pipe/pipe';
import { beginRequest, referenceFile, sendRequest } from './request';

/** System calls about files: the I/O manager's front door. */

/** Longest name, in bytes. */
const MAXIMUM_NAME: u32 = 512;
const SYNCHRONOUS_OPTIONS: u32 = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
const NOTIFICATION_FLAGS: u32 =
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;

export function createFileCall(handle: usize, name: usize, nameBytes: u32, options: u32): u32 {
  return createAny(handle, name, nameBytes, options, 0);
}

export function createNamedPipeFile(
  handle: usize,
  name: usize,
  nameBytes: u32,
  options: u32,
  parameters: usize,
): u32 {
  const status = probeWords(parameters, PIPE_PARAMETERS_BYTES);
  return status ? status : createAny(handle, name, nameBytes, options, parameters);
}

/** Driver and device are asked with copies of what the program gave. */
function createAny(
  handle: usize,
  name: usize,
  nameBytes: u32,
  options: u32,
  parameters: usize,
): u32 {
  let status = probeWords(handle, 4);
  if (!status) status = probe(name, nameBytes);
  if (status) return status;
  if (nameBytes > MAXIMUM_NAME || (nameBytes | name) & 1) return STATUS_INVALID_PARAMETER;
  if (options & ~SYNCHRONOUS_OPTIONS) return STATUS_INVALID_PARAMETER;
  const copy = allocate(MAXIMUM_NAME + PIPE_PARAMETERS_BYTES);
  if (!copy) return STATUS_INSUFFICIENT_RESOURCES;
  memory.copy(copy, name, nameBytes);
  const second = copy + MAXIMUM_NAME;
  if (parameters) memory.copy(second, parameters, PIPE_PARAMETERS_BYTES);
  status = openFile(handle, copy, nameBytes, options, parameters ? second : 0);
  free(copy, MAXIMUM_NAME + PIPE_PARAMETERS_BYTES);
  return status;
}

function openFile(
  handle: usize,
  name: usize,
  nameBytes: u32,
  options: u32,
  parameters: usize,
): u32 {
  const device = findDevice(name, nameBytes);
  if (!changetype<usize>(device)) return STATUS_OBJECT_NAME_NOT_FOUND;
  if (parameters && (device.flags & DEVICE_SERVERS) == 0) return STATUS_INVALID_PARAMETER;
  const file = createFile(device, options);
  if (!changetype<usize>(file)) return STATUS_INSUFFICIENT_RESOURCES;
  if (nameBytes > device.nameBytes) {
    file.name = name + device.nameBytes + 2;
    file.nameBytes = nameBytes - device.nameBytes - 2;
  }
  file.parameters = parameters;
  const status = call_indirect<u32>(file.device.create, file);
  if (status) {
    dereference(file);
    return status;
  }
  file.opened = true;
  return publishHandle(file, handle);
}

export function deviceIoControl(
  handle: u32,
  event: u32,
  context: u32,
  statusBlock: usize,
  code: u32,
  request: usize,
): u32 {
  const irp = beginRequest(handle, event, context, statusBlock);
  if (!changetype<usize>(irp)) return lookupStatus();
  const place = nextLocation(irp);
  place.code = code;
  place.request = request;
  return sendRequest(irp);
}

export function setInformationFile(
  handle: u32,
  statusBlock: usize,
  information: usize,
  bytes: u32,
  infoClass: u32,
): u32 {
  let status = probeWords(information, bytes);
  if (!status) status = probeOptional(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  if (infoClass == FileCompletionInformation) {
    status = associatePort(file, information, bytes);
  } else if (infoClass == FileIoCompletionNotificationInformation) {
    status = setNotification(file, information, bytes);
  } else if (infoClass == FilePositionInformation) {
    status = setPosition(file, information, bytes);
  } else if (infoClass == FilePipeInformation) {
    status = setPipeMode(file, information, bytes);
  } else {
    status = STATUS_INVALID_PARAMETER;
  }
  dereference(file);
  return tell(statusBlock, status, bytes);
}

/** Write the status block of a call that has succeeded, if there is one. */
function tell(statusBlock: usize, status: u32, bytes: u32): u32 {
  if (statusBlock && !status) {
    store<u32>(statusBlock + IO_STATUS_BLOCK_status, status);
    store<u32>(statusBlock + IO_STATUS_BLOCK_information, bytes);
  }
  return status;
}

/** Once, and not for a file whose calls block (N3.13). The file keeps the reference to the port. */
function associatePort(file: File, information: usize, bytes: u32): u32 {
  if (bytes != FILE_COMPLETION_INFORMATION_BYTES) return STATUS_INFO_LENGTH_MISMATCH;
  if (isSynchronous(file)) return STATUS_INVALID_PARAMETER;
  const handle = load<u32>(information + FILE_COMPLETION_INFORMATION_port);
  const port = changetype<Port>(referenceTyped(handle, TYPE_PORT));
  if (!changetype<usize>(port)) return lookupStatus();
  const key = load<u32>(information + FILE_COMPLETION_INFORMATION_key);
  const old = lockIo();
  const isFirst = !changetype<usize>(file.port);
  if (isFirst) {
    file.key = key;
    file.port = port;
  }
  unlockIo(old);
  if (isFirst) return STATUS_SUCCESS;
  dereference(port);
  return STATUS_INVALID_PARAMETER;
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

/** Where the next transfer of a blocking file begins. */
function setPosition(file: File, information: usize, bytes: u32): u32 {
  if (bytes != FILE_POSITION_INFORMATION_BYTES) return STATUS_INFO_LENGTH_MISMATCH;
  const position = load<i64>(information + FILE_POSITION_INFORMATION_currentByteOffset);
  if (position < 0 || !isSynchronous(file) || !(file.device.flags & DEVICE_SEEKABLE)) {
    return STATUS_INVALID_PARAMETER;
  }
  file.position = position;
  return STATUS_SUCCESS;
}

function setPipeMode(file: File, information: usize, bytes: u32): u32 {
  if (bytes != 4) return STATUS_INFO_LENGTH_MISMATCH;
  const old = lockIo();
  const isSet = setReadMode(file, load<u32>(information) != 0);
  unlockIo(old);
  return isSet ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

export function queryInformationFile(
  handle: u32,
  statusBlock: usize,
  information: usize,
  bytes: u32,
  infoClass: u32,
): u32 {
  let status = probeWords(information, bytes);
  if (!status) status = probeOptional(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  if (infoClass == FileIoCompletionNotificationInformation) {
    if (bytes != 4) status = STATUS_INFO_LENGTH_MISMATCH;
    else store<u32>(information, file.notification);
  } else if (infoClass == FileStandardInformation) {
    if (bytes != FILE_STANDARD_INFORMATION_BYTES) status = STATUS_INFO_LENGTH_MISMATCH;
    else store<u64>(information + FILE_STANDARD_INFORMATION_endOfFile, file.bytes);
  } else if (infoClass == FilePositionInformation) {
    if (bytes != FILE_POSITION_INFORMATION_BYTES) status = STATUS_INFO_LENGTH_MISMATCH;
    else store<u64>(information + FILE_POSITION_INFORMATION_currentByteOffset, file.position);
  } else {
    status = STATUS_INVALID_PARAMETER;
  }
  dereference(file);
  return tell(statusBlock, status, bytes);
}

/** All requests of the file, or the one with this status block. */
export function cancelIoFileEx(handle: u32, statusBlock: usize): u32 {
  const status = probeOptional(statusBlock, IO_STATUS_BLOCK_BYTES);
  if (status) return status;
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  const old = lockIo();
  const found = cancelFileRequests(file, statusBlock);
  unlockIo(old);
  dereference(file);
  return found ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/** The caller's own requests of the file; that there is none is no error (S91). */
export function cancelIoFile(handle: u32): u32 {
  const file = referenceFile(handle);
  if (!changetype<usize>(file)) return lookupStatus();
  const old = lockIo();
  cancelRequestsOf(currentThread(), file);
  unlockIo(old);
  dereference(file);
  return STATUS_SUCCESS;
}

/** The request in whose call another thread waits. */
export function cancelSynchronousIoFile(handle: u32): u32 {
  const thread = changetype<Thread>(referenceTyped(handle, TYPE_THREAD));
  if (!changetype<usize>(thread)) return lookupStatus();
  const old = lockIo();
  const found = cancelSynchronousRequest(thread);
  unlockIo(old);
  dereference(thread);
  return found ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}
