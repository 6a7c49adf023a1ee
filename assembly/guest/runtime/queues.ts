/**
 * The queues of the thread pool: one for work of high priority and one for other work, both first in first out, and a ring per worker,
 * from which its owner takes the newest item and others steal the oldest (fact N7.1).
 */
import { allocateRaw } from './heap';
import { lock, unlock } from './lock';
import { PoolState, pool } from './poolState';
import { amoAdd } from './rv';
import { LINK } from './task';
import { ThreadBlock } from './threadBlock';

const firstCapacity: u32 = 32;

/** A queue that is linked through its items. */
@unmanaged
export class WorkQueue {
  first: usize;
  last: usize;
  guard: u32;

  push(item: usize): void {
    const guard = changetype<usize>(this) + offsetof<WorkQueue>('guard');
    store<usize>(item, 0, LINK);
    lock(guard);
    if (this.last) store<usize>(this.last, item, LINK);
    else this.first = item;
    this.last = item;
    unlock(guard);
  }

  /** The oldest item, 0 if there is none. */
  pop(): usize {
    if (!this.first) return 0;
    const guard = changetype<usize>(this) + offsetof<WorkQueue>('guard');
    lock(guard);
    const item = this.first;
    if (item) {
      this.first = load<usize>(item, LINK);
      if (!this.first) this.last = 0;
      store<usize>(item, 0, LINK);
    }
    unlock(guard);
    return item;
  }
}

const globalWork = memory.data(offsetof<WorkQueue>(), 8);
const urgentWork = memory.data(offsetof<WorkQueue>(), 8);
export const globalQueue = changetype<WorkQueue>(globalWork);
export const urgentQueue = changetype<WorkQueue>(urgentWork);

const QUEUED = changetype<usize>(pool) + offsetof<PoolState>('queued');

/** Queue for everybody, behind what is there. */
export function pushGlobal(item: usize): void {
  globalQueue.push(item);
  amoAdd(QUEUED, 1);
}

/** Queue for everybody, in front of what is not urgent. */
export function pushUrgent(item: usize): void {
  urgentQueue.push(item);
  amoAdd(QUEUED, 1);
}

/** Queue for this worker, which takes the newest first. */
export function pushLocal(thread: ThreadBlock, item: usize): void {
  const guard = changetype<usize>(thread) + offsetof<ThreadBlock>('ringLock');
  lock(guard);
  if (thread.tail - thread.head > thread.ringMask || !thread.ring) grow(thread);
  store<usize>(thread.ring + ((thread.tail & thread.ringMask) << 2), item);
  thread.tail++;
  unlock(guard);
  amoAdd(QUEUED, 1);
}

/** A ring of twice the size with the same items. */
function grow(thread: ThreadBlock): void {
  const capacity = thread.ring ? (thread.ringMask + 1) * 2 : firstCapacity;
  const ring = allocateRaw(capacity * 4);
  const count = thread.tail - thread.head;
  for (let index: u32 = 0; index < count; index++) {
    const from = thread.ring + (((thread.head + index) & thread.ringMask) << 2);
    store<usize>(ring + (index << 2), load<usize>(from));
  }
  thread.ring = ring;
  thread.ringMask = capacity - 1;
  thread.head = 0;
  thread.tail = count;
}

/** The newest item of this worker's own queue, 0 if it is empty. */
function popLocal(thread: ThreadBlock): usize {
  if (thread.head == thread.tail) return 0;
  const guard = changetype<usize>(thread) + offsetof<ThreadBlock>('ringLock');
  lock(guard);
  let item: usize = 0;
  if (thread.head != thread.tail) {
    thread.tail--;
    const place = thread.ring + ((thread.tail & thread.ringMask) << 2);
    item = load<usize>(place);
    store<usize>(place, 0);
  }
  unlock(guard);
  return item;
}

/** The oldest item of another worker's queue, 0 if it is empty. */
function steal(victim: ThreadBlock): usize {
  if (victim.head == victim.tail) return 0;
  const guard = changetype<usize>(victim) + offsetof<ThreadBlock>('ringLock');
  lock(guard);
  let item: usize = 0;
  if (victim.head != victim.tail) {
    const place = victim.ring + ((victim.head & victim.ringMask) << 2);
    item = load<usize>(place);
    store<usize>(place, 0);
    victim.head++;
  }
  unlock(guard);
  return item;
}

/** Whether there is an item that this worker may take. */
export function hasItem(thread: ThreadBlock): bool {
  if (!pool.queued) return false;
  if (pool.stealing || thread.head != thread.tail) return true;
  return urgentQueue.first != 0 || globalQueue.first != 0;
}

/** The next item for a worker, taken out; 0 if all queues are empty. */
export function takeItem(thread: ThreadBlock): usize {
  if (!pool.queued) return 0;
  let item = popLocal(thread);
  if (item) pool.localTakes++;
  else {
    item = urgentQueue.pop();
    if (!item) item = globalQueue.pop();
    if (item) pool.globalTakes++;
    else if (pool.stealing) item = stealFromOthers(thread);
  }
  if (item) {
    amoAdd(QUEUED, -1);
    thread.executed++;
  }
  return item;
}

/** Go round the other threads once, from a random one. */
function stealFromOthers(thread: ThreadBlock): usize {
  const count = pool.blocks;
  if (count < 2) return 0;
  pool.random = pool.random * 1_664_525 + 1_013_904_223;
  let victim = pool.threads;
  for (let skip = (pool.random >>> 16) % count; skip > 0; skip--) victim = nextBlock(victim);
  for (let tried: u32 = 0; tried < count; tried++) {
    if (victim != changetype<usize>(thread)) {
      const item = steal(changetype<ThreadBlock>(victim));
      if (item) {
        thread.steals++;
        pool.steals++;
        return item;
      }
    }
    victim = nextBlock(victim);
  }
  return 0;
}

function nextBlock(block: usize): usize {
  const next = changetype<ThreadBlock>(block).next;
  return next ? next : pool.threads;
}
