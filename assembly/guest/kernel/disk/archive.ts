import {
  FILE_SYNCHRONOUS_IO_NONALERT,
  IO_STATUS_BLOCK_BYTES,
  STATUS_DISK_FULL,
  STATUS_END_OF_FILE,
  STATUS_FILE_IS_A_DIRECTORY,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import {
  Device,
  DEVICE_BYTES,
  DEVICE_NAMESPACE,
  DEVICE_SEEKABLE,
  registerDevice,
  topOf,
} from '../io/device';
import { createFile, File } from '../io/file';
import { performIrp } from '../io/finish';
import {
  allocateIrp,
  callDriver,
  completeIrp,
  copyToNextLocation,
  currentLocation,
  Irp,
  markPending,
  nextLocation,
  REQUEST_READ,
} from '../io/irp';
import { allocate, free } from '../mm/pool';
import { dereference } from '../ob/object';
import { theDisk } from './disk';
import { entryBytes, isDirectory, isEntry, isFile, isNamed, TAR_BLOCK } from './tar';

/**
 * \Device\Volume\NAME: the files of a tar archive on the disk. A file is a range of the disk, found when it is opened by reading the
 * headers one after the other; its transfers are the disk's, moved to that range and cut at its end. Files can be written in place
 * and do not grow. A driver on top of another: its requests have two stack locations.
 */

/** A header, and the status block of the call that reads it. */
const SCRATCH_BYTES: usize = TAR_BLOCK + IO_STATUS_BLOCK_BYTES;
const INSIDE: u64 = TAR_BLOCK - 1;

const volumeDevice = changetype<Device>(memory.data(64, 4));

/** Make the volume known; the disk is there. */
export function initializeArchive(): void {
  memory.fill(changetype<usize>(volumeDevice), 0, DEVICE_BYTES);
  volumeDevice.flags = DEVICE_SEEKABLE | DEVICE_NAMESPACE;
  volumeDevice.lower = topOf(theDisk());
  volumeDevice.stackSize = volumeDevice.lower.stackSize + 1;
  volumeDevice.create = openEntry.index;
  volumeDevice.read = readEntry.index;
  volumeDevice.write = writeEntry.index;
  registerDevice(volumeDevice, '\\Device\\Volume');
}

/** Find the name in the archive, at PASSIVE. */
function openEntry(file: File): u32 {
  if (!file.nameBytes) return STATUS_FILE_IS_A_DIRECTORY;
  const scratch = allocate(SCRATCH_BYTES);
  const disk = createFile(theDisk(), FILE_SYNCHRONOUS_IO_NONALERT);
  let status: u32 = STATUS_INSUFFICIENT_RESOURCES;
  if (scratch && changetype<usize>(disk)) status = searchArchive(file, disk, scratch);
  if (changetype<usize>(disk)) dereference(disk);
  if (scratch) free(scratch, SCRATCH_BYTES);
  return status;
}

function searchArchive(file: File, disk: File, header: usize): u32 {
  let offset: u64 = 0;
  while (readHeader(disk, offset, header) && isEntry(header)) {
    const bytes = entryBytes(header);
    if (isNamed(header, file.name, file.nameBytes)) {
      if (isDirectory(header)) return STATUS_FILE_IS_A_DIRECTORY;
      if (isFile(header)) {
        file.start = offset + TAR_BLOCK;
        file.bytes = bytes;
        return STATUS_SUCCESS;
      }
    }
    offset += TAR_BLOCK + ((bytes + INSIDE) & ~INSIDE);
  }
  return STATUS_OBJECT_NAME_NOT_FOUND;
}

/** Read a block of the disk and wait for it; false at the end. */
function readHeader(disk: File, offset: u64, header: usize): bool {
  const irp = allocateIrp(disk);
  if (!changetype<usize>(irp)) return false;
  irp.statusBlock = header + TAR_BLOCK;
  const place = nextLocation(irp);
  place.kind = REQUEST_READ;
  place.buffer = header;
  place.bytes = TAR_BLOCK;
  place.offset = offset;
  return performIrp(irp) == STATUS_SUCCESS;
}

/** A read that begins at the end ends pending (S84), one that goes beyond is cut. */
function readEntry(device: Device, irp: Irp): u32 {
  const place = currentLocation(irp);
  const file = irp.file;
  if (place.offset >= file.bytes && place.bytes) {
    markPending(irp);
    completeIrp(irp, STATUS_END_OF_FILE, 0);
    return STATUS_PENDING;
  }
  const room = file.bytes - place.offset;
  return passDown(device, irp, place.bytes < room ? place.bytes : <u32>room);
}

function writeEntry(device: Device, irp: Irp): u32 {
  const place = currentLocation(irp);
  const bytes = irp.file.bytes;
  if (place.offset > bytes || place.bytes > bytes - place.offset) {
    return completeIrp(irp, STATUS_DISK_FULL, 0);
  }
  return passDown(device, irp, place.bytes);
}

function passDown(device: Device, irp: Irp, bytes: u32): u32 {
  copyToNextLocation(irp);
  const next = nextLocation(irp);
  next.offset += irp.file.start;
  next.bytes = bytes;
  return callDriver(device.lower, irp);
}
