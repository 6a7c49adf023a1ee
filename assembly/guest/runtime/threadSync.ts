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
import { Handle } from './handle';
import { ObjectWait } from './objectWait';
import { require } from './require';
import { system } from './system';
import { Task } from './task';
import { thisThread } from './threadBlock';

const notification: u32 = 0;
const synchronization: u32 = 1;

/** An object of the kernel that threads wait for. */
export abstract class Waitable {
  constructor(protected readonly handle: Handle) {}

  protected block(): void {
    const handle = this.handle;
    const timeout = thisThread().scratch;
    store<i64>(timeout, 0);
    handle.enterThread();
    // The pool need not know of a wait that does not wait.
    if (system(SYS_NtWaitForSingleObject, handle.value, 0, timeout) == STATUS_TIMEOUT) {
      beginBlocking();
      require(system(SYS_NtWaitForSingleObject, handle.value, 0, 0), 'Cannot wait');
      endBlocking();
    }
    handle.leaveThread();
  }

  /** Completes when the object is signalled, and takes the signal as a waiting thread does; no thread waits. */
  @placed
  signalled(token: CancellationToken | null = null): Task<void> {
    return ObjectWait.begin(this.handle, token);
  }

  /** Give the object back. Throws a `LifetimeError` if somebody still waits for it, or if it is closed. */
  @placed
  close(): void {
    this.handle.close();
  }
}

/** Mutual exclusion of threads. It belongs to the thread that took it, which may take it again. */
export class Mutex extends Waitable {
  constructor() {
    const handle = thisThread().scratch;
    require(system(SYS_NtCreateMutant, handle, 0), 'Cannot create a mutex');
    super(new Handle(load<u32>(handle), 'A mutex'));
  }

  /** Block the thread until it owns the mutex. */
  @placed
  lock(): void {
    this.block();
  }

  /** Release once. Returns false, and does nothing, if the calling thread is not the owner. */
  tryUnlock(): bool {
    return system(SYS_NtReleaseMutant, this.handle.value, 0) == 0;
  }

  /** Release once. Ends the program with an error if the calling thread is not the owner. */
  unlock(): void {
    require(system(SYS_NtReleaseMutant, this.handle.value, 0), 'Cannot release a mutex');
  }
}

/** A number of permits that threads wait for. */
export class Semaphore extends Waitable {
  constructor(available: i32, maximum: i32 = i32.MAX_VALUE) {
    const handle = thisThread().scratch;
    const status = system(SYS_NtCreateSemaphore, handle, available, maximum);
    require(status, 'Cannot create a semaphore');
    super(new Handle(load<u32>(handle), 'A semaphore'));
  }

  /** Block the thread until it has a permit. */
  @placed
  wait(): void {
    this.block();
  }

  /** Give permits back. */
  release(count: i32 = 1): void {
    const status = system(SYS_NtReleaseSemaphore, this.handle.value, count, 0);
    require(status, 'Cannot release a semaphore');
  }
}

/** A signal that threads wait for. */
export class Event extends Waitable {
  /** @param resets whether one waiter takes the signal away */
  constructor(isSet: bool = false, resets: bool = false) {
    const handle = thisThread().scratch;
    const type = resets ? synchronization : notification;
    require(system(SYS_NtCreateEvent, handle, type, isSet), 'Cannot create an event');
    super(new Handle(load<u32>(handle), 'An event'));
  }

  /** Block the thread until the event is signalled. */
  @placed
  wait(): void {
    this.block();
  }

  set(): void {
    system(SYS_NtSetEvent, this.handle.value, 0);
  }

  reset(): void {
    system(SYS_NtResetEvent, this.handle.value, 0);
  }
}
