import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
  FILE_SYNCHRONOUS_IO_ALERT,
  FILE_SYNCHRONOUS_IO_NONALERT,
} from '../generated/syscalls';
import { NEVER } from '../hal/clock';
import { acquireDispatcher, releaseDispatcher } from '../ke/dispatcher';
import { setEvent } from '../ke/event';
import { initializeList } from '../ke/list';
import {
  initializeObject,
  KernelObject,
  TYPE_FILE,
  TYPE_SYNCHRONIZATION_EVENT,
} from '../ke/object';
import { waitForObject } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { dereference } from '../ob/object';
import { Device, DEVICE_SIDE_BY_SIDE, topOf } from './device';
import { cancelFileRequests } from './cancel';
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
  /** The driver has agreed; the last handle is gone. */
  opened: bool;
  closed: bool;
  /**
   * What the name had behind the device's and a backslash, and the parameters of NtCreateNamedPipeFile or 0; valid while the driver's
   * create routine runs.
   */
  name: usize;
  nameBytes: usize;
  parameters: usize;
  /** List head of IRPs. */
  requestNext: usize;
  requestPrevious: usize;
  /** Of a blocking file: signalled while no call uses it (N4.9). */
  lock: KernelObject;
  /** Of a seekable file: where the next transfer of a blocking file begins; place on the device below; size. */
  position: u64;
  start: u64;
  bytes: u64;
}

const LOCK_OFFSET: usize = (offsetof<File>() + 7) & ~7;
const FILE_BYTES: usize = LOCK_OFFSET + offsetof<KernelObject>();

/** A file object on the top of a device's stack, or null; the driver has not been asked yet. */
export function createFile(device: Device, options: u32): File {
  const address = allocate(FILE_BYTES);
  const file = changetype<File>(address);
  if (!address) return file;
  initializeObject(file, TYPE_FILE, 0);
  file.device = topOf(device);
  file.options = options;
  file.lock = changetype<KernelObject>(address + LOCK_OFFSET);
  initializeObject(file.lock, TYPE_SYNCHRONIZATION_EVENT, 1);
  initializeList(requestList(file));
  return file;
}

/** Address of the list of a file's requests. */
export function requestList(file: File): usize {
  return changetype<usize>(file) + offsetof<File>('requestNext');
}

export function isSynchronous(file: File): bool {
  return (file.options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) != 0;
}

/** Does a request that succeeds at once post a packet (N3.16, N3.17)? */
export function postsOnSuccess(file: File): bool {
  if (!changetype<usize>(file.port)) return false;
  return (file.notification & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) == 0;
}

export function signalsFile(file: File): bool {
  return (file.notification & FILE_SKIP_SET_EVENT_ON_HANDLE) == 0;
}

/** Of a blocking file one call at a time is under way, unless its driver says otherwise (N4.9). At PASSIVE. */
export function lockFile(file: File): void {
  if (!isLocked(file)) return;
  waitForObject(file.lock, NEVER, 0);
}

/** The call is over. At DISPATCH. */
export function unlockFile(file: File): void {
  if (!isLocked(file)) return;
  acquireDispatcher();
  setEvent(file.lock, 0, 0);
  releaseDispatcher();
}

function isLocked(file: File): bool {
  return isSynchronous(file) && (file.device.flags & DEVICE_SIDE_BY_SIDE) == 0;
}

/** The last handle is gone: the driver is told, and what requests it leaves are cancelled. At DISPATCH. */
export function closeFile(file: File): void {
  file.closed = true;
  if (file.device.cleanup) call_indirect<void>(file.device.cleanup, file);
  cancelFileRequests(file, 0);
}

/** The last reference is gone. At DISPATCH. */
export function deleteFile(file: File): void {
  if (file.opened) {
    if (!file.closed) closeFile(file);
    if (file.device.close) call_indirect<void>(file.device.close, file);
  }
  if (changetype<usize>(file.port)) dereference(file.port);
  free(changetype<usize>(file), FILE_BYTES);
}
