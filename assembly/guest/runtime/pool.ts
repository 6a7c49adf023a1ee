/**
 * The thread pool: threads that take packets from one completion port and resume the coroutines that wait for them.
 */
import { SYS_NtCreateIoCompletion, SYS_NtRemoveIoCompletionEx } from './generated/syscalls';
import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  FILE_IO_COMPLETION_INFORMATION_context,
  FILE_IO_COMPLETION_INFORMATION_information,
  FILE_IO_COMPLETION_INFORMATION_key,
  FILE_IO_COMPLETION_INFORMATION_status,
  STATUS_SUCCESS,
} from './generated/syscalls';
import { enterHeap, leaveHeap } from './heap';
import { KEY_REQUEST, KEY_TIMER } from './keys';
import { Request } from './request';
import { drainQueue, poolPort, setPoolPort } from './scheduler';
import { require, system } from './system';
import { Timer } from './timer';
import { thisThread } from './threadBlock';
import { startThread } from './threads';

/** Packets taken at once. */
const maximumEntries: u32 = 8;

/** The threads that run continuations. One is there as soon as something asynchronous begins. */
export class ThreadPool {
  private static count: u32 = 1;

  /** Number of threads. */
  static get threads(): u32 {
    return ThreadPool.count;
  }

  /** Add threads until there are `count`; there is no way back. More than one helps when continuations block. */
  static setThreads(count: u32): void {
    for (; ThreadPool.count < count; ThreadPool.count++) {
      startThread((argument: usize): void => runPool(), 0, 0);
    }
  }
}

/** The port of the pool, made when it is first needed. */
export function requirePort(): u32 {
  if (!poolPort) {
    const handle = thisThread().scratch;
    require(system(SYS_NtCreateIoCompletion, handle, 0), 'Cannot create a completion port');
    setPoolPort(load<u32>(handle));
  }
  return poolPort;
}

/** Take packets and run what waits for them; never returns. */
export function runPool(): void {
  const thread = thisThread();
  thread.isPool = true;
  const entries = __alloc(maximumEntries * FILE_IO_COMPLETION_INFORMATION_BYTES);
  const port = requirePort();
  while (true) {
    drainQueue();
    leaveHeap();
    const status = system(
      SYS_NtRemoveIoCompletionEx,
      port,
      entries,
      maximumEntries,
      thread.scratch,
      0,
      0,
    );
    enterHeap();
    if (status != STATUS_SUCCESS) continue;
    const count = load<u32>(thread.scratch);
    for (let index: u32 = 0; index < count; index++) {
      deliver(entries + index * FILE_IO_COMPLETION_INFORMATION_BYTES);
    }
  }
}

function deliver(entry: usize): void {
  const key = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_key);
  const context = load<usize>(entry + FILE_IO_COMPLETION_INFORMATION_context);
  if (key == KEY_REQUEST) {
    const status = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_status);
    const information = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_information);
    changetype<Request>(context).complete(status, information);
  } else if (key == KEY_TIMER) {
    changetype<Timer>(context).expire();
  }
}
