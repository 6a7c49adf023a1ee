/**
 * Pollers (fact N7.6): threads that do nothing but take the packets of the pool's port, up to 1024 at once, and queue what each of them
 * completes as urgent work. Continuations then run on workers only, which sleep at a port of their own meanwhile.
 */
import { packetItem } from './continuation';
import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  STATUS_SUCCESS,
  SYS_NtRemoveIoCompletionEx,
} from './generated/syscalls';
import { allocateRaw } from './heap';
import { PoolState, pool } from './poolState';
import { pushUrgent } from './queues';
import { amoAdd } from './rv';
import { poolPort, requestWorker, setParkPort } from './scheduler';
import { system } from './system';
import { THREAD_POLLER, thisThread } from './threadBlock';
import { startThread } from './threads';
import { newPort, requirePort } from './workers';

const maximumPackets: u32 = 1024;
const POLLED = changetype<usize>(pool) + offsetof<PoolState>('polled');

/** Leave the packets to `count` threads. Only while at most one worker exists, since others may sleep at the port already. */
export function startPollers(count: u32): void {
  if (pool.workers > 1) throw new Error('Pollers must be made before the pool has a second thread');
  requirePort();
  if (!pool.pollers) setParkPort(newPort());
  for (; pool.pollers < count; pool.pollers++) {
    startThread((argument: usize): void => runPoller(), 0, 0);
  }
}

function runPoller(): void {
  const thread = thisThread();
  thread.kind = THREAD_POLLER;
  thread.packets = allocateRaw(maximumPackets * FILE_IO_COMPLETION_INFORMATION_BYTES);
  const removed = thread.scratch;
  while (true) {
    const status = system(
      SYS_NtRemoveIoCompletionEx,
      poolPort,
      thread.packets,
      maximumPackets,
      removed,
      0,
      0,
    );
    if (status == STATUS_SUCCESS) queueAll(thread.packets, load<u32>(removed));
  }
}

function queueAll(entries: usize, count: u32): void {
  amoAdd(POLLED, count);
  pool.mostPolled = max(pool.mostPolled, count);
  for (let index: u32 = 0; index < count; index++) {
    pushUrgent(packetItem(entries + index * FILE_IO_COMPLETION_INFORMATION_BYTES));
    requestWorker();
  }
}
