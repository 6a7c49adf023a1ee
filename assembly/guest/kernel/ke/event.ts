import { allocate } from '../mm/pool';
import { PLAIN_OBJECT_BYTES } from '../ob/object';
import {
  initializeObject,
  KernelObject,
  TYPE_NOTIFICATION_EVENT,
  TYPE_SEMAPHORE,
  TYPE_SYNCHRONIZATION_EVENT,
} from './object';
import { signalObject } from './wait';

/** Events and semaphores. With the dispatcher locked, except their creation. */

/** What a program's setting of an event, or releasing of a semaphore, adds to the priority of the threads that it wakes. */
export const EVENT_INCREMENT: u32 = 1;
const SEMAPHORE_INCREMENT: u32 = 1;

/** A new event, or null. */
export function createEvent(synchronization: bool, state: bool): KernelObject {
  const event = changetype<KernelObject>(allocate(PLAIN_OBJECT_BYTES));
  if (!changetype<usize>(event)) return event;
  const type = synchronization ? TYPE_SYNCHRONIZATION_EVENT : TYPE_NOTIFICATION_EVENT;
  initializeObject(event, type, state ? 1 : 0);
  return event;
}

export function isEvent(object: KernelObject): bool {
  return object.type == TYPE_NOTIFICATION_EVENT || object.type == TYPE_SYNCHRONIZATION_EVENT;
}

/**
 * Set an event and give its previous state (S33). `operation` is the request that does it, or 0; the priority of the threads that
 * it wakes rises by `increment` (S36).
 */
export function setEvent(event: KernelObject, operation: u32, increment: u32): i32 {
  const old = event.signal;
  event.signal = 1;
  if (old == 0) signalObject(event, operation, increment);
  return old;
}

/** Wake those who wait now as setEvent would, leave the event unset, and give its previous state. */
export function pulseEvent(event: KernelObject, increment: u32): i32 {
  const old = setEvent(event, 0, increment);
  event.signal = 0;
  return old;
}

/** Reset an event and give its previous state. */
export function resetEvent(event: KernelObject): i32 {
  const old = event.signal;
  event.signal = 0;
  return old;
}

@unmanaged
export class Semaphore extends KernelObject {
  maximum: i32;
}

/** A new semaphore, or null. */
export function createSemaphore(initial: i32, maximum: i32): Semaphore {
  const semaphore = changetype<Semaphore>(allocate(PLAIN_OBJECT_BYTES));
  if (!changetype<usize>(semaphore)) return semaphore;
  initializeObject(semaphore, TYPE_SEMAPHORE, initial);
  semaphore.maximum = maximum;
  return semaphore;
}

/** Add to a semaphore; false above its maximum. */
export function releaseSemaphore(semaphore: Semaphore, count: i32): bool {
  if (count > semaphore.maximum - semaphore.signal) return false;
  semaphore.signal += count;
  signalObject(semaphore, 0, SEMAPHORE_INCREMENT);
  return true;
}
