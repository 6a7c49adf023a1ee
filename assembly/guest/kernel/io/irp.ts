import { csrRead, hint2 } from '../rv';
import { TRACE_irp_complete, TRACE_irp_create, TRACE_irp_pending } from '../generated/trace';
import { STATUS_INVALID_DEVICE_REQUEST, STATUS_PENDING } from '../generated/syscalls';
import { giveBlock, initializeLookaside, Lookaside, takeBlock } from '../ex/lookaside';
import { TIME } from '../hal/csr';
import { currentPrcb, currentThread } from '../hal/prcb';
import { Apc } from '../ke/apc';
import { assertRule, CHECKED } from '../ke/checked';
import { detachEntry, insertTail, removeEntry } from '../ke/list';
import { initializeObject, KernelObject, TYPE_NOTIFICATION_EVENT } from '../ke/object';
import { Thread, threadRequests } from '../ke/thread';
import { allocateRaw, free } from '../mm/pool';
import { dereference, reference } from '../ob/object';
import { bugCheck } from '../ps/fault';
import { Device } from './device';
import { File, isSynchronous, requestList } from './file';
import { finishPended } from './finish';
import { nextOperation, Packet, PACKET_IRP } from './packet';

/**
 * I/O request packets (N4.1 to N4.4). An IRP travels down a stack of devices, one stack location each, and back up
 * through completion routines; what happens at the end is in finish.ts. At DISPATCH with the I/O lock, except allocateIrp.
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

/** A power of two is found without a multiplication. */
const LOCATION_BYTES: usize = 64;

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
  /** It is on the lists of its file and its thread. */
  listed: bool;
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

/** The IRPs of devices without others below or above. */
const smallIrps = changetype<Lookaside>(memory.data(16, 4));
const SMALL_IRP_BYTES: usize = STACK_OFFSET + LOCATION_BYTES;
/** IRPs kept for the next requests. */
const KEPT_IRPS: u32 = 128;

export function initializeIrps(): void {
  initializeLookaside(smallIrps, SMALL_IRP_BYTES, KEPT_IRPS);
}

/** A new IRP for a file's device stack, or null. Any level up to DISPATCH. */
export function allocateIrp(file: File): Irp {
  const irp = makeIrp(file);
  if (changetype<usize>(irp)) reference(file);
  return irp;
}

/** The same for a caller whose reference to the file goes to the IRP. What drivers and finishing may read is set; the rest is theirs to write. */
export function makeIrp(file: File): Irp {
  const count = file.device.stackSize;
  const irp = changetype<Irp>(
    count == 1 ? takeBlock(smallIrps) : allocateRaw(STACK_OFFSET + LOCATION_BYTES * count),
  );
  if (!changetype<usize>(irp)) return irp;
  irp.kind = PACKET_IRP;
  irp.stackCount = count;
  irp.current = count + 1;
  irp.file = file;
  irp.thread = currentThread();
  irp.event = changetype<KernelObject>(0);
  irp.context = 0;
  irp.apcRoutine = 0;
  irp.cancelRoutine = 0;
  store<u32>(changetype<usize>(irp) + offsetof<Irp>('cancel'), 0); // all flags of the word
  irp.listed = false;
  irp.operation = nextOperation();
  irp.issued = csrRead(TIME);
  if (isSynchronous(file)) initializeObject(doneEvent(irp), TYPE_NOTIFICATION_EVENT, 0);
  clearLocation(location(irp, 1));
  for (let number: u32 = 2; number <= count; number++) clearLocation(location(irp, number));
  hint2(TRACE_irp_create, irp.operation, changetype<usize>(irp));
  return irp;
}

function clearLocation(place: StackLocation): void {
  place.kind = REQUEST_CONTROL;
  place.control = 0;
  place.routine = 0;
}

/** Signalled when a synchronous request is done. */
export function doneEvent(irp: Irp): KernelObject {
  return changetype<KernelObject>(changetype<usize>(irp) + DONE_OFFSET);
}

/** The APC that brings the end of the request to its thread, and then to the program. */
export function apcOf(irp: Irp): Apc {
  return changetype<Apc>(changetype<usize>(irp) + APC_OFFSET);
}

