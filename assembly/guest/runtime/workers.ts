/**
 * The workers of the thread pool: threads that take packets from the completion port and continuations from the queues. They are made
 * when there is work for them and fewer than the goal, and end when they have been idle for long, or are too many.
 */
import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  FILE_IO_COMPLETION_INFORMATION_context,
  FILE_IO_COMPLETION_INFORMATION_information,
  FILE_IO_COMPLETION_INFORMATION_key,
  FILE_IO_COMPLETION_INFORMATION_status,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
  SYS_NtCreateIoCompletion,
  SYS_NtRemoveIoCompletionEx,
} from './generated/syscalls';
import { noteWork } from './gate';
import { allocateRaw } from './heap';
import { KEY_OBJECT, KEY_REQUEST, KEY_TIMER, KEY_WAKE } from './keys';
import { ObjectWait } from './objectWait';
import { PoolState, pool } from './poolState';
import { hasItem, takeItem } from './queues';
import { Request } from './request';
import { amoAdd, cycleLow } from './rv';
import { parkPort, poolPort, requestWorker, runFrame, setPoolPort } from './scheduler';
import { require } from './require';
import { system } from './system';
import { Timer } from './timer';
import { THREAD_WORKER, ThreadBlock, firstThread, thisThread } from './threadBlock';
import { startThread } from './threads';

/** Packets taken at once. */
export const maximumEntries: u32 = 8;
/** Continuations from the queues before the port is looked at again, and the time after which it is in any case (N7.1: 30 ms). */
const maximumItems: u32 = 64;
const quantumCycles: u32 = 30_000_000;
/** After this time in units of 100 ns without work a worker ends, if it is not the last (N7.2: 20 s). */
const idleTime: i64 = -200_000_000;

const WORKERS = changetype<usize>(pool) + offsetof<PoolState>('workers');
const IDLE = changetype<usize>(pool) + offsetof<PoolState>('idle');

/** The port of the pool, made when it is first needed. */
export function requirePort(): u32 {
  if (!poolPort) setPoolPort(newPort());
  return poolPort;
}

export function newPort(): u32 {
  const handle = thisThread().scratch;
  require(system(SYS_NtCreateIoCompletion, handle, 0), 'Cannot create a completion port');
  return load<u32>(handle);
}

/** One worker more. */
export function addWorker(): void {
  requirePort();
  amoAdd(WORKERS, 1);
  startThread((argument: usize): void => runWorker(), 0, 0);
}

/** At least one worker, for threads that are about to block. */
export function ensureWorker(): void {
  if (!pool.workers) addWorker();
}

/** Take packets and run what waits for them, until this worker is one too many. */
export function runWorker(): void {
  const thread = thisThread();
  beginWork(thread);
  while (true) {
    const isDrained = runQueued(thread);
    if (mayEnd(thread, isDrained)) break;
    if (!takePackets(thread, isDrained)) break;
  }
  thread.depth = 0x1_0000;
  thread.kind = 0;
}

/** Make the calling thread one that runs continuations. */
export function beginWork(thread: ThreadBlock): void {
  thread.kind = THREAD_WORKER;
  thread.depth = 0;
  thread.packets = roomForPackets();
}

export function roomForPackets(): usize {
  return allocateRaw(maximumEntries * FILE_IO_COMPLETION_INFORMATION_BYTES);
}

/** Run what is in the queues, for a while; whether they are empty now. */
export function runQueued(thread: ThreadBlock): bool {
  if (!pool.queued) return true;
  const began = cycleLow();
  for (let count: u32 = 0; count < maximumItems; count++) {
    const item = takeItem(thread);
    if (!item) return true;
    if (pool.queued) requestWorker();
    thread.depth++;
    runFrame(item);
    thread.depth--;
    noteWork();
    if (cycleLow() - began > quantumCycles) return false;
  }
  return false;
}

/** Whether there are more workers than there should be. */
function mayEnd(thread: ThreadBlock, isDrained: bool): bool {
  if (pool.workers <= pool.goal || thread === firstThread || !isDrained) return false;
  return leave();
}

function leave(): bool {
  amoAdd(WORKERS, -1);
  pool.retired++;
  return true;
}

/** Take packets, waiting for them if `mayWait`, and deliver them; false when this worker has been idle for too long. */
function takePackets(thread: ThreadBlock, mayWait: bool): bool {
  const timeout = thread.scratch + 8;
  const mayEnd = thread !== firstThread;
  store<i64>(timeout, mayWait ? idleTime : 0);
  if (mayWait) {
    amoAdd(IDLE, 1);
    // Who queues looks at the number of idle workers afterwards; so either side sees the other.
    if (hasItem(thread)) {
      amoAdd(IDLE, -1);
      return true;
    }
  }
  const status = system(
    SYS_NtRemoveIoCompletionEx,
    parkPort,
    thread.packets,
    maximumEntries,
    thread.scratch,
    mayWait && !mayEnd ? 0 : timeout,
    0,
  );
  if (mayWait) amoAdd(IDLE, -1);
  if (status == STATUS_TIMEOUT) return !mayWait || !leave();
  if (status == STATUS_SUCCESS) deliverAll(thread.packets, load<u32>(thread.scratch));
  return true;
}

export function deliverAll(entries: usize, count: u32): void {
  if (count > 1 && !pool.idle && pool.workers < pool.goal) addWorker();
  for (let index: u32 = 0; index < count; index++) {
    deliver(entries + index * FILE_IO_COMPLETION_INFORMATION_BYTES);
  }
}

function deliver(entry: usize): void {
  deliverPacket(
    load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_key),
    load<usize>(entry + FILE_IO_COMPLETION_INFORMATION_context),
    load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_status),
    load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_information),
  );
}

/** What the packet is about has happened. */
export function deliverPacket(key: u32, context: usize, status: u32, information: u32): void {
  if (key == KEY_REQUEST) {
    changetype<Request>(context).complete(status, information);
  } else if (key == KEY_TIMER) {
    changetype<Timer>(context).expire();
  } else if (key == KEY_OBJECT) {
    changetype<ObjectWait>(context).arrive();
  } else if (key == KEY_WAKE) {
    pool.waking = 0;
  }
}
