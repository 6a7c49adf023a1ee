/**
 * Who runs continuations, and where. A completion on a worker of the pool runs its continuation inline, up to a depth; deeper ones go to
 * the worker's own queue, and those that other threads complete to the global one.
 */
import { fatal } from './abort';
import { wakeGate } from './gate';
import { KEY_WAKE } from './keys';
import { pushGlobal, pushLocal } from './queues';
import { addWorker } from './workers';
import { PoolState, pool } from './poolState';
import { DESCRIPTOR, WAITER, isOver } from './task';
import { amoSwap, callAddress } from './rv';
import { SYS_NtSetIoCompletion } from './generated/syscalls';
import { system, yieldThread } from './system';
import { THREAD_WORKER, thisThread } from './threadBlock';

/** Continuations inside of each other on one stack. */
export const maximumDepth: u32 = 8;
/** Descriptor of items that only hand on what they hold: they run wherever they are met. */
export const HANDS_ON: usize = 1;

const WAKING = changetype<usize>(pool) + offsetof<PoolState>('waking');

/** Handle of the completion port the workers wait on; 0 before there is a pool. */
export let poolPort: u32 = 0;

/** Handle of the port at which idle workers sleep: that of the pool, unless pollers take its packets (pollers.ts). */
export let parkPort: u32 = 0;

export function setPoolPort(port: u32): void {
  poolPort = port;
  parkPort = port;
}

export function setParkPort(port: u32): void {
  parkPort = port;
}

/** Run a continuation, now or soon. */
export function resumeFrame(frame: usize): void {
  const thread = thisThread();
  if (thread.depth < maximumDepth) {
    thread.depth++;
    runFrame(frame);
    thread.depth--;
    return;
  }
  if (handedOn(frame)) return;
  if (thread.kind == THREAD_WORKER && pool.localQueues) pushLocal(thread, frame);
  else pushGlobal(frame);
  requestWorker();
}

/** Run a continuation from the global queue, when what runs now has come to its end. */
export function resumeLater(frame: usize): void {
  if (handedOn(frame)) return;
  pushGlobal(frame);
  requestWorker();
}

function handedOn(item: usize): bool {
  if (load<usize>(item, DESCRIPTOR) != HANDS_ON) return false;
  callAddress(load<usize>(item), item);
  return true;
}

/** See to it that somebody takes what has been queued. */
export function requestWorker(): void {
  if (pool.idle) {
    wakeWorker();
  } else if (pool.workers < pool.goal) {
    addWorker();
  } else {
    wakeGate();
  }
}

/** Let one of the idle workers look at the queues, unless one is about to. */
function wakeWorker(): void {
  if (amoSwap(WAKING, 1)) return;
  pool.wakes++;
  system(SYS_NtSetIoCompletion, parkPort, KEY_WAKE, 1, 0, 0);
}

/**
 * Enter a continuation at its address. The word is 0 from the time a coroutine runs until all its values are saved: what is completed
 * just before the coroutine is suspended comes back later.
 */
export function runFrame(frame: usize): void {
  const address = load<usize>(frame);
  if (!address) {
    comeBack(frame);
    return;
  }
  store<usize>(frame, 0);
  callAddress(address, frame);
}

function comeBack(frame: usize): void {
  if (isOver(load<usize>(frame, WAITER))) fatal('A continuation was run twice');
  pushGlobal(frame);
  requestWorker();
  yieldThread();
}
