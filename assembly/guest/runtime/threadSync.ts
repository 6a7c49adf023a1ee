/**
 * Waiting for each other with threads: the kernel's mutex, semaphore and event. A waiting thread is blocked.
 */
import { CancellationToken } from './cancellation';
import { beginBlocking, endBlocking } from './gate';
import {
  STATUS_TIMEOUT,
  SYS_NtCreateEvent,
  SYS_NtCreateMutant,
  SYS_NtCreateSemaphore,
  SYS_NtReleaseMutant,
  SYS_NtReleaseSemaphore,
  SYS_NtResetEvent,
  SYS_NtSetEvent,
  SYS_NtWaitForSingleObject,
} from './generated/syscalls';
import { ObjectWait } from './objectWait';
import { require } from './require';
import { closeHandle, system } from './system';
import { Task } from './task';
import { thisThread } from './threadBlock';

const notification: u32 = 0;
const synchronization: u32 = 1;

/** An object of the kernel that threads wait for. */
export abstract class Waitable {
  protected handle: u32 = 0;

  protected block(): void {
    const timeout = thisThread().scratch;
    store<i64>(timeout, 0);
    // The pool need not know of a wait that does not wait.
    if (system(SYS_NtWaitForSingleObject, this.handle, 0, timeout) != STATUS_TIMEOUT) return;
    beginBlocking();
    require(system(SYS_NtWaitForSingleObject, this.handle, 0, 0), 'Cannot wait');
    endBlocking();
  }

  /** Completes when the object is signalled, and takes the signal as a waiting thread does; no thread waits. */
  signalled(token: CancellationToken | null = null): Task<void> {
    return ObjectWait.begin(this.handle, token);
  }

  /** Give the object back. */
  close(): void {
    closeHandle(this.handle);
  }
}

/** Mutual exclusion of threads. It belongs to the thread that took it, which may take it again. */
export class Mutex extends Waitable {
  constructor() {
    super();
    const handle = thisThread().scratch;
    require(system(SYS_NtCreateMutant, handle, 0), 'Cannot create a mutex');
    this.handle = load<u32>(handle);
  }

  /** Block the thread until it owns the mutex. */
  lock(): void {
    this.block();
  }

  /** Release once. Returns false, and does nothing, if the calling thread is not the owner. */
  tryUnlock(): bool {
    return system(SYS_NtReleaseMutant, this.handle, 0) == 0;
  }

  /** Release once. Ends the program with an error if the calling thread is not the owner. */
  unlock(): void {
    require(system(SYS_NtReleaseMutant, this.handle, 0), 'Cannot release a mutex');
  }
}

/** A number of permits that threads wait for. */
export class Semaphore extends Waitable {
  constructor(available: i32, maximum: i32 = i32.MAX_VALUE) {
    super();
    const handle = thisThread().scratch;
    const status = system(SYS_NtCreateSemaphore, handle, available, maximum);
    require(status, 'Cannot create a semaphore');
    this.handle = load<u32>(handle);
  }

  /** Block the thread until it has a permit. */
  wait(): void {
    this.block();
  }

  /** Give permits back. */
  release(count: i32 = 1): void {
    const status = system(SYS_NtReleaseSemaphore, this.handle, count, 0);
    require(status, 'Cannot release a semaphore');
  }
}

/** A signal that threads wait for. */
export class Event extends Waitable {
  /** @param resets whether one waiter takes the signal away */
  constructor(isSet: bool = false, resets: bool = false) {
    super();
    const handle = thisThread().scratch;
    const type = resets ? synchronization : notification;
    require(system(SYS_NtCreateEvent, handle, type, isSet), 'Cannot create an event');
    this.handle = load<u32>(handle);
  }

  /** Block the thread until the event is signalled. */
  wait(): void {
    this.block();
  }

  set(): void {
    system(SYS_NtSetEvent, this.handle, 0);
  }

  reset(): void {
    system(SYS_NtResetEvent, this.handle, 0);
  }
}
