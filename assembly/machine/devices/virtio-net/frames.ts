/** The card's memory for frames that come from the wire: a pool of buffers, and a FIFO of them per receive queue. */
import { VIRTIO_NET_MAX_FRAME } from '../../generated/virtio-net';

/** Buffers of the pool. */
export const FRAMES: u32 = 512;
/** No frame. */
export const NONE: u32 = FRAMES;

/** One frame; its bytes follow. */
@unmanaged
export class Frame {
  used: bool;
  /** Next frame of the FIFO, or NONE. */
  next: u32;
  id: u32;
  bytes: u32;

  /** Where its bytes lie. */
  get data(): usize {
    return changetype<usize>(this) + offsetof<Frame>();
  }
}

/** Bytes of a frame's buffer; a longer frame is known by its length only. */
export const FRAME_BYTES: u32 = <u32>offsetof<Frame>() + ((VIRTIO_NET_MAX_FRAME + 7) & ~7);

/** Frames in the order they came. */
@unmanaged
export class FrameFifo {
  private first: u32;
  private last: u32;
  count: u32;

  /** Number of the oldest, or NONE. */
  get head(): u32 {
    return this.count == 0 ? NONE : this.first;
  }

  push(pool: FramePool, n: u32): void {
    if (this.count == 0) this.first = n;
    else pool.at(this.last).next = n;
    this.last = n;
    this.count++;
  }

  /** Forget the oldest; it goes back to the pool. */
  drop(pool: FramePool): void {
    const frame = pool.at(this.first);
    frame.used = false;
    this.first = frame.next;
    this.count--;
  }
}

/** The buffers; all of them follow. */
@unmanaged
export class FramePool {
  /** Where the search for a free one begins. */
  private hint: u32;

  at(n: u32): Frame {
    return changetype<Frame>(changetype<usize>(this) + offsetof<FramePool>() + n * FRAME_BYTES);
  }

  /** Keep a frame; NONE when the pool is full. */
  keep(id: u32, from: usize, bytes: u32): u32 {
    for (let tried: u32 = 0; tried < FRAMES; tried++) {
      const n = this.hint;
      this.hint = n + 1 == FRAMES ? 0 : n + 1;
      const frame = this.at(n);
      if (frame.used) continue;
      frame.used = true;
      frame.id = id;
      frame.bytes = bytes;
      if (bytes <= VIRTIO_NET_MAX_FRAME) memory.copy(frame.data, from, bytes);
      return n;
    }
    return NONE;
  }
}

/** Bytes of the pool with its buffers. */
export const POOL_BYTES: u32 = <u32>offsetof<FramePool>() + FRAMES * FRAME_BYTES;
