import {
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_MUTANT_NOT_OWNED,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SEMAPHORE_LIMIT_EXCEEDED,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { currentThread } from '../hal/prcb';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import {
  createEvent,
  createSemaphore,
  EVENT_INCREMENT,
  isEvent,
  pulseEvent,
  releaseSemaphore,
  resetEvent,
  Semaphore,
  setEvent,
} from '../ke/event';
import {
  KernelObject,
  TYPE_MUTANT,
  TYPE_NOTIFICATION_TIMER,
  TYPE_SEMAPHORE,
  TYPE_SYNCHRONIZATION_TIMER,
} from '../ke/object';
import { createMutant, Mutant, releaseMutant, takeMutant } from '../ke/mutant';
import {
  cancelTimer,
  createTimer,
  removeTimerApc,
  setTimer,
  setTimerApc,
  Timer,
} from '../ke/timer';
import { probe, probeOptional, probeWords } from '../mm/user';
import { lookupStatus, publishHandle, referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';
import { deadlineOf } from './time';

/** System calls about events, semaphores, mutexes and timers. */

/** What may be done to an event. */
const SET: u32 = 0;
const RESET: u32 = 1;
const PULSE: u32 = 2;

export function createEventCall(handle: usize, synchronization: u32, state: u32): u32 {
  const status = probeWords(handle, 4);
  if (status) return status;
  if (synchronization > 1) return STATUS_INVALID_PARAMETER;
  return publishHandle(createEvent(synchronization != 0, state != 0), handle);
}

export function setEventCall(handle: u32, previous: usize): u32 {
  return changeEvent(handle, previous, SET);
}

export function resetEventCall(handle: u32, previous: usize): u32 {
  return changeEvent(handle, previous, RESET);
}

export function pulseEventCall(handle: u32, previous: usize): u32 {
  return changeEvent(handle, previous, PULSE);
}

function changeTo(event: KernelObject, change: u32): i32 {
  if (change == SET) return setEvent(event, 0, EVENT_INCREMENT);
  return change == PULSE ? pulseEvent(event, EVENT_INCREMENT) : resetEvent(event);
}

function changeEvent(handle: u32, previous: usize, change: u32): u32 {
  let status = probeOptional(previous, 4);
  if (status) return status;
  const event = referenceHandle(handle);
  if (!changetype<usize>(event)) return STATUS_INVALID_HANDLE;
  if (isEvent(event)) {
    const old = lockDispatcher();
    const state = changeTo(event, change);
    unlockDispatcher(old);
    if (previous) store<i32>(previous, state);
  } else {
    status = STATUS_OBJECT_TYPE_MISMATCH;
  }
  dereference(event);
  return status;
}

export function createSemaphoreCall(handle: usize, initial: i32, maximum: i32): u32 {
  const status = probeWords(handle, 4);
  if (status) return status;
  if (maximum <= 0 || initial < 0 || initial > maximum) return STATUS_INVALID_PARAMETER;
  return publishHandle(createSemaphore(initial, maximum), handle);
}

export function releaseSemaphoreCall(handle: u32, count: i32, previous: usize): u32 {
  let status = probeOptional(previous, 4);
  if (status) return status;
  if (count <= 0) return STATUS_INVALID_PARAMETER;
  const semaphore = changetype<Semaphore>(referenceTyped(handle, TYPE_SEMAPHORE));
  if (!changetype<usize>(semaphore)) return lookupStatus();
  const old = lockDispatcher();
  const before = semaphore.signal;
  if (!releaseSemaphore(semaphore, count)) status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
  unlockDispatcher(old);
  if (!status && previous) store<i32>(previous, before);
  dereference(semaphore);
  return status;
}

export function createMutantCall(handle: usize, initialOwner: u32): u32 {
  const status = probeWords(handle, 4);
  if (status) return status;
  const mutant = createMutant();
  if (changetype<usize>(mutant) && initialOwner) {
    const old = lockDispatcher();
    takeMutant(mutant, currentThread());
    unlockDispatcher(old);
  }
  return publishHandle(mutant, handle);
}

export function releaseMutantCall(handle: u32, previous: usize): u32 {
  let status = probeOptional(previous, 4);
  if (status) return status;
  const mutant = changetype<Mutant>(referenceTyped(handle, TYPE_MUTANT));
  if (!changetype<usize>(mutant)) return lookupStatus();
  const old = lockDispatcher();
  const before = mutant.signal;
  if (!releaseMutant(mutant, currentThread())) status = STATUS_MUTANT_NOT_OWNED;
  unlockDispatcher(old);
  if (!status && previous) store<i32>(previous, before);
  dereference(mutant);
  return status;
}

export function createTimerCall(handle: usize, synchronization: u32): u32 {
  const status = probeWords(handle, 4);
  if (status) return status;
  if (synchronization > 1) return STATUS_INVALID_PARAMETER;
  return publishHandle(createTimer(synchronization != 0), handle);
}

/** The timer of a handle, or null; lookupStatus says why. */
function referenceTimer(handle: u32): Timer {
  let object: KernelObject = referenceTyped(handle, TYPE_NOTIFICATION_TIMER);
  if (!changetype<usize>(object) && lookupStatus() == STATUS_OBJECT_TYPE_MISMATCH) {
    object = referenceTyped(handle, TYPE_SYNCHRONIZATION_TIMER);
  }
  return changetype<Timer>(object);
}

export function setTimerCall(
  handle: u32,
  dueTime: usize,
  period: u32,
  previous: usize,
  routine: usize,
  context: usize,
): u32 {
  let status = probeWords(dueTime, 8);
  if (!status) status = probeOptional(previous, 4);
  if (!status && routine) status = probe(routine, 4);
  if (status) return status;
  const timer = referenceTimer(handle);
  if (!changetype<usize>(timer)) return lookupStatus();
  const old = lockDispatcher();
  const state = timer.signal;
  setTimerApc(timer, routine, context);
  setTimer(timer, deadlineOf(dueTime), period);
  unlockDispatcher(old);
  if (previous) store<i32>(previous, state);
  dereference(timer);
  return STATUS_SUCCESS;
}

export function cancelTimerCall(handle: u32, state: usize): u32 {
  const status = probeOptional(state, 4);
  if (status) return status;
  const timer = referenceTimer(handle);
  if (!changetype<usize>(timer)) return lookupStatus();
  const old = lockDispatcher();
  cancelTimer(timer);
  removeTimerApc(timer);
  const signal = timer.signal;
  unlockDispatcher(old);
  if (state) store<i32>(state, signal);
  dereference(timer);
  return STATUS_SUCCESS;
}
