import { allocateShared } from '../mm/pool';

/**
 * Frame buffers: blocks of 2 KiB, each a record, the virtio-net header and the frame. The frame begins at an address that is 2 more
 * than a multiple of 4, so that the IP header and all behind it are aligned. One free list serves receiving, sending and waiting
 * datagrams. At DISPATCH.
 */

export const BUFFER_BYTES: usize = 2048;
const BUFFERS: u32 = 1024;
/** So many are not for datagrams that nobody has asked for yet: the card and those who send need them. */
const NOT_KEPT: u32 = 512;
const HEADER_OFFSET: usize = 66;

/** Places in a buffer, from its start. */
export const ETHERNET_OFFSET: usize = HEADER_OFFSET + 12;
export const IP_OFFSET: usize = ETHERNET_OFFSET + 14;
export const UDP_OFFSET: usize = IP_OFFSET + 20;
export const UDP_DATA_OFFSET: usize = UDP_OFFSET + 8;

@unmanaged
export class NetBuffer {
  next: NetBuffer;
  /** Entry of a queue of datagrams. */
  queueNext: usize;
  queuePrevious: usize;
  /** Bytes of the frame, Ethernet header included. */
  bytes: u32;
  /** Of a received datagram: its data, and where it came from. */
  data: usize;
  dataBytes: u32;
  address: u32;
  port: u32;
}

let freeList: NetBuffer = changetype<NetBuffer>(0);
let made: u32 = 0;
let used: u32 = 0;

/** A buffer, or null. */
export function takeBuffer(): NetBuffer {
  const buffer = freeList;
  if (changetype<usize>(buffer)) {
    freeList = buffer.next;
    used++;
    return buffer;
  }
  if (made == BUFFERS) return buffer;
  const fresh = allocateShared(BUFFER_BYTES);
  if (fresh) {
    made++;
    used++;
  }
  return changetype<NetBuffer>(fresh);
}

export function releaseBuffer(buffer: NetBuffer): void {
  buffer.next = freeList;
  freeList = buffer;
  used--;
}

/** Are there enough buffers to keep one for a receive that may come? */
export function canKeepBuffer(): bool {
  return used < BUFFERS - NOT_KEPT;
}

/** Address of the virtio-net header: what the device is given. */
export function deviceAddress(buffer: NetBuffer): usize {
  return changetype<usize>(buffer) + HEADER_OFFSET;
}

/** Address of a place in a buffer. */
export function at(buffer: NetBuffer, offset: usize): usize {
  return changetype<usize>(buffer) + offset;
}
