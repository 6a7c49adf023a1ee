/**
 * Completion ports of a program's own, for threads that wait themselves: a queue of packets that lets no more threads run than its limit.
 */
import { allocateRaw } from './heap';
import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  FILE_IO_COMPLETION_INFORMATION_key,
  STATUS_SUCCESS,
  SYS_NtCreateIoCompletion,
  SYS_NtQueryIoCompletion,
  SYS_NtRemoveIoCompletionEx,
  SYS_NtSetIoCompletion,
} from './generated/syscalls';
import { require } from './require';
import { closeHandle, system } from './system';
import { thisThread } from './threadBlock';

/** A completion port. */
export class CompletionPort {
  private readonly handle: u32;

  /** @param limit threads that may run at once; 0 is the number of harts */
  constructor(limit: u32 = 0) {
    const handle = thisThread().scratch;
    require(system(SYS_NtCreateIoCompletion, handle, limit), 'Cannot create a completion port');
    this.handle = load<u32>(handle);
  }

  /** Queue a packet with a number. */
  post(key: u32): void {
    system(SYS_NtSetIoCompletion, this.handle, key, 0, 0, 0);
  }

  /** Packets that are queued. */
  get length(): u32 {
    const depth = thisThread().scratch;
    return system(SYS_NtQueryIoCompletion, this.handle, depth) == STATUS_SUCCESS
      ? load<u32>(depth)
      : 0;
  }

  /** Block the calling thread until it gets a packet; the packet's number. −1 when the port is closed. */
  remove(): i32 {
    const entry = allocateRaw(FILE_IO_COMPLETION_INFORMATION_BYTES);
    const removed = thisThread().scratch;
    const status = system(SYS_NtRemoveIoCompletionEx, this.handle, entry, 1, removed, 0, 0);
    return status == STATUS_SUCCESS ? load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_key) : -1;
  }

  /** Close the port; threads that wait for packets go on with −1. */
  close(): void {
    closeHandle(this.handle);
  }
}
