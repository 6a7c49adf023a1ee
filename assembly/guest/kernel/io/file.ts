import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
} from '../generated/syscalls';
import { FILE_SYNCHRONOUS_IO_NONALERT } from '../generated/syscalls';
import { initializeList, nextEntry } from '../ke/list';
import { initializeObject, KernelObject, TYPE_FILE } from '../ke/object';
import { allocate, free } from '../mm/pool';
import { dereference } from '../ob/object';
import { Device } from './device';
import { cancelIrp, irpOfFile } from './irp';
import { Port } from './port';

/** File objects: an open device, its port and key, and the requests under way. */

@unmanaged
export class File extends KernelObject {
  device: Device;
  options: u32;
  /** FILE_SKIP_… flags. */
  notification: u32;
  port: Port;
  key: u32;
  /** The driver's own record of this opening. */
  context: usize;
  /** List head of IRPs. */
  requestNext: usize;
  requestPrevious: usize;
}

const FILE_BYTES: usize = offsetof<File>();

/** A file object on a device, or null; the driver has not been asked yet. */
export function createFile(device: Device, options: u32): File {
  const file = changetype<File>(allocate(FILE_BYTES));
  if (!changetype<usize>(file)) return file;
  initializeObject(file, TYPE_FILE, 0);
  file.device = device;
  file.options = options;
  initializeList(requestList(file));
  return file;
}

/** Address of the list of a file's requests. */
export function requestList(file: File): usize {
  return changetype<usize>(file) + offsetof<File>('requestNext');
}

export function isSynchronous(file: File): bool {
  return (file.options & FILE_SYNCHRONOUS_IO_NONALERT) != 0;
}

/** Does a request that succeeds at once post a packet (N3.16, N3.17)? */
export function postsOnSuccess(file: File): bool {
  if (!changetype<usize>(file.port)) return false;
  return (file.notification & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) == 0;
}

export function signalsFile(file: File): bool {
  return (file.notification & FILE_SKIP_SET_EVENT_ON_HANDLE) == 0;
}

/** Cancel the requests of a file with this status block, or all for 0; the answer is how many were found. */
export function cancelRequests(file: File, statusBlock: usize): u32 {
  const head = requestList(file);
  let found: u32 = 0;
  let entry = nextEntry(head);
  while (entry != head) {
    const irp = irpOfFile(entry);
    const next = nextEntry(entry);
    if (!irp.completed && (!statusBlock || irp.statusBlock == statusBlock) && cancelIrp(irp))
      found++;
    entry = next;
  }
  return found;
}

/** The handle is gone: its requests are cancelled, the driver is told. */
export function closeFile(file: File): void {
  cancelRequests(file, 0);
  call_indirect<void>(file.device.close, file);
}

export function deleteFile(file: File): void {
  if (changetype<usize>(file.port)) dereference(file.port);
  free(changetype<usize>(file), FILE_BYTES);
}
