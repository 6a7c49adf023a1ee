import { csrRead, hint2 } from '../rv';
import {
  TRACE_irp_complete,
  TRACE_irp_create,
  TRACE_irp_packet,
  TRACE_irp_pending,
  TRACE_irp_wake,
} from '../generated/trace';
import {
  IO_STATUS_BLOCK_information,
  IO_STATUS_BLOCK_operation,
  FILE_SYNCHRONOUS_IO_ALERT,
  IO_STATUS_BLOCK_status,
  STATUS_INVALID_DEVICE_REQUEST,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { NEVER } from '../hal/clock';
import { TIME } from '../hal/csr';
import { lockIo, unlockIo } from './lock';
import { currentThread } from '../hal/prcb';
import { bugCheck } from '../ps/fault';
import { Apc, initializeApc, insertQueueApc } from '../ke/apc';
import { acquireDispatcher, releaseDispatcher } from '../ke/dispatcher';
import { setEvent } from '../ke/event';
import { initializeList, insertTail, removeEntry } from '../ke/list';
import { initializeObject, KernelObject, TYPE_NOTIFICATION_EVENT } from '../ke/object';
import { Thread, threadRequests } from '../ke/thread';
import { signalObject, WAIT_ALERTABLE, WAIT_USER, waitForObject } from '../ke/wait';
import { allocateRaw, free } from '../mm/pool';
import { dereference, reference } from '../ob/object';
import { cancelIrp } from './cancel';
import { Device, DEVICE_SEEKABLE } from './device';
import { File, isSynchronous, postsOnSuccess, requestList, signalsFile, unlockFile } from './file';
import { nextOperation, Packet, PACKET_IRP } from './packet';
import { insertPacket } from './port';

/**
 * I/O request packets (N4.1 to N4.11). An IRP travels down a stack of devices, one stack location each, and back up
 * through completion routines. What happens at the end depends on how the request was made: a request that did not pend is
 * finished by its caller; one of a file with a port goes there as a packet; any other is finished by a special kernel APC in the
 * thread that made it, which writes the status block, sets the event, and queues the program's APC routine, or ends the wait of a
 * synchronous call. At DISPATCH, except performIrp.
 */

/** Completion routines are called for these outcomes. */
export const INVOKE_ON_SUCCESS: u32 = 1;
export const INVOKE_ON_ERROR: u32 = 2;
export const INVOKE_ON_CANCEL: u32 = 4;
/** Set by markPending. */
const PENDING_RETURNED: u32 = 8;
/** A completion routine keeps the IRP: the walk upward stops. */
export const STATUS_MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;

/** What a request is: an IOCTL code and its structure, or a transfer between buffer and offset. */
export const REQUEST_CONTROL: u32 = 0;
export const REQUEST_READ: u32 = 1;
export const REQUEST_WRITE: u32 = 2;

/** One device's part of a request. */
@unmanaged
export class StackLocation {
  device: Device;
  kind: u32;
  /** Request code and what comes with it. */
  code: u32;
  buffer: usize;
  bytes: u32;
  offset: u64;
  address: u32;
  port: u32;
  request: usize;
  /** Function index of (device, irp, context) => status, its context, and INVOKE bits. */
  routine: u32;
  context: usize;
  control: u32;
}

const LOCATION_BYTES: usize = (offsetof<StackLocation>() + 7) & ~7;

@unmanaged
export class Irp extends Packet {
  file: File;
  thread: Thread;
  event: KernelObject;
  /** The program's status block. */
  statusBlock: usize;
  /** Function index of (irp: Irp) => void while a driver lets it be cancelled. */
  cancelRoutine: u32;
  cancel: bool;
  /** Some driver returned pending: completion does not happen in the caller. */
  pending: bool;
  completed: bool;
  /** The issuing thread waits in the call. */
  waited: bool;
  /** Entry of a driver's queue, and of the file's list of requests. */
  queueNext: usize;
  queuePrevious: usize;
  fileNext: usize;
  filePrevious: usize;
  /** Entry of the issuing thread's list of requests. */
  threadNext: usize;
  threadPrevious: usize;
  stackCount: u32;
  /** Place of the current location: stackCount + 1 before the first call, 1 for the lowest device. */
  current: u32;
  /** Low word of mtime when it was made. */
  issued: u32;
  /** The program's APC routine, or 0. */
  apcRoutine: usize;
}

const DONE_OFFSET: usize = offsetof<Irp>();
const APC_OFFSET: usize = DONE_OFFSET + offsetof<KernelObject>();
const STACK_OFFSET: usize = (APC_OFFSET + offsetof<Apc>() + 7) & ~7;

/** A new IRP for a file's device stack, or null. What drivers and finishing may read is set here; the rest is theirs to write. */
export function allocateIrp(file: File): Irp {
  const count = file.device.stackSize;
  const irp = changetype<Irp>(allocateRaw(STACK_OFFSET + LOCATION_BYTES * count));
  if (!changetype<usize>(irp)) return irp;
  const thread = currentThread();
  irp.kind = PACKET_IRP;
  irp.stackCount = count;
  irp.current = count + 1;
  irp.file = file;
  irp.thread = thread;
  irp.event = changetype<KernelObject>(0);
  irp.context = 0;
  irp.apcRoutine = 0;
  irp.cancelRoutine = 0;
  irp.cancel = false;
  irp.pending = false;
  irp.completed = false;
  irp.waited = false;
  irp.operation = nextOperation();
  irp.issued = csrRead(TIME);
  if (isSynchronous(file)) initializeObject(doneEvent(irp), TYPE_NOTIFICATION_EVENT, 0);
  for (let number: u32 = 1; number <= count; number++) clearLocation(location(irp, number));
  initializeList(queueEntry(irp));
  insertTail(requestList(file), changetype<usize>(irp) + offsetof<Irp>('fileNext'));
  insertTail(threadRequests(thread), threadEntry(irp));
  reference(file);
  hint2(TRACE_irp_create, irp.operation, changetype<usize>(irp));
  return irp;
}

function clearLocation(place: StackLocation): void {
  place.kind = REQUEST_CONTROL;
  place.control = 0;
  place.routine = 0;
}

/** Signalled when a synchronous request is done. */
function doneEvent(irp: Irp): KernelObject {
  return changetype<KernelObject>(changetype<usize>(irp) + DONE_OFFSET);
}

/** The APC that brings the end of the request to its thread, and then to the program. */
function apcOf(irp: Irp): Apc {
  return changetype<Apc>(changetype<usize>(irp) + APC_OFFSET);
}

/** Nobody can cancel the IRP any more. */
function unlinkIrp(irp: Irp): void {
  removeEntry(changetype<usize>(irp) + offsetof<Irp>('fileNext'));
  removeEntry(threadEntry(irp));
}

/** End an IRP's life. */
function freeIrp(irp: Irp): void {
  if (changetype<usize>(irp.event)) dereference(irp.event);
  dereference(irp.file);
  free(changetype<usize>(irp), STACK_OFFSET + LOCATION_BYTES * irp.stackCount);
}

/** Address of an IRP's entry in its driver's queue. */
export function queueEntry(irp: Irp): usize {
  return changetype<usize>(irp) + offsetof<Irp>('queueNext');
}

function threadEntry(irp: Irp): usize {
  return changetype<usize>(irp) + offsetof<Irp>('threadNext');
}

/** The IRP of an entry in a driver's queue. */
export function irpOfQueue(entry: usize): Irp {
  return changetype<Irp>(entry - offsetof<Irp>('queueNext'));
}

/** The IRP of an entry in a file's list. */
export function irpOfFile(entry: usize): Irp {
  return changetype<Irp>(entry - offsetof<Irp>('fileNext'));
}

/** The IRP of an entry in a thread's list. */
export function irpOfThread(entry: usize): Irp {
  return changetype<Irp>(entry - offsetof<Irp>('threadNext'));
}

/** The location of the device that has the IRP now. */
export function currentLocation(irp: Irp): StackLocation {
  return location(irp, irp.current);
}

/** The location of the device that the IRP will be given to next. */
export function nextLocation(irp: Irp): StackLocation {
  return location(irp, irp.current - 1);
}

function location(irp: Irp, number: u32): StackLocation {
  const offset = STACK_OFFSET + LOCATION_BYTES * (number - 1);
  return changetype<StackLocation>(changetype<usize>(irp) + offset);
}

/** Ask to see the IRP again when the devices below have done with it (IoSetCompletionRoutine). */
export function setCompletionRoutine(irp: Irp, routine: u32, context: usize, control: u32): void {
  const next = nextLocation(irp);
  next.routine = routine;
  next.context = context;
  next.control = control;
}

/** Hand the IRP to a device (IoCallDriver); the answer is the driver's. */
export function callDriver(device: Device, irp: Irp): u32 {
  if (--irp.current == 0) bugCheck('no more IRP stack locations', changetype<usize>(irp));
  const place = currentLocation(irp);
  place.device = device;
  const routine = routineFor(device, place.kind);
  if (!routine) return completeIrp(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  return call_indirect<u32>(routine, device, irp);
}

function routineFor(device: Device, kind: u32): u32 {
  if (kind == REQUEST_READ) return device.read;
  return kind == REQUEST_WRITE ? device.write : device.control;
}

/** Give the request to the device below as it is, or with what the driver then changes in the next location. */
export function copyToNextLocation(irp: Irp): void {
  const place = currentLocation(irp);
  const next = nextLocation(irp);
  next.kind = place.kind;
  next.code = place.code;
  next.buffer = place.buffer;
  next.bytes = place.bytes;
  next.offset = place.offset;
  next.address = place.address;
  next.port = place.port;
  next.request = place.request;
}

/** The driver keeps the IRP and will return STATUS_PENDING (N4.2). */
export function markPending(irp: Irp): void {
  currentLocation(irp).control |= PENDING_RETURNED;
  hint2(TRACE_irp_pending, irp.operation, changetype<usize>(irp));
}

/** A driver is done with the IRP (IoCompleteRequest): walk upward, then finish. The answer is the status. */
export function completeIrp(irp: Irp, status: u32, information: u32): u32 {
  if (irp.completed || status == STATUS_PENDING) {
    bugCheck('bad completion of an IRP', changetype<usize>(irp));
  }
  irp.status = status;
  irp.information = information;
  hint2(TRACE_irp_complete, irp.operation, status);
  resumeCompletion(irp);
  return status;
}

/** The upward walk (N4.3, N4.4); also for the owner of an IRP whose walk was stopped. */
export function resumeCompletion(irp: Irp): void {
  while (irp.current <= irp.stackCount) {
    const place = currentLocation(irp);
    irp.pending = (place.control & PENDING_RETURNED) != 0;
    irp.current++;
    if (place.routine && place.control & outcome(irp)) {
      const above =
        irp.current <= irp.stackCount ? currentLocation(irp).device : changetype<Device>(0);
      const answer = call_indirect<u32>(place.routine, above, irp, place.context);
      if (answer == STATUS_MORE_PROCESSING_REQUIRED) return;
    } else if (irp.pending && irp.current <= irp.stackCount) {
      currentLocation(irp).control |= PENDING_RETURNED;
    }
  }
  irp.completed = true;
  unlinkIrp(irp);
  if (irp.pending) finishPended(irp);
}

function outcome(irp: Irp): u32 {
  const result = isError(irp.status) ? INVOKE_ON_ERROR : INVOKE_ON_SUCCESS;
  return irp.cancel ? result | INVOKE_ON_CANCEL : result;
}

function isError(status: u32): bool {
  return status >= 0xc000_0000;
}

/** Completion outside the caller: as a packet, which the thread that takes it finishes (N4.7), or in the issuing thread (N4.6). */
function finishPended(irp: Irp): void {
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
  finishInThread(changetype<Irp>(apc - APC_OFFSET));
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
  freeIrp(changetype<Irp>(apc - APC_OFFSET));
  unlockIo(old);
}

/** Give an IRP to its file's device; a synchronous request is waited for. The answer goes to the program. Below DISPATCH. */
export function performIrp(irp: Irp): u32 {
  const old = lockIo();
  const answer = callDriver(irp.file.device, irp);
  if (answer == STATUS_PENDING && isSynchronous(irp.file)) {
    unlockIo(old);
    awaitIrp(irp);
    lockIo();
  }
  const status = finishCall(irp, answer);
  unlockIo(old);
  return status;
}

/** What the issuing call does after callDriver and awaitIrp. */
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
