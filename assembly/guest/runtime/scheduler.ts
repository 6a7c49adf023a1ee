/**
 * Who runs continuations, and where. A completion on a thread of the pool runs its continuation inline, up to a depth; deeper ones,
 * and those that other threads complete, are queued for the pool.
 */
import { KEY_WAKE } from './keys';
import { lock, unlock } from './lock';
import { LINK } from './task';
import { callAddress } from './rv';
import { SYS_NtSetIoCompletion } from './generated/syscalls';
import { system, yieldThread } from './system';
import { thisThread } from './threadBlock';

/** Continuations inside of each other on one stack. */
const maximumDepth: u32 = 8;

let first: usize = 0;
let last: usize = 0;
const queueLock = memory.data(4, 4);

/** Handle of the completion port the pool waits on; 0 before there is a pool. */
export let poolPort: u32 = 0;

export function setPoolPort(port: u32): void {
  poolPort = port;
}

/** Run a suspended frame, now or soon. */
export function resumeFrame(frame: usize): void {
  const thread = thisThread();
  if (thread.isPool && thread.depth < maximumDepth) {
    thread.depth++;
    runFrame(frame);
    thread.depth--;
    return;
  }
  resumeLater(frame);
}

/** Run a suspended frame from the queue, when what runs now has come to its end. */
export function resumeLater(frame: usize): void {
  enqueue(frame);
  if (thisThread().isPool || !poolPort) return;
  system(SYS_NtSetIoCompletion, poolPort, KEY_WAKE, 1, 0, 0);
}

/** Run everything that is queued. */
export function drainQueue(): void {
  while (first) {
    const frame = dequeue();
    if (frame) resumeFrame(frame);
  }
}

/**
 * Enter a frame at its resume address. The word is 0 from the time the coroutine runs until all its values are saved: a thread that
 * completes what another thread is just about to wait for must give it the time.
 */
function runFrame(frame: usize): void {
  let address = load<usize>(frame);
  while (!address) {
    yieldThread();
    address = load<usize>(frame);
  }
  store<usize>(frame, 0);
  callAddress(address, frame);
}

function enqueue(frame: usize): void {
  lock(queueLock);
  store<usize>(frame, 0, LINK);
  if (last) store<usize>(last, frame, LINK);
  else first = frame;
  last = frame;
  unlock(queueLock);
}

function dequeue(): usize {
  lock(queueLock);
  const frame = first;
  if (frame) {
    first = load<usize>(frame, LINK);
    if (!first) last = 0;
    store<usize>(frame, 0, LINK);
  }
  unlock(queueLock);
  return frame;
}