/** The IRP of that APC. */
export function irpOfApc(apc: usize): Irp {
  return changetype<Irp>(apc - APC_OFFSET);
}

/** From now on those who cancel find the request. One that ends in the call that made it needs no list. */
function listIrp(irp: Irp): void {
  irp.listed = true;
  insertTail(requestList(irp.file), changetype<usize>(irp) + offsetof<Irp>('fileNext'));
  insertTail(threadRequests(irp.thread), threadEntry(irp));
}

/** Nobody can cancel the IRP any more. */
function unlistIrp(irp: Irp): void {
  detachEntry(changetype<usize>(irp) + offsetof<Irp>('fileNext'));
  removeEntry(threadEntry(irp));
}

/** End an IRP's life. Any level up to DISPATCH. */
export function freeIrp(irp: Irp): void {
  if (changetype<usize>(irp.event)) dereference(irp.event);
  dereference(irp.file);
  const count = irp.stackCount;
  if (count == 1) giveBlock(smallIrps, changetype<usize>(irp));
  else free(changetype<usize>(irp), STACK_OFFSET + LOCATION_BYTES * count);
}

/** Address of an IRP's entry in its driver's queue. */
export function queueEntry(irp: Irp): usize {
  return changetype<usize>(irp) + offsetof<Irp>('queueNext');
}

/** Address of an IRP's entry in its thread's list. */
export function threadEntry(irp: Irp): usize {
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

/** A location by its number, from 1 for the lowest device. */
export function location(irp: Irp, number: u32): StackLocation {
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

/** Give the device below this device's own location (IoSkipCurrentIrpStackLocation): it will not see the IRP again. */
export function skipLocation(irp: Irp): void {
  irp.current++;
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
  if (!irp.listed) listIrp(irp);
  currentLocation(irp).control |= PENDING_RETURNED;
  hint2(TRACE_irp_pending, irp.operation, changetype<usize>(irp));
}

/** A driver is done with the IRP (IoCompleteRequest): walk upward, then finish. The answer is the status. */
export function completeIrp(irp: Irp, status: u32, information: u32): u32 {
  if (irp.completed || status == STATUS_PENDING) {
    bugCheck('bad completion of an IRP', changetype<usize>(irp));
  }
  assertRule(irp.cancelRoutine == 0, 'completion with a cancel routine');
  assertRule(!CHECKED || currentPrcb().ioDepth > 0, 'completion without the I/O lock');
  irp.status = status;
  irp.information = information;
  hint2(TRACE_irp_complete, irp.operation, status);
  if (irp.current == irp.stackCount && !currentLocation(irp).routine) {
    irp.pending = (currentLocation(irp).control & PENDING_RETURNED) != 0;
    irp.current++;
    endWalk(irp);
  } else {
    resumeCompletion(irp);
  }
  return status;
}

/** The upward walk (N4.3, N4.4); also for the owner of an IRP whose walk was stopped. */
export function resumeCompletion(irp: Irp): void {
  while (irp.current <= irp.stackCount) {
    const place = currentLocation(irp);
    const pended = place.control & PENDING_RETURNED;
    irp.pending = pended != 0;
    irp.current++;
    if (place.routine && place.control & outcome(irp)) {
      if (callRoutine(irp, place) == STATUS_MORE_PROCESSING_REQUIRED) return;
    } else if (pended && irp.current <= irp.stackCount) {
      currentLocation(irp).control |= PENDING_RETURNED;
    }
  }
  endWalk(irp);
}

function endWalk(irp: Irp): void {
  irp.completed = true;
  if (irp.listed) unlistIrp(irp);
  if (irp.pending) finishPended(irp);
}

/** The completion routine of a location belongs to the device above it. */
function callRoutine(irp: Irp, place: StackLocation): u32 {
  const isTop = irp.current > irp.stackCount;
  const above = isTop ? changetype<Device>(0) : currentLocation(irp).device;
  return call_indirect<u32>(place.routine, above, irp, place.context);
}

function outcome(irp: Irp): u32 {
  const result = isError(irp.status) ? INVOKE_ON_ERROR : INVOKE_ON_SUCCESS;
  return irp.cancel ? result | INVOKE_ON_CANCEL : result;
}

export function isError(status: u32): bool {
  return status >= 0xc000_0000;
}
