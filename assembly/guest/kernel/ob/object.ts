import { amoAdd } from '../rv';
import { free } from '../mm/pool';
import { deleteFile, closeFile } from '../io/file';
import { lockIo, unlockIo } from '../io/lock';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { closePort, deletePort } from '../io/port';
import { closeWaitPacket, deleteWaitPacket } from '../io/waitpacket';
import {
  KernelObject,
  TYPE_FILE,
  TYPE_MUTANT,
  TYPE_NOTIFICATION_TIMER,
  TYPE_PORT,
  TYPE_SYNCHRONIZATION_TIMER,
  TYPE_THREAD,
  TYPE_WAIT_PACKET,
} from '../ke/object';
import { Mutant, MUTANT_BYTES, retireMutant } from '../ke/mutant';
import { deleteThread, Thread } from '../ke/thread';
import { cancelTimer, deleteTimer, removeTimerApc, Timer } from '../ke/timer';
import { File } from '../io/file';
import { Port } from '../io/port';
import { WaitPacket } from '../io/waitpacket';

/** References to objects, and what happens when the last handle and then the last reference go. */

/** Bytes of an event or a semaphore; a semaphore's maximum follows the header. */
export const PLAIN_OBJECT_BYTES: usize = offsetof<KernelObject>() + 4;

/** Hold an object. Any IRQL up to DISPATCH. */
export function reference(object: KernelObject): void {
  amoAdd(referenceCount(object), 1);
}

/** Let an object go; the last one to do so deletes it. */
export function dereference(object: KernelObject): void {
  if (amoAdd(referenceCount(object), -1) == 1) deleteObject(object);
}

function referenceCount(object: KernelObject): usize {
  return changetype<usize>(object) + offsetof<KernelObject>('references');
}

/** The last handle is gone: end what the object has going on. Below DISPATCH. */
export function closeObject(object: KernelObject): void {
  if (object.type == TYPE_FILE) {
    const old = lockIo();
    closeFile(changetype<File>(object));
    unlockIo(old);
  } else if (object.type == TYPE_PORT) {
    closePort(changetype<Port>(object));
  } else {
    const old = lockDispatcher();
    closeDispatched(object);
    unlockDispatcher(old);
  }
}

function closeDispatched(object: KernelObject): void {
  const type = object.type;
  if (type == TYPE_WAIT_PACKET) closeWaitPacket(changetype<WaitPacket>(object));
  else if (isTimer(type)) closeTimer(changetype<Timer>(object));
}

function deleteObject(object: KernelObject): void {
  const type = object.type;
  if (type == TYPE_FILE) deleteLocked(changetype<File>(object));
  else if (type == TYPE_PORT) deletePort(changetype<Port>(object));
  else if (type == TYPE_THREAD) deleteThread(changetype<Thread>(object));
  else if (type == TYPE_WAIT_PACKET) deleteWaitPacket(changetype<WaitPacket>(object));
  else if (isTimer(type)) deleteTimer(changetype<Timer>(object));
  else if (type == TYPE_MUTANT) deleteMutant(changetype<Mutant>(object));
  else free(changetype<usize>(object), PLAIN_OBJECT_BYTES);
}

function deleteLocked(file: File): void {
  const old = lockIo();
  deleteFile(file);
  unlockIo(old);
}

function closeTimer(timer: Timer): void {
  cancelTimer(timer);
  removeTimerApc(timer);
}

function deleteMutant(mutant: Mutant): void {
  const old = lockDispatcher();
  retireMutant(mutant);
  unlockDispatcher(old);
  free(changetype<usize>(mutant), MUTANT_BYTES);
}

function isTimer(type: u32): bool {
  return type == TYPE_NOTIFICATION_TIMER || type == TYPE_SYNCHRONIZATION_TIMER;
}
