/**
 * Time: durations in nanoseconds, and `sleep`. A sleeping task costs a kernel timer, which is used again by the next one.
 */
import { CancellationRegistration, CancellationToken } from './cancellation';
import {
  STATUS_SUCCESS,
  SYS_NtAssociateWaitCompletionPacket,
  SYS_NtCancelTimer,
  SYS_NtCancelWaitCompletionPacket,
  SYS_NtCreateTimer,
  SYS_NtCreateWaitCompletionPacket,
  SYS_NtDelayExecution,
  SYS_NtSetTimer,
  WAIT_PACKET_STATE_operation,
} from './generated/syscalls';
import { TRACE_operation_begin } from './generated/trace';
import { watchBlocking } from './gate';
import { KEY_TIMER } from './keys';
import { lock, unlock } from './lock';
import { requirePort } from './workers';
import { amoAdd, hint2 } from './rv';
import { require } from './require';
import { sleepShared } from './sleepers';
import { clockHz, cycles, system } from './system';
import { cancelTask, completeVoidTask } from './completion';
import { Task, nameOperation, setOperation } from './task';
import { cancelledTask, completedVoidTask, newTask } from './taskRecords';
import { thisThread } from './threadBlock';

/** Durations in nanoseconds: `await sleep(2 * millisecond)`. */
export const nanosecond: i64 = 1;
export const microsecond: i64 = 1000;
export const millisecond: i64 = 1_000_000;
export const second: i64 = 1_000_000_000;

/** The kernel counts time in units of 100 ns. */
const kernelUnit: i64 = 100;
const synchronizationTimer: u32 = 1;

/** A kernel timer whose signal becomes a packet of the pool's port. */
export class Timer {
  private timer: u32 = 0;
  private packet: u32 = 0;
  private dueTime: i64 = 0;
  private task: Task<void> | null = null;
  private registration: CancellationRegistration | null = null;
  private holders: i32 = 0;
  next: Timer | null = null;

  constructor() {
    timersMade++;
    const handle = thisThread().scratch;
    require(system(SYS_NtCreateTimer, handle, synchronizationTimer), 'Cannot create a timer');
    this.timer = load<u32>(handle);
    require(system(SYS_NtCreateWaitCompletionPacket, handle), 'Cannot create a wait packet');
    this.packet = load<u32>(handle);
  }

  start(duration: i64, token: CancellationToken | null): Task<void> {
    const task = newTask<void>();
    setOperation(changetype<usize>(task), 0, changetype<usize>(this));
    this.task = task;
    this.holders = 2;
    // The packet may come, on another thread, as soon as it is associated: what it needs is there before.
    if (token) this.registration = token.register((): void => this.withdraw());
    this.arm(duration, task);
    // A cancellation that came before found nothing to withdraw.
    if (token && token.isCancelled) this.withdraw();
    this.drop();
    return task;
  }

  /** Whoever is the last to be done with a wait, who began it or who ended it, gives the timer free. */
  private drop(): void {
    if (amoAdd(changetype<usize>(this) + offsetof<Timer>('holders'), -1) == 1) release(this);
  }

  private arm(duration: i64, task: Task<void>): void {
    this.dueTime = -((duration + kernelUnit - 1) / kernelUnit);
    const dueTime = changetype<usize>(this) + offsetof<Timer>('dueTime');
    const state = thisThread().scratch;
    system(SYS_NtSetTimer, this.timer, dueTime, 0, 0);
    const status = system(
      SYS_NtAssociateWaitCompletionPacket,
      this.packet,
      requirePort(),
      this.timer,
      KEY_TIMER,
      changetype<usize>(this),
      state,
    );
    require(status, 'Cannot wait for a timer');
    const operation = load<u32>(state + WAIT_PACKET_STATE_operation);
    nameOperation(changetype<usize>(task), operation);
    hint2(TRACE_operation_begin, operation, changetype<usize>(task));
  }

  /**
   * End the wait: the token was cancelled. Of those that try it, and the packet, one alone succeeds; a packet that is queued already
   * is not taken back, since then the time was over.
   */
  private withdraw(): void {
    if (system(SYS_NtCancelWaitCompletionPacket, this.packet, 0) != STATUS_SUCCESS) return;
    system(SYS_NtCancelTimer, this.timer, 0);
    const task = this.end();
    if (task) cancelTask(changetype<usize>(task), false);
  }

  /** The packet has come. */
  expire(): void {
    const task = this.end();
    if (task) completeVoidTask(task);
  }

  /** The wait is over; when this returns nobody is about to withdraw it. */
  private end(): Task<void> | null {
    const task = this.task;
    const registration = this.registration;
    this.task = null;
    this.registration = null;
    if (registration) registration.dispose();
    this.drop();
    return task;
  }
}

/** Kernel timers before sleeping tasks share one. */
const mostTimers: u32 = 2048;
let timersMade: u32 = 0;
let freeTimers: Timer | null = null;
const timerLock = memory.data(4, 4);

function acquire(): Timer {
  lock(timerLock);
  const timer = freeTimers;
  if (timer) freeTimers = timer.next;
  unlock(timerLock);
  return timer ? timer : new Timer();
}

function release(timer: Timer): void {
  lock(timerLock);
  timer.next = freeTimers;
  freeTimers = timer;
  unlock(timerLock);
}

/**
 * Completes after `duration` nanoseconds, at the earliest; the kernel's clock has steps of 100 ns. Ends as cancelled when the token
 * is cancelled before.
 */
export function sleep(duration: i64, token: CancellationToken | null = null): Task<void> {
  if (token && token.isCancelled) return cancelledTask<void>();
  if (duration <= 0) return completedVoidTask();
  if (!token && timersMade >= mostTimers && !freeTimers) return sleepShared(duration);
  return acquire().start(duration, token);
}

/** The same, with a kernel timer in any case. */
export function sleepWithTimer(duration: i64): Task<void> {
  return acquire().start(duration, null);
}

/** Block the calling thread for `duration` nanoseconds. */
export function sleepBlocking(duration: i64): void {
  if (duration <= 0) return;
  watchBlocking();
  const interval = thisThread().scratch;
  store<i64>(interval, -((duration + kernelUnit - 1) / kernelUnit));
  system(SYS_NtDelayExecution, 0, interval);
}

/** Nanoseconds since the machine was reset. */
export function now(): i64 {
  const perSecond = clockHz();
  const count = cycles();
  const whole = count / perSecond;
  return <i64>(whole * 1_000_000_000 + ((count - whole * perSecond) * 1_000_000_000) / perSecond);
}
