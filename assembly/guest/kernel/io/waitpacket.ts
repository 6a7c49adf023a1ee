import { hint2 } from '../rv';
import { TRACE_irp_create, TRACE_irp_packet } from '../generated/trace';
import { STATUS_CANCELLED, STATUS_PENDING, STATUS_SUCCESS } from '../generated/syscalls';
import { insertTail, removeEntry } from '../ke/list';
import { initializeObject, KernelObject, TYPE_WAIT_PACKET, waitList } from '../ke/object';
import { Thread } from '../ke/thread';
import { satisfy, WaitBlock } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { dereference, reference } from '../ob/object';
import { nextOperation, Packet, PACKET_WAIT } from './packet';
import { insertPacket, Port } from './port';

/**
 * Wait completion packets (Windows 8): an object's signal becomes a packet of a port, once per association. This is how timers and
 * events reach a program that waits at its port only. At DISPATCH throughout.
 */

const IDLE: u32 = 0;
const WAITING: u32 = 1;
const QUEUED: u32 = 2;

@unmanaged
export class WaitPacket extends KernelObject {
  state: u32;
  port: Port;
  object: KernelObject;
  packet: Packet;
  block: WaitBlock;
}

const PACKET_OFFSET: usize = (offsetof<WaitPacket>() + 7) & ~7;
const BLOCK_OFFSET: usize = (PACKET_OFFSET + offsetof<Packet>() + 7) & ~7;
const WAIT_PACKET_BYTES: usize = BLOCK_OFFSET + offsetof<WaitBlock>();

/** A new wait completion packet, or null. */
export function createWaitPacket(): WaitPacket {
  const address = allocate(WAIT_PACKET_BYTES);
  const wait = changetype<WaitPacket>(address);
  if (!address) return wait;
  initializeObject(wait, TYPE_WAIT_PACKET, 0);
  wait.packet = changetype<Packet>(address + PACKET_OFFSET);
  wait.packet.kind = PACKET_WAIT;
  wait.block = changetype<WaitBlock>(address + BLOCK_OFFSET);
  wait.block.packet = address;
  return wait;
}

export function isAssociated(wait: WaitPacket): bool {
  return wait.state != IDLE;
}

/** Bind object and port; the answer is whether the object was signalled already. */
export function associate(
  wait: WaitPacket,
  port: Port,
  object: KernelObject,
  key: u32,
  context: u32,
): bool {
  const packet = wait.packet;
  packet.key = key;
  packet.context = context;
  packet.status = STATUS_SUCCESS;
  packet.information = 0;
  packet.operation = nextOperation();
  hint2(TRACE_irp_create, packet.operation, changetype<usize>(packet));
  wait.port = port;
  wait.object = object;
  wait.block.object = object;
  wait.state = WAITING;
  reference(wait);
  reference(port);
  reference(object);
  if (object.signal > 0) {
    satisfy(object, changetype<Thread>(0));
    firePacket(wait);
    return true;
  }
  insertTail(waitList(object), changetype<usize>(wait.block));
  return false;
}

/** The object is signalled, and its signal taken: queue the packet. */
export function firePacket(wait: WaitPacket): void {
  wait.state = QUEUED;
  hint2(TRACE_irp_packet, wait.packet.operation, changetype<usize>(wait.packet));
  insertPacket(wait.port, wait.packet);
}

/** The packet has left its port: the object can be used again. */
export function packetTaken(packet: Packet): void {
  const wait = changetype<WaitPacket>(changetype<usize>(packet) - PACKET_OFFSET);
  wait.state = IDLE;
  dereference(wait.port);
  dereference(wait.object);
  dereference(wait);
}

/** Undo an association that has not fired. */
export function cancelWait(wait: WaitPacket): u32 {
  if (wait.state == IDLE) return STATUS_CANCELLED;
  if (wait.state == QUEUED) return STATUS_PENDING;
  removeEntry(changetype<usize>(wait.block));
  packetTaken(wait.packet);
  return STATUS_SUCCESS;
}

export function closeWaitPacket(wait: WaitPacket): void {
  cancelWait(wait);
}

export function deleteWaitPacket(wait: WaitPacket): void {
  free(changetype<usize>(wait), WAIT_PACKET_BYTES);
}
