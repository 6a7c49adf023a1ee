import { mmioLoad32, mmioStore32 } from '../rv';
import {
  VIRTIO_DESC_ADDR,
  VIRTIO_DESC_F_INDIRECT,
  VIRTIO_DESC_F_NEXT,
  VIRTIO_DESC_F_WRITE,
  VIRTIO_DESC_FLAGS,
  VIRTIO_DESC_LEN,
  VIRTIO_DESC_NEXT,
  VIRTIO_DESC_SIZE,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_ID_BLOCK,
  VIRTIO_INTERRUPT_ACK,
  VIRTIO_INTERRUPT_STATUS,
  VIRTIO_PLIC_SOURCE,
  VIRTIO_SLOT_SIZE,
} from '../generated/virtio';
import {
  VIRTIO_BLK_CAPACITY,
  VIRTIO_BLK_F_RO,
  VIRTIO_BLK_HEADER_SECTOR,
  VIRTIO_BLK_HEADER_SIZE,
  VIRTIO_BLK_HEADER_TYPE,
  VIRTIO_BLK_S_OK,
  VIRTIO_BLK_SECTOR,
  VIRTIO_BLK_T_IN,
  VIRTIO_BLK_T_OUT,
} from '../generated/virtio-blk';
import {
  STATUS_DISK_FULL,
  STATUS_END_OF_FILE,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_IO_DEVICE_ERROR,
  STATUS_MEDIA_WRITE_PROTECTED,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { VIRTIO } from '../hal/board';
import { connectInterrupt, Interrupt } from '../hal/interrupt';
import { beginVirtio, offeredFeatures, startVirtio } from '../hal/virtio';
import { createQueue, hasUsed, offer, ring, takeUsed, Virtqueue } from '../hal/virtqueue';
import { Device, DEVICE_BYTES, DEVICE_SEEKABLE, registerDevice } from '../io/device';
import { File } from '../io/file';
import { completeIrp, currentLocation, Irp, markPending, REQUEST_WRITE } from '../io/irp';
import { acquireIo, releaseIo } from '../io/lock';
import { keepRequest, peekRequest, takeRequest } from '../io/queue';
import { Dpc, initializeDpc, insertDpc } from '../ke/dpc';
import { initializeList } from '../ke/list';
import { allocateShared, free } from '../mm/pool';
import { bugCheck } from '../ps/fault';

/**
 * \Device\Disk: the driver of the block device (virtio-blk, Virtual I/O Device 1.3, §5.2). Requests are for any bytes of the disk and go
 * to the device as chains of descriptors that name the program's own buffer: nothing is copied. What a read has too much at its
 * edges goes to a scrap sector; a write that begins or ends inside a sector reads that sector first, and runs alone, so that no other
 * write can come between.
 */

const LEVEL: u32 = 6;
const SLOT: u32 = 1;
const SECTOR: u32 = VIRTIO_BLK_SECTOR;
const INSIDE: u64 = SECTOR - 1;
/** Most descriptors of a request: header, edge, data, edge, status. */
const MOST_DESCRIPTORS: usize = 5;

/** What a request is at: the sector of its first byte, that of its last, its own data. */
const READING_FIRST: u32 = 0;
const READING_LAST: u32 = 1;
const MOVING_DATA: u32 = 2;

/** A request that the device has. */
@unmanaged
class Transfer {
  irp: Irp;
  step: u32;
  descriptors: u32;
  /** The device's answer, one byte. */
  status: u32;
  /** Bytes of the first and of the last sector that do not belong to the request. */
  before: u32;
  after: u32;
  first: u64;
  last: u64;
}

const HEADER_OFFSET: usize = (offsetof<Transfer>() + 15) & ~15;
const TABLE_OFFSET: usize = HEADER_OFFSET + VIRTIO_BLK_HEADER_SIZE;
const SCRAP_OFFSET: usize = TABLE_OFFSET + MOST_DESCRIPTORS * VIRTIO_DESC_SIZE;
/** Status before the device has answered. */
const NO_ANSWER: u32 = 0xff;

const diskDevice = changetype<Device>(memory.data(64, 4));
const queue = changetype<Virtqueue>(memory.data(64, 4));
const interrupt = changetype<Interrupt>(memory.data(32, 4));
const dpc = changetype<Dpc>(memory.data(32, 4));
/** List head of IRPs that the device does not have yet. */
const waiting = memory.data(8, 4);

let capacity: u64 = 0;
let readOnly: bool = false;
/** Requests that the device has; one of them may be a write that runs alone. */
let underWay: u32 = 0;
let alone: bool = false;

/** Find the disk and bring it up; false when there is none. */
export function initializeDisk(): bool {
  const slot = VIRTIO + VIRTIO_SLOT_SIZE * SLOT;
  if (!beginVirtio(slot, VIRTIO_ID_BLOCK, 1 << VIRTIO_F_INDIRECT_DESC, 0)) return false;
  if (!createQueue(queue, slot, 0)) return false;
  const sectors = slot + VIRTIO_BLK_CAPACITY;
  capacity = ((<u64>mmioLoad32(sectors + 4)) << 32) | (<u64>mmioLoad32(sectors));
  capacity *= SECTOR;
  readOnly = (offeredFeatures(slot, 0) & (1 << VIRTIO_BLK_F_RO)) != 0;
  initializeList(waiting);
  initializeDpc(dpc, diskDpc.index, 0);
  interrupt.source = VIRTIO_PLIC_SOURCE + SLOT;
  interrupt.level = LEVEL;
  interrupt.routine = serviceInterrupt.index;
  interrupt.context = slot;
  connectInterrupt(interrupt);
  startVirtio(slot);
  memory.fill(changetype<usize>(diskDevice), 0, DEVICE_BYTES);
  diskDevice.flags = DEVICE_SEEKABLE;
  diskDevice.create = createDisk.index;
  diskDevice.read = transferDisk.index;
  diskDevice.write = transferDisk.index;
  registerDevice(diskDevice, '\\Device\\Disk');
  return true;
}

/** The disk's device object, to build on. */
export function theDisk(): Device {
  return diskDevice;
}

function createDisk(file: File): u32 {
  file.bytes = capacity;
  return STATUS_SUCCESS;
}

/** A read is cut at the end of the disk; one that begins there, or a write that goes beyond, ends pending (S84). */
function transferDisk(device: Device, irp: Irp): u32 {
  const place = currentLocation(irp);
  const writing = isWrite(irp);
  const room: u64 = place.offset < capacity ? capacity - place.offset : 0;
  if (writing && readOnly) return completeIrp(irp, STATUS_MEDIA_WRITE_PROTECTED, 0);
  if (writing && place.bytes > room) return completeIrp(irp, STATUS_DISK_FULL, 0);
  if (!place.bytes) return completeIrp(irp, STATUS_SUCCESS, 0);
  if (!room) {
    markPending(irp);
    completeIrp(irp, STATUS_END_OF_FILE, 0);
    return STATUS_PENDING;
  }
  if (place.bytes > room) place.bytes = <u32>room;
  const answer = keepRequest(waiting, irp);
  startTransfers();
  return answer;
}

function isWrite(irp: Irp): bool {
  return currentLocation(irp).kind == REQUEST_WRITE;
}

/** Give the device what may be under way beside what is. */
function startTransfers(): void {
  let irp = peekRequest(waiting);
  while (changetype<usize>(irp) && queue.freeCount > 0 && !alone) {
    const merges = isWrite(irp) && hasEdges(irp);
    if (merges && underWay > 0) return;
    startTransfer(takeRequest(waiting), merges);
    irp = peekRequest(waiting);
  }
}

function hasEdges(irp: Irp): bool {
  const place = currentLocation(irp);
  return ((place.offset | place.bytes) & INSIDE) != 0;
}

function startTransfer(irp: Irp, merges: bool): void {
  const address = allocateShared(transferBytes(hasEdges(irp)));
  if (!address) {
    completeIrp(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    return;
  }
  const transfer = changetype<Transfer>(address);
  const place = currentLocation(irp);
  const end = place.offset + place.bytes;
  transfer.irp = irp;
  transfer.before = <u32>(place.offset & INSIDE);
  transfer.after = (SECTOR - <u32>(end & INSIDE)) & (<u32>INSIDE);
  transfer.first = place.offset / SECTOR;
  transfer.last = (end - 1) / SECTOR;
  underWay++;
  alone = merges;
  if (!merges) moveData(transfer);
  else if (transfer.before || transfer.first == transfer.last) readEdge(transfer, READING_FIRST);
  else readEdge(transfer, READING_LAST);
}

/** Only requests with edges have scrap sectors. */
function transferBytes(edges: bool): usize {
  return edges ? SCRAP_OFFSET + 2 * SECTOR : SCRAP_OFFSET;
}

/** The scrap sector of the first, or of the last sector of a request. */
function scrap(transfer: Transfer, step: u32): usize {
  return changetype<usize>(transfer) + SCRAP_OFFSET + step * SECTOR;
}

function readEdge(transfer: Transfer, step: u32): void {
  transfer.step = step;
  const sector = step == READING_FIRST ? transfer.first : transfer.last;
  beginChain(transfer, VIRTIO_BLK_T_IN, sector);
  addToChain(transfer, scrap(transfer, step), SECTOR, VIRTIO_DESC_F_WRITE);
  sendChain(transfer);
}

function moveData(transfer: Transfer): void {
  const place = currentLocation(transfer.irp);
  const writing = place.kind == REQUEST_WRITE;
  const direction: u32 = writing ? 0 : VIRTIO_DESC_F_WRITE;
  const oneSector = writing && transfer.first == transfer.last;
  const end = scrap(transfer, oneSector ? READING_FIRST : READING_LAST) + SECTOR;
  transfer.step = MOVING_DATA;
  beginChain(transfer, writing ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN, transfer.first);
  if (transfer.before) {
    addToChain(transfer, scrap(transfer, READING_FIRST), transfer.before, direction);
  }
  addToChain(transfer, place.buffer, place.bytes, direction);
  if (transfer.after) addToChain(transfer, end - transfer.after, transfer.after, direction);
  sendChain(transfer);
}

function beginChain(transfer: Transfer, type: u32, sector: u64): void {
  const header = changetype<usize>(transfer) + HEADER_OFFSET;
  store<u32>(header + VIRTIO_BLK_HEADER_TYPE, type);
  store<u64>(header + VIRTIO_BLK_HEADER_SECTOR, sector);
  transfer.descriptors = 0;
  addToChain(transfer, header, VIRTIO_BLK_HEADER_SIZE, 0);
}

function addToChain(transfer: Transfer, address: usize, bytes: u32, flags: u32): void {
  const table = changetype<usize>(transfer) + TABLE_OFFSET;
  const index = transfer.descriptors++;
  const descriptor = table + index * VIRTIO_DESC_SIZE;
  store<u32>(descriptor + VIRTIO_DESC_ADDR, address);
  store<u32>(descriptor + VIRTIO_DESC_ADDR + 4, 0);
  store<u32>(descriptor + VIRTIO_DESC_LEN, bytes);
  store<u16>(descriptor + VIRTIO_DESC_FLAGS, <u16>(flags | VIRTIO_DESC_F_NEXT));
  store<u16>(descriptor + VIRTIO_DESC_NEXT, <u16>(index + 1));
}

/** The status ends the chain; the device gets the whole as one indirect descriptor. */
function sendChain(transfer: Transfer): void {
  const address = changetype<usize>(transfer);
  const table = address + TABLE_OFFSET;
  addToChain(transfer, address + offsetof<Transfer>('status'), 1, VIRTIO_DESC_F_WRITE);
  const bytes = transfer.descriptors * VIRTIO_DESC_SIZE;
  store<u16>(table + bytes - VIRTIO_DESC_SIZE + VIRTIO_DESC_FLAGS, <u16>VIRTIO_DESC_F_WRITE);
  transfer.status = NO_ANSWER;
  if (!offer(queue, address, table, bytes, VIRTIO_DESC_F_INDIRECT)) {
    bugCheck('no descriptor for the disk', address);
  }
  ring(queue);
}

/** At the disk's level. */
function serviceInterrupt(slot: usize): bool {
  const status = mmioLoad32(slot + VIRTIO_INTERRUPT_STATUS);
  if (!status) return false;
  mmioStore32(slot + VIRTIO_INTERRUPT_ACK, status);
  insertDpc(dpc, 0, 0);
  return true;
}

/** At DISPATCH: what the device has done goes on or is complete, and others can begin. */
function diskDpc(self: usize, context: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  while (hasUsed(queue)) goOn(changetype<Transfer>(takeUsed(queue)));
  startTransfers();
  releaseIo();
}

function goOn(transfer: Transfer): void {
  if (transfer.status != VIRTIO_BLK_S_OK || transfer.step == MOVING_DATA) finish(transfer);
  else if (transfer.step == READING_LAST || !transfer.after) moveData(transfer);
  else if (transfer.first == transfer.last) moveData(transfer);
  else readEdge(transfer, READING_LAST);
}

function finish(transfer: Transfer): void {
  const irp = transfer.irp;
  const isDone = transfer.status == VIRTIO_BLK_S_OK;
  const bytes = currentLocation(irp).bytes;
  free(changetype<usize>(transfer), transferBytes(hasEdges(irp)));
  underWay--;
  alone = false;
  completeIrp(irp, isDone ? STATUS_SUCCESS : STATUS_IO_DEVICE_ERROR, isDone ? bytes : 0);
}
