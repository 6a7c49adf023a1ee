import {
  FILE_TRANSFER_buffer,
  FILE_TRANSFER_BYTES,
  FILE_TRANSFER_byteOffset,
  FILE_TRANSFER_bytes,
  STATUS_INVALID_PARAMETER,
} from '../generated/syscalls';
import { DEVICE_SEEKABLE } from '../io/device';
import { isSynchronous } from '../io/file';
import { Irp, nextLocation, REQUEST_READ, REQUEST_WRITE, StackLocation } from '../io/irp';
import { probe, probeOptional, probeWords } from '../mm/user';
import { lookupStatus } from '../ob/handle';
import { beginRequest, refuseRequest, sendRequest } from './request';

/** NtReadFile and NtWriteFile. */

/** Offsets with a meaning of their own: at the end of the file; where the last transfer ended. */
const AT_END: i64 = -1;
const AT_POSITION: i64 = -2;

export function readFile(
  handle: u32,
  event: u32,
  context: u32,
  statusBlock: usize,
  transfer: usize,
): u32 {
  return transferFile(REQUEST_READ, handle, event, context, statusBlock, transfer);
}

export function writeFile(
  handle: u32,
  event: u32,
  context: u32,
  statusBlock: usize,
  transfer: usize,
): u32 {
  return transferFile(REQUEST_WRITE, handle, event, context, statusBlock, transfer);
}

/** The structure is read once: what is checked is what is used. */
function transferFile(
  kind: u32,
  handle: u32,
  event: u32,
  context: u32,
  statusBlock: usize,
  transfer: usize,
): u32 {
  let status = probeWords(transfer, FILE_TRANSFER_BYTES);
  if (status) return status;
  const buffer = load<usize>(transfer + FILE_TRANSFER_buffer);
  const bytes = load<u32>(transfer + FILE_TRANSFER_bytes);
  const pointer = load<usize>(transfer + FILE_TRANSFER_byteOffset);
  status = probe(buffer, bytes);
  if (!status) status = probeOptional(pointer, 8);
  if (status) return status;
  const irp = beginRequest(handle, event, context, statusBlock);
  if (!changetype<usize>(irp)) return lookupStatus();
  const place = nextLocation(irp);
  place.kind = kind;
  place.buffer = buffer;
  place.bytes = bytes;
  const mayBegin = (irp.file.device.flags & DEVICE_SEEKABLE) == 0 || seek(irp, place, pointer);
  return mayBegin ? sendRequest(irp) : refuseRequest(irp, STATUS_INVALID_PARAMETER);
}

/** Find the offset of a transfer; an overlapped one must give it (S85). False when there is none. */
function seek(irp: Irp, place: StackLocation, pointer: usize): bool {
  const file = irp.file;
  const offset = pointer ? load<i64>(pointer) : AT_POSITION;
  if (offset >= 0) {
    place.offset = offset;
    return true;
  }
  place.offset = offset == AT_END ? file.bytes : file.position;
  if (offset == AT_END) return place.kind == REQUEST_WRITE;
  return offset == AT_POSITION && isSynchronous(file);
}
