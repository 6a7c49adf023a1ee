/**
 * Frames of coroutines. The frame of a call that came to its end without being suspended, and that was awaited where it was made, is known to
 * nobody any more: its thread keeps it for the next call, so that such calls take nothing from the heap.
 */
import { isShown } from './awaiting';
import { allocateZeroed, clear } from './heap';
import { HEADER } from './pages';
import { threadPointer } from './rv';
import { LINK } from './task';
import { ThreadBlock } from './threadBlock';

/** Bytes of the largest frame that is kept: with its header a block of 128 bytes. */
const largestKept: usize = 120;
/** Sizes of blocks: 48, 64, … 128 bytes have a list each. */
const SIZE_SHIFT: usize = 4;
const smallestSize: usize = 3;
/** Most frames of a size that a thread keeps. */
const mostKept: u32 = 16;
/** In a frame that is kept: how many there are from it on. */
const COUNT: usize = 12;

/** A zeroed frame. */
export function newFrame(bytes: usize): usize {
  if (bytes > largestKept) return allocateZeroed(bytes);
  const list = listOf(bytes);
  const frame = load<usize>(list);
  if (!frame) return allocateZeroed(bytes);
  store<usize>(list, load<usize>(frame, LINK));
  store<u32>(frame - 4, <u32>bytes);
  clear(frame, bytes);
  return frame;
}

/** Keep the frame of a coroutine that has succeeded, unless it was ever shown to others. */
export function giveBack(frame: usize): void {
  const bytes: usize = load<u32>(frame - 4);
  if (isShown(frame) || bytes > largestKept) return;
  const list = listOf(bytes);
  const next = load<usize>(list);
  const count = next ? load<u32>(next, COUNT) : 0;
  if (count == mostKept) return;
  store<u32>(frame, count + 1, COUNT);
  store<usize>(frame, next, LINK);
  store<usize>(list, frame);
}

/** Where the calling thread keeps frames of this size. */
function listOf(bytes: usize): usize {
  const size = (bytes + HEADER + 15) >>> SIZE_SHIFT;
  return threadPointer() + offsetof<ThreadBlock>('frames') + ((size - smallestSize) << 2);
}
