import { allocate } from '../mm/pool';
import { initializeList, insertTail, nextEntry, removeEntry } from './list';
import { initializeObject, KernelObject, TYPE_MUTANT } from './object';
import { Thread } from './thread';
import { signalObject } from './wait';

/**
 * Mutexes (NT's mutants): owned by a thread, which may take one it has; its signal is 1 less the times it is owned. A mutex whose
 * owner ends is abandoned: the next owner is told. At DISPATCH, except creation.
 */

/** What releasing a mutex adds to the priority of the thread that gets it. */
const MUTANT_INCREMENT: u32 = 1;

@unmanaged
export class Mutant extends KernelObject {
  owner: usize;
  abandoned: bool;
  /** Entry of the owner's list. */
  ownedNext: usize;
  ownedPrevious: usize;
}

/** Bytes of a mutex. */
export const MUTANT_BYTES: usize = offsetof<Mutant>();

/** A new mutex that nobody owns, or null. */
export function createMutant(): Mutant {
  const mutant = changetype<Mutant>(allocate(MUTANT_BYTES));
  if (!changetype<usize>(mutant)) return mutant;
  initializeObject(mutant, TYPE_MUTANT, 1);
  initializeList(ownedEntry(mutant));
  return mutant;
}

function ownedEntry(mutant: Mutant): usize {
  return changetype<usize>(mutant) + offsetof<Mutant>('ownedNext');
}

function ownedList(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('mutantNext');
}

export function isOwner(object: KernelObject, thread: Thread): bool {
  return changetype<Mutant>(object).owner == changetype<usize>(thread);
}

/** Own a mutex once (more); true when it had been abandoned. */
export function takeMutant(object: KernelObject, thread: Thread): bool {
  const mutant = changetype<Mutant>(object);
  mutant.signal--;
  if (mutant.owner) return false;
  mutant.owner = changetype<usize>(thread);
  insertTail(ownedList(thread), ownedEntry(mutant));
  const abandoned = mutant.abandoned;
  mutant.abandoned = false;
  return abandoned;
}

/** Give a mutex back once; false when the thread does not own it. */
export function releaseMutant(mutant: Mutant, thread: Thread): bool {
  if (!isOwner(mutant, thread)) return false;
  mutant.signal++;
  if (mutant.signal == 1) passOn(mutant);
  return true;
}

function passOn(mutant: Mutant): void {
  mutant.owner = 0;
  removeEntry(ownedEntry(mutant));
  signalObject(mutant, 0, MUTANT_INCREMENT);
}

/** The thread ends: what it owns is abandoned. */
export function abandonMutants(thread: Thread): void {
  const head = ownedList(thread);
  while (nextEntry(head) != head) {
    const mutant = changetype<Mutant>(nextEntry(head) - offsetof<Mutant>('ownedNext'));
    mutant.abandoned = true;
    mutant.signal = 1;
    passOn(mutant);
  }
}

/** The last reference is gone; an owner does not own it any more. */
export function retireMutant(mutant: Mutant): void {
  removeEntry(ownedEntry(mutant));
}
