import { hint2 } from '../rv';
import { TRACE_irp_packet, TRACE_irp_wake } from '../generated/trace';
import {
  FILE_SYNCHRONOUS_IO_ALERT,
  IO_STATUS_BLOCK_information,
  IO_STATUS_BLOCK_operation,
  IO_STATUS_BLOCK_status,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { NEVER } from '../hal/clock';
import { initializeApc, insertQueueApc } from '../ke/apc';
import { acquireDispatcher, releaseDispatcher } from '../ke/dispatcher';
import { setEvent } from '../ke/event';
import { signalObject, WAIT_ALERTABLE, WAIT_USER, waitForObject } from '../ke/wait';
import { cancelIrp } from './cancel';
import { DEVICE_SEEKABLE } from './device';
import { isSynchronous, postsOnSuccess, signalsFile, unlockFile } from './file';
import {
  apcOf,
  callDriver,
  doneEvent,
  freeIrp,
  Irp,
  irpOfApc,
  isError,
  location,
  REQUEST_CONTROL,
} from './irp';
import { lockIo, unlockIo } from './lock';
import { insertPacket } from './port';

/**
 * The end of a request (N4.5 to N4.8), which depends on how it was made: one that did not pend is finished by its caller; one of a
 * file with a port goes there as a packet; any other is finished by a special kernel APC in the thread that made it, which writes the
 * status block, sets the event, and queues the program's APC routine, or ends the wait of a synchronous call. At DISPATCH with the I/O lock,
 * except performIrp.
 */

/** Completion outside the caller: as a packet, which the thread that takes it finishes (N4.7), or in the issuing thread (N4.6). */
export function finishPended(irp: Irp): void {
  if (changetype<usize>(irp.file.port) && irp.context) {
    notify(irp);
    queueToPort(irp);
    return;
  }
  const thread = irp.thread;
  initializeApc(apcOf(irp), thread, finishApc.index, 0, 0, false, 0);
  if (!changetype<usize>(thread) || !insertQueueApc(apcOf(irp), 0, 0, irp.file.device.boost)) {
    finishInThread(irp);
  }
}

/** The special kernel APC at the end of a request. */
function finishApc(apc: usize): void {
  const old = lockIo();
  finishInThread(irpOfApc(apc));
  unlockIo(old);
}

function finishInThread(irp: Irp): void {
  if (isSynchronous(irp.file)) {
    hint2(TRACE_irp_wake, irp.operation, changetype<usize>(irp.thread));
    acquireDispatcher();
    setEvent(doneEvent(irp), irp.operation, 0);
    releaseDispatcher();
    return;
  }
  writeStatusBlock(irp);
  notify(irp);
  freeAfterRoutine(irp);
}

/** The request is done. Its IRP serves once more as the program's APC, if there is a routine, and then goes. */
function freeAfterRoutine(irp: Irp): void {
  const thread = irp.thread;
  if (irp.apcRoutine && changetype<usize>(thread)) {
    initializeApc(
      apcOf(irp),
      thread,
      freeApc.index,
      freeApc.index,
      irp.apcRoutine,
      true,
      irp.context,
    );
    if (insertQueueApc(apcOf(irp), irp.statusBlock, 0, 0)) return;
  }
  freeIrp(irp);
}

function freeApc(apc: usize): void {
  const old = lockIo();
  freeIrp(irpOfApc(apc));
  unlockIo(old);
}

/** Give an IRP to its file's device; a synchronous request is waited for. The answer goes to the program. Below DISPATCH. */
export function performIrp(irp: Irp): u32 {
  return sendIrp(irp, lockIo());
}

/** The same with the I/O lock, taken at level `old`; the lock is given back. */
export function sendIrp(irp: Irp, old: u32): u32 {
  const blocking = isSynchronous(irp.file);
  const answer = callDriver(irp.file.device, irp);
  if (answer == STATUS_PENDING) {
    unlockIo(old);
    if (!blocking) return answer; // the IRP may be gone
    awaitIrp(irp);
    lockIo();
  }
  const status = finishInline(irp);
  unlockIo(old);
  return status;
}

/** What the issuing call does after callDriver when it did not pend, or the wait is over. */
export function finishCall(irp: Irp, answer: u32): u32 {
  if (answer == STATUS_PENDING && !isSynchronous(irp.file)) return answer;
  return finishInline(irp);
}

/**
 * Wait in the call for the end of a synchronous request. An alert or a user APC, where the file lets them, and the end of the thread
 * cancel the request, whose end is waited for all the same. Below DISPATCH.
 */
function awaitIrp(irp: Irp): void {
  irp.waited = true;
  const alertable = (irp.file.options & FILE_SYNCHRONOUS_IO_ALERT) != 0;
  const mode = alertable ? WAIT_USER | WAIT_ALERTABLE : WAIT_USER;
  if (waitForObject(doneEvent(irp), NEVER, mode) == STATUS_SUCCESS) return;
  const old = lockIo();
  cancelIrp(irp);
  unlockIo(old);
  waitForObject(doneEvent(irp), NEVER, 0);
}

function finishInline(irp: Irp): u32 {
  const status = irp.status;
  if (isSynchronous(irp.file)) finishBlocking(irp);
  if (!isError(status)) {
    notify(irp);
    if (!isSynchronous(irp.file) && irp.context && postsOnSuccess(irp.file)) {
      queueToPort(irp);
      return status;
    }
    writeStatusBlock(irp);
    freeAfterRoutine(irp);
  } else {
    freeIrp(irp);
  }
  return status;
}

/** The call of a blocking file ends: move its position, let the next call in. */
function finishBlocking(irp: Irp): void {
  const place = location(irp, irp.stackCount);
  if (place.kind != REQUEST_CONTROL && irp.file.device.flags & DEVICE_SEEKABLE) {
    if (!isError(irp.status)) irp.file.position = place.offset + irp.information;
  }
  unlockFile(irp.file);
}

function queueToPort(irp: Irp): void {
  irp.key = irp.file.key;
  hint2(TRACE_irp_packet, irp.operation, changetype<usize>(irp));
  insertPacket(irp.file.port, irp);
}

function notify(irp: Irp): void {
  const event = irp.event;
  const file = irp.file;
  if (!changetype<usize>(event) && !signalsFile(file)) return;
  acquireDispatcher();
  if (changetype<usize>(event)) {
    setEvent(event, irp.operation, 0);
  } else {
    file.signal = 1;
    signalObject(file, irp.operation, 0);
  }
  releaseDispatcher();
}

function writeStatusBlock(irp: Irp): void {
  store<u32>(irp.statusBlock + IO_STATUS_BLOCK_status, irp.status);
  store<u32>(irp.statusBlock + IO_STATUS_BLOCK_information, irp.information);
}

/** The packet has been taken from its port: only now the status block is written (N3.20). */
export function finishFromPort(irp: Irp): void {
  writeStatusBlock(irp);
  freeIrp(irp);
}

/** Tell the program the operation number of a request that is about to be made. */
export function announce(irp: Irp): void {
  store<u32>(irp.statusBlock + IO_STATUS_BLOCK_operation, irp.operation);
}
