import { hint2 } from '../rv';
import { TRACE_irp_create, TRACE_irp_packet } from '../generated/trace';
import {
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../generated/syscalls';
import { insertTail, removeEntry } from '../ke/list';
import { initializeObject, KernelObject, TYPE_WAIT_PACKET, waitList } from '../ke/object';
import { Thread } from '../ke/thread';
import { satisfy, WaitBlock } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { dereference, reference } from '../ob/object';
import { nextOperation, Packet, PACKET_VOID, PACKET_WAIT } from './packet';
import { insertPacket, Port } from './port';

/**
 * Wait completion packets (Windows 8): an object's signal becomes a packet of a port, once per association. This is how timers and
 * events reach a program that waits at its port only. At DISPATCH throughout.
 */

const IDLE: u32 = 0;
const WAITING: u32 = 1;
const QUEUED: u32 = 2;
/** A thread has the packet, and is about to tell its program. */
const TAKEN: u32 = 3;

/** The packet of an association: memory of its own, which stays behind in the port when it is taken back. */
@unmanaged
export class SignalPacket extends Packet {
  wait: WaitPacket;
}

const SIGNAL_PACKET_BYTES: usize = offsetof<SignalPacket>();

@unmanaged
export class WaitPacket extends KernelObject {
  state: u32;
  port: Port;
  object: KernelObject;
  packet: SignalPacket;
  block: WaitBlock;
}

const BLOCK_OFFSET: usize = (offsetof<WaitPacket>() + 7) & ~7;
const WAIT_PACKET_BYTES: usize = BLOCK_OFFSET + offsetof<WaitBlock>();

/** A new wait completion packet, or null. */
export function createWaitPacket(): WaitPacket {
  const address = allocate(WAIT_PACKET_BYTES);
  const wait = changetype<WaitPacket>(address);
  if (!address) return wait;
  if (!renewPacket(wait)) {
    free(address, WAIT_PACKET_BYTES);
    return changetype<WaitPacket>(0);
  }
  initializeObject(wait, TYPE_WAIT_PACKET, 0);
  wait.block = changetype<WaitBlock>(address + BLOCK_OFFSET);
  wait.block.packet = address;
  return wait;
}

function renewPacket(wait: WaitPacket): bool {
  const packet = changetype<SignalPacket>(allocate(SIGNAL_PACKET_BYTES));
  if (!changetype<usize>(packet)) return false;
  packet.kind = PACKET_WAIT;
  packet.wait = wait;
  wait.packet = packet;
  return true;
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

/** A thread has the packet: it cannot be taken back any more. */
export function packetLeaves(packet: Packet): void {
  changetype<SignalPacket>(packet).wait.state = TAKEN;
}

/** The program knows of the packet: the object can be used again. */
export function packetTaken(packet: Packet): void {
  endAssociation(changetype<SignalPacket>(packet).wait);
}

/** A packet that was taken back has come to the front. */
export function dropPacket(packet: Packet): void {
  free(changetype<usize>(packet), SIGNAL_PACKET_BYTES);
}

function endAssociation(wait: WaitPacket): void {
  wait.state = IDLE;
  dereference(wait.port);
  dereference(wait.object);
  dereference(wait);
}

/** Undo an association; one that has fired only with `takeBack`, as long as no thread has its packet. */
export function cancelWait(wait: WaitPacket, takeBack: bool): u32 {
  if (wait.state == IDLE) return STATUS_CANCELLED;
  if (wait.state == WAITING) {
    removeEntry(changetype<usize>(wait.block));
  } else if (!takeBack || wait.state == TAKEN) {
    return STATUS_PENDING;
  } else {
    const packet = wait.packet;
    if (!renewPacket(wait)) return STATUS_INSUFFICIENT_RESOURCES;
    packet.kind = PACKET_VOID;
    wait.port.voids++;
  }
  endAssociation(wait);
  return STATUS_SUCCESS;
}

export function closeWaitPacket(wait: WaitPacket): void {
  cancelWait(wait, false);
}

export function deleteWaitPacket(wait: WaitPacket): void {
  free(changetype<usize>(wait.packet), SIGNAL_PACKET_BYTES);
  free(changetype<usize>(wait), WAIT_PACKET_BYTES);
}
