import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SUCCESS,
  WAIT_PACKET_STATE_alreadySignaled,
  WAIT_PACKET_STATE_BYTES,
  WAIT_PACKET_STATE_operation,
} from '../generated/syscalls';
import { lockDispatcher, unlockDispatcher } from '../ke/dispatcher';
import { createPort, Port, portDepth, postPacket, removePackets } from '../io/port';
import {
  associate,
  cancelWait,
  createWaitPacket,
  isAssociated,
  WaitPacket,
} from '../io/waitpacket';
import { KernelObject, TYPE_FILE, TYPE_PORT, TYPE_WAIT_PACKET } from '../ke/object';
import { probeOptional, probeWords } from '../mm/user';
import { lookupStatus, publishHandle, referenceHandle, referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';
import { deadlineOf, waitMode } from './time';

/** System calls about completion ports and wait completion packets. */

/** Most entries of one remove. */
const MAXIMUM_ENTRIES: u32 = 1024;

export function createIoCompletion(handle: usize, concurrency: u32): u32 {
  const status = probeWords(handle, 4);
  if (status) return status;
  const old = lockDispatcher();
  const port = createPort(concurrency);
  unlockDispatcher(old);
  return publishHandle(port, handle);
}

function referencePort(handle: u32): Port {
  return changetype<Port>(referenceTyped(handle, TYPE_PORT));
}

export function setIoCompletion(
  handle: u32,
  key: u32,
  context: u32,
  status: u32,
  information: u32,
): u32 {
  const port = referencePort(handle);
  if (!changetype<usize>(port)) return lookupStatus();
  const old = lockDispatcher();
  const posted = postPacket(port, key, context, status, information);
  unlockDispatcher(old);
  dereference(port);
  return posted ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

export function removeIoCompletion(
  handle: u32,
  entries: usize,
  count: u32,
  removed: usize,
  timeout: usize,
  alertable: u32,
): u32 {
  if (count == 0 || count > MAXIMUM_ENTRIES) return STATUS_INVALID_PARAMETER;
  let status = probeWords(entries, count * FILE_IO_COMPLETION_INFORMATION_BYTES);
  if (!status) status = probeWords(removed, 4);
  if (!status) status = probeOptional(timeout, 8);
  if (status) return status;
  const port = referencePort(handle);
  if (!changetype<usize>(port)) return lookupStatus();
  status = removePackets(port, entries, count, removed, deadlineOf(timeout), waitMode(alertable));
  dereference(port);
  return status;
}

export function queryIoCompletion(handle: u32, depth: usize): u32 {
  const status = probeWords(depth, 4);
  if (status) return status;
  const port = referencePort(handle);
  if (!changetype<usize>(port)) return lookupStatus();
  const old = lockDispatcher();
  const packets = portDepth(port);
  unlockDispatcher(old);
  store<u32>(depth, packets);
  dereference(port);
  return STATUS_SUCCESS;
}

export function createWaitPacketCall(handle: usize): u32 {
  const status = probeWords(handle, 4);
  return status ? status : publishHandle(createWaitPacket(), handle);
}

export function associateWaitPacket(
  packet: u32,
  portHandle: u32,
  objectHandle: u32,
  key: u32,
  context: u32,
  state: usize,
): u32 {
  let status = probeOptional(state, WAIT_PACKET_STATE_BYTES);
  if (status) return status;
  const wait = changetype<WaitPacket>(referenceTyped(packet, TYPE_WAIT_PACKET));
  if (!changetype<usize>(wait)) return lookupStatus();
  const port = referencePort(portHandle);
  if (changetype<usize>(port)) {
    const object = referenceHandle(objectHandle);
    if (changetype<usize>(object)) {
      status = bindAll(wait, port, object, key, context, state);
      dereference(object);
    } else {
      status = STATUS_INVALID_HANDLE;
    }
    dereference(port);
  } else {
    status = lookupStatus();
  }
  dereference(wait);
  return status;
}

function bindAll(
  wait: WaitPacket,
  port: Port,
  object: KernelObject,
  key: u32,
  context: u32,
  state: usize,
): u32 {
  if (object.type >= TYPE_FILE) return STATUS_OBJECT_TYPE_MISMATCH;
  const old = lockDispatcher();
  if (isAssociated(wait)) {
    unlockDispatcher(old);
    return STATUS_INVALID_PARAMETER;
  }
  const signaled = associate(wait, port, object, key, context);
  if (state) {
    store<u32>(state + WAIT_PACKET_STATE_alreadySignaled, signaled ? 1 : 0);
    store<u32>(state + WAIT_PACKET_STATE_operation, wait.packet.operation);
  }
  unlockDispatcher(old);
  return STATUS_SUCCESS;
}

export function cancelWaitPacket(handle: u32, removeSignaled: u32): u32 {
  const wait = changetype<WaitPacket>(referenceTyped(handle, TYPE_WAIT_PACKET));
  if (!changetype<usize>(wait)) return lookupStatus();
  const old = lockDispatcher();
  const status = cancelWait(wait, removeSignaled != 0);
  unlockDispatcher(old);
  dereference(wait);
  return status;
}
