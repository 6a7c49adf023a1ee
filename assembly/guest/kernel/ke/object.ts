import { initializeList } from './list';

/**
 * What every object with a handle begins with: its kind, its references, and the dispatcher header (signal state and the
 * list of those who wait for it).
 */

export const TYPE_FREE: u32 = 0;
export const TYPE_NOTIFICATION_EVENT: u32 = 1;
export const TYPE_SYNCHRONIZATION_EVENT: u32 = 2;
export const TYPE_SEMAPHORE: u32 = 3;
export const TYPE_NOTIFICATION_TIMER: u32 = 4;
export const TYPE_SYNCHRONIZATION_TIMER: u32 = 5;
export const TYPE_THREAD: u32 = 6;
export const TYPE_FILE: u32 = 7;
export const TYPE_PORT: u32 = 8;
export const TYPE_WAIT_PACKET: u32 = 9;
export const TYPE_MUTANT: u32 = 10;

@unmanaged
export class KernelObject {
  type: u32;
  /** The handle's reference and those of running calls and pending requests. */
  references: i32;
  /** Signalled while above 0. */
  signal: i32;
  /** List head of wait blocks. */
  waitNext: usize;
  waitPrevious: usize;
  handles: u32;
}

/** Fill in the header of a zeroed object. */
export function initializeObject(object: KernelObject, type: u32, signal: i32): void {
  object.type = type;
  object.references = 1;
  object.signal = signal;
  initializeList(waitList(object));
}

/** Address of the list of an object's wait blocks. */
export function waitList(object: KernelObject): usize {
  return changetype<usize>(object) + offsetof<KernelObject>('waitNext');
}
