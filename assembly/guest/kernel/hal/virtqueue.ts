import { fence, mmioLoad32, mmioStore32 } from '../rv';
import {
  VIRTIO_AVAIL_F_NO_INTERRUPT,
  VIRTIO_QUEUE_DESC_HIGH,
  VIRTIO_QUEUE_DESC_LOW,
  VIRTIO_QUEUE_DEVICE_HIGH,
  VIRTIO_QUEUE_DEVICE_LOW,
  VIRTIO_QUEUE_DRIVER_HIGH,
  VIRTIO_QUEUE_DRIVER_LOW,
  VIRTIO_QUEUE_NOTIFY,
  VIRTIO_QUEUE_NUM,
  VIRTIO_QUEUE_NUM_MAX,
  VIRTIO_QUEUE_READY,
  VIRTIO_QUEUE_SEL,
  VIRTIO_USED_F_NO_NOTIFY,
} from '../generated/virtio';
import { allocate } from '../mm/pool';

/**
 * The driver's side of a split virtqueue (Virtual I/O Device 1.3, §2.7) whose chains are single descriptors (of memory, or of a
 * table of descriptors), so that a descriptor's number is also the place of its buffer in `tokens`. The caller holds the queue's lock.
 */

/** Most entries that the driver uses. */
const MAXIMUM_ENTRIES: u32 = 256;

@unmanaged
export class Virtqueue {
  slot: usize;
  number: u32;
  entries: u32;
  descriptors: usize;
  available: usize;
  used: usize;
  /** Buffer of each descriptor. */
  tokens: usize;
  /** Free descriptors: a chain through their token words, +1; and how many. */
  freeHead: u32;
  freeCount: u32;
  /** Next available entry to write, next used entry to read. */
  nextAvailable: u16;
  nextUsed: u16;
}

/** Make queue `number` of a device in its slot ready; false when the device has no such queue or memory is short. */
export function createQueue(queue: Virtqueue, slot: usize, number: u32): bool {
  mmioStore32(slot + VIRTIO_QUEUE_SEL, number);
  const maximum = mmioLoad32(slot + VIRTIO_QUEUE_NUM_MAX);
  const entries = maximum < MAXIMUM_ENTRIES ? maximum : MAXIMUM_ENTRIES;
  if (!entries) return false;
  queue.slot = slot;
  queue.number = number;
  queue.entries = entries;
  queue.descriptors = allocate(entries * 16);
  queue.available = allocate(6 + entries * 2);
  queue.used = allocate(6 + entries * 8);
  queue.tokens = allocate(entries * 4);
  if (!queue.descriptors || !queue.available || !queue.used || !queue.tokens) return false;
  for (let index: u32 = 0; index < entries; index++) freeDescriptor(queue, index);
  mmioStore32(slot + VIRTIO_QUEUE_NUM, entries);
  mmioStore32(slot + VIRTIO_QUEUE_DESC_LOW, queue.descriptors);
  mmioStore32(slot + VIRTIO_QUEUE_DESC_HIGH, 0);
  mmioStore32(slot + VIRTIO_QUEUE_DRIVER_LOW, queue.available);
  mmioStore32(slot + VIRTIO_QUEUE_DRIVER_HIGH, 0);
  mmioStore32(slot + VIRTIO_QUEUE_DEVICE_LOW, queue.used);
  mmioStore32(slot + VIRTIO_QUEUE_DEVICE_HIGH, 0);
  mmioStore32(slot + VIRTIO_QUEUE_READY, 1);
  return true;
}

function tokenAddress(queue: Virtqueue, index: u32): usize {
  return queue.tokens + ((<usize>index) << 2);
}

function freeDescriptor(queue: Virtqueue, index: u32): void {
  store<u32>(tokenAddress(queue, index), queue.freeHead);
  queue.freeHead = index + 1;
  queue.freeCount++;
}

/**
 * Offer memory to the device; false when all descriptors are in use. Flags: VIRTIO_DESC_F_WRITE for memory that the device fills,
 * VIRTIO_DESC_F_INDIRECT for a table of descriptors. The doorbell is rung by `ring`.
 */
export function offer(
  queue: Virtqueue,
  token: usize,
  address: usize,
  bytes: u32,
  flags: u32,
): bool {
  if (!queue.freeCount) return false;
  const index = queue.freeHead - 1;
  queue.freeHead = load<u32>(tokenAddress(queue, index));
  queue.freeCount--;
  store<usize>(tokenAddress(queue, index), token);
  const descriptor = queue.descriptors + ((<usize>index) << 4);
  store<u32>(descriptor, address);
  store<u32>(descriptor, 0, 4);
  store<u32>(descriptor, bytes, 8);
  store<u32>(descriptor, flags, 12);
  const place = (<u32>queue.nextAvailable) & (queue.entries - 1);
  store<u16>(queue.available + ((<usize>place) << 1), <u16>index, 4);
  queue.nextAvailable++;
  return true;
}

/** Show the device what was offered since the last time, and ring unless it looks by itself. */
export function ring(queue: Virtqueue): void {
  fence();
  store<u16>(queue.available, queue.nextAvailable, 2);
  fence();
  if (load<u16>(queue.used) & VIRTIO_USED_F_NO_NOTIFY) return;
  mmioStore32(queue.slot + VIRTIO_QUEUE_NOTIFY, queue.number);
}

/** Has the device returned a buffer that was not taken yet? */
export function hasUsed(queue: Virtqueue): bool {
  return load<u16>(queue.used, 2) != queue.nextUsed;
}

/** Bytes that the device wrote into the buffer that takeUsed will give next. */
export function usedBytes(queue: Virtqueue): u32 {
  return load<u32>(usedEntry(queue), 8);
}

/** Take the next returned buffer's token; only after hasUsed. */
export function takeUsed(queue: Virtqueue): usize {
  const index = load<u32>(usedEntry(queue), 4);
  const token = load<usize>(tokenAddress(queue, index));
  freeDescriptor(queue, index);
  queue.nextUsed++;
  return token;
}

function usedEntry(queue: Virtqueue): usize {
  const place = (<u32>queue.nextUsed) & (queue.entries - 1);
  return queue.used + ((<usize>place) << 3);
}

/** Ask the device for no interrupts from this queue (it may send one all the same), or for interrupts again. */
export function suppress(queue: Virtqueue, on: bool): void {
  store<u16>(queue.available, on ? <u16>VIRTIO_AVAIL_F_NO_INTERRUPT : 0);
  fence();
}
