/**
 * The buffers of one descriptor chain (VIRTIO 1.3, 2.7.4 to 2.7.5): first those the device reads, then those it writes. Loading a
 * chain checks all of it, so that afterwards every byte of it is known to lie in guest RAM.
 */
import { ramAt, ramHolds, ramWritten } from '../../bus';
import * as virtio from '../../generated/virtio';
import { QUEUE_SIZE_MAX, Virtqueue } from './queue';

const SEGMENT_BYTES: u32 = 8;

@unmanaged
export class Chain {
  /** Descriptors walked, indirect ones included. */
  descriptors: u32;
  /** Buffers the device reads; the rest of `segments` are written. */
  readable: u32;
  segments: u32;
  readBytes: u64;
  writeBytes: u64;
  /** The table being walked, and its descriptors. */
  private table: u32;
  private tableSize: u32;
  private indirect: bool;

  /**
   * Walk the chain of a head.
   * @param indirect whether indirect tables were agreed
   * @returns 0, or one of the VIRTIO_ERROR codes
   */
  load(queue: Virtqueue, head: u32, indirect: bool): u32 {
    this.clear();
    this.table = queue.descLow;
    this.tableSize = queue.size;
    let index = head;
    let flags: u32 = 0;
    do {
      if (index >= this.tableSize) return virtio.VIRTIO_ERROR_INDEX;
      if (++this.descriptors > queue.size + 1) return virtio.VIRTIO_ERROR_LOOP;
      const at = ramAt(this.table + index * virtio.VIRTIO_DESC_SIZE);
      flags = load<u16>(at, 12);
      const enters = (flags & virtio.VIRTIO_DESC_F_INDIRECT) != 0;
      const error = enters ? this.enter(at, flags, indirect) : this.add(at, flags);
      if (error) return error;
      index = enters ? 0 : load<u16>(at, 14);
    } while (flags & (virtio.VIRTIO_DESC_F_NEXT | virtio.VIRTIO_DESC_F_INDIRECT));
    return 0;
  }

  /** Address of byte `offset` of the part that the device writes (or reads). */
  addressOf(written: bool, offset: u32): u32 {
    let at = written ? this.readable : 0;
    const end = written ? this.segments : this.readable;
    for (; at < end; at++) {
      const bytes = this.bytesOf(at);
      if (offset < bytes) return this.baseOf(at) + offset;
      offset -= bytes;
    }
    return 0;
  }

  /** Copy bytes of the readable part to the core's memory; the caller knows that they are there. */
  read(offset: u32, to: usize, bytes: u32): void {
    this.move(0, this.readable, offset, to, bytes, false);
  }

  /** Copy bytes of the core's memory to the writable part; the caller knows that they fit. */
  write(offset: u32, from: usize, bytes: u32): void {
    this.move(this.readable, this.segments, offset, from, bytes, true);
  }

  private clear(): void {
    this.descriptors = 0;
    this.readable = 0;
    this.segments = 0;
    this.readBytes = 0;
    this.writeBytes = 0;
    this.indirect = false;
  }

  /** Go on in an indirect table; there is one level of them, and nothing follows it. */
  private enter(at: usize, flags: u32, agreed: bool): u32 {
    if (!agreed || this.indirect || flags & virtio.VIRTIO_DESC_F_NEXT)
      return virtio.VIRTIO_ERROR_FLAGS;
    const address = load<u32>(at);
    const bytes = load<u32>(at, 8);
    if (load<u32>(at, 4) != 0 || !ramHolds(address, bytes)) return virtio.VIRTIO_ERROR_ADDRESS;
    this.table = address;
    this.tableSize = bytes / virtio.VIRTIO_DESC_SIZE;
    this.indirect = true;
    return this.tableSize * virtio.VIRTIO_DESC_SIZE == bytes ? 0 : virtio.VIRTIO_ERROR_INDEX;
  }

  private add(at: usize, flags: u32): u32 {
    const written = (flags & virtio.VIRTIO_DESC_F_WRITE) != 0;
    const address = load<u32>(at);
    const bytes = load<u32>(at, 8);
    if (load<u32>(at, 4) != 0 || !ramHolds(address, bytes)) return virtio.VIRTIO_ERROR_ADDRESS;
    if (!written && this.readable != this.segments) return virtio.VIRTIO_ERROR_FLAGS;
    const segment = this.segment(this.segments++);
    store<u32>(segment, address);
    store<u32>(segment, bytes, 4);
    if (written) {
      this.writeBytes += bytes;
    } else {
      this.readBytes += bytes;
      this.readable++;
    }
    return 0;
  }

  private move(first: u32, end: u32, offset: u32, host: usize, left: u32, toGuest: bool): void {
    for (let at = first; at < end && left > 0; at++) {
      const bytes = this.bytesOf(at);
      if (offset >= bytes) {
        offset -= bytes;
        continue;
      }
      const guest = this.baseOf(at) + offset;
      const part = min(bytes - offset, left);
      if (toGuest) {
        memory.copy(ramAt(guest), host, part);
        ramWritten(guest, part);
      } else {
        memory.copy(host, ramAt(guest), part);
      }
      host += part;
      left -= part;
      offset = 0;
    }
  }

  private segment(n: u32): usize {
    return changetype<usize>(this) + offsetof<Chain>() + n * SEGMENT_BYTES;
  }

  private baseOf(n: u32): u32 {
    return load<u32>(this.segment(n));
  }

  private bytesOf(n: u32): u32 {
    return load<u32>(this.segment(n), 4);
  }
}

/** Bytes of a chain with room for its buffers. */
export const CHAIN_BYTES: u32 = <u32>offsetof<Chain>() + (QUEUE_SIZE_MAX + 1) * SEGMENT_BYTES;
