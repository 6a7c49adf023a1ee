import { amoSwap, csrRead, hint2, mmioLoad32, mmioStore32 } from '../rv';
import { TRACE_packet_dequeue, TRACE_thread_wait } from '../generated/trace';
import {
  PORT_ABANDONED,
  PORT_BLOCK,
  PORT_CLOSE,
  PORT_CREATE,
  PORT_DEADLINE_HIGH,
  PORT_DEADLINE_LOW,
  PORT_DEPTH,
  PORT_INSERT,
  PORT_INSERT_HEAD,
  PORT_INTERRUPT,
  PORT_LEAVE,
  PORT_PARKED,
  PORT_PORT,
  PORT_REFUSED,
  PORT_RELEASE,
  PORT_RELEASE_VALUE,
  PORT_REMOVE,
  PORT_STATE_PARKED,
  PORT_TAKE,
  PORT_TAKER,
  PORT_TIMEOUT,
  PORT_WAKE,
} from '../generated/port';
import {
  FILE_IO_COMPLETION_INFORMATION_BYTES,
  FILE_IO_COMPLETION_INFORMATION_context,
  FILE_IO_COMPLETION_INFORMATION_information,
  FILE_IO_COMPLETION_INFORMATION_key,
  FILE_IO_COMPLETION_INFORMATION_operation,
  FILE_IO_COMPLETION_INFORMATION_status,
  STATUS_ABANDONED_WAIT_0,
  STATUS_KERNEL_APC,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
} from '../generated/syscalls';
import { TIME } from '../hal/csr';
import { currentPrcb, currentThread, Prcb } from '../hal/prcb';
import { bugCheck } from '../ps/fault';
import { DISPATCH_LEVEL } from '../hal/irql';
import { assertRule } from '../ke/checked';
import { canDeliver } from '../ke/apc';
import {
  acquireDispatcher,
  lockDispatcher,
  releaseDispatcher,
  unlockDispatcher,
} from '../ke/dispatcher';
import { isListEmpty } from '../ke/list';
import { initializeObject, KernelObject, TYPE_PORT, waitList } from '../ke/object';
import { readyThread } from '../ke/ready';
import { swapThread } from '../ke/schedule';
import { portRecord, Thread, THREAD_WAITING, threadOfRecord } from '../ke/thread';
import { isAlertDue, signalObject, takeAlert } from '../ke/wait';
import { allocate, free } from '../mm/pool';
import { finishFromPort } from './finish';
import { Irp } from './irp';
import { Packet, PACKET_IRP, PACKET_POSTED, PACKET_VOID, PACKET_WAIT } from './packet';
import { dropPacket, packetLeaves, packetTaken } from './waitpacket';

/**
 * Completion ports over the hardware unit (N3.1 to N3.8). The unit keeps packets, parked threads and counts, and says through
 * its release FIFO which thread shall run; the executive moves threads and finishes requests. At DISPATCH throughout, so that the
 * operand registers of the hart's bank are never used twice at once.
 */

@unmanaged
export class Port extends KernelObject {
  /** The unit's handle. */
  unit: u32;
  /** Packets that were taken back and not dropped yet. */
  voids: u32;
}

/** Answers below this are codes: no packet lies there. */
const LOWEST_PACKET: u32 = 0x1000;
const PORT_BYTES: usize = offsetof<Port>();

/** A new port, or null when unit or pool have no more. */
export function createPort(concurrency: u32): Port {
  const port = changetype<Port>(allocate(PORT_BYTES));
  if (!changetype<usize>(port)) return port;
  initializeObject(port, TYPE_PORT, 0);
  port.unit = amoSwap(currentPrcb().portBank + PORT_CREATE, concurrency);
  if (port.unit) return port;
  free(changetype<usize>(port), PORT_BYTES);
  return changetype<Port>(0);
}

/** The last handle is gone: parked threads return abandoned, queued packets are dropped. Below DISPATCH. */
export function closePort(port: Port): void {
  const old = lockDispatcher();
  let next: usize = amoSwap(currentPrcb().portBank + PORT_CLOSE, port.unit);
  port.unit = 0;
  wakeDirectWaiters(port);
  unlockDispatcher(old);
  while (next) {
    const packet = changetype<Packet>(next);
    next = packet.link;
    retire(packet);
  }
}

export function deletePort(port: Port): void {
  free(changetype<usize>(port), PORT_BYTES);
}

/** Queue a packet, or hand it to a parked thread; on a closed port it is dropped. */
export function insertPacket(port: Port, packet: Packet): void {
  acquireDispatcher();
  const open = port.unit != 0;
  if (open) insertOpen(port, packet, PORT_INSERT);
  releaseDispatcher();
  if (!open) retire(packet);
}

/** Queue a packet in front of those that are queued (KeInsertHeadQueue); the answer is how many they were. */
export function insertPacketFirst(port: Port, packet: Packet): u32 {
  acquireDispatcher();
  const open = port.unit != 0;
  const before: u32 = open ? insertOpen(port, packet, PORT_INSERT_HEAD) : 0;
  releaseDispatcher();
  if (!open) retire(packet);
  return before;
}

function insertOpen(port: Port, packet: Packet, command: usize): u32 {
  const bank = currentPrcb().portBank;
  mmioStore32(bank + PORT_PORT, port.unit);
  const before = amoSwap(bank + command, changetype<usize>(packet));
  if (isListEmpty(waitList(port)) || mmioLoad32(bank + PORT_TAKER)) return before;
  wakeDirectWaiters(port);
  return before;
}

/** A packet is queued, or the port is closed: those who wait for its handle all go on, and take nothing (N3.19). */
function wakeDirectWaiters(port: Port): void {
  port.signal = 1;
  signalObject(port, 0, 0);
  port.signal = 0;
}

/** Packets queued. */
export function portDepth(port: Port): u32 {
  const bank = currentPrcb().portBank;
  mmioStore32(bank + PORT_PORT, port.unit);
  const depth = mmioLoad32(bank + PORT_DEPTH);
  return depth > port.voids ? depth - port.voids : 0;
}

/** Take packets into the caller's entries, waiting for the first until the deadline; the number goes to `removed`. Below DISPATCH. */
export function removePackets(
  port: Port,
  entries: usize,
  count: u32,
  removed: usize,
  deadline: u64,
  mode: u32,
): u32 {
  let next: u32;
  do {
    next = attemptRemove(port, count, deadline, mode);
  } while (next == STATUS_KERNEL_APC);
  const thread = currentThread();
  if (next < LOWEST_PACKET) return statusOfRemove(next, thread);
  let taken: u32 = 0;
  while (next) {
    const packet = changetype<Packet>(next);
    next = packet.link;
    deliver(packet, entries, thread);
    entries += FILE_IO_COMPLETION_INFORMATION_BYTES;
    taken++;
  }
  store<u32>(removed, taken);
  return STATUS_SUCCESS;
}

/** Up to `count` packets, linked; or why there is none. */
function attemptRemove(port: Port, count: u32, deadline: u64, mode: u32): u32 {
  const old = lockDispatcher();
  assertRule(old < DISPATCH_LEVEL, 'remove at DISPATCH');
  const thread = currentThread();
  thread.waitMode = mode;
  thread.waitIrql = old;
  const first = removeOrAlert(port, thread, deadline);
  const packets = first < LOWEST_PACKET ? first : takeMore(port, thread, first, count);
  unlockDispatcher(old);
  return packets;
}

/** A first packet and up to `count` in all, linked. What was taken back is dropped; with nothing else, the remove begins again. */
function takeMore(port: Port, thread: Thread, packet: usize, count: u32): usize {
  const bank = currentPrcb().portBank;
  mmioStore32(bank + PORT_PORT, port.unit);
  let first: usize = 0;
  let last: usize = 0;
  while (packet) {
    if (stands(port, changetype<Packet>(packet))) {
      if (last) changetype<Packet>(last).link = packet;
      else first = packet;
      last = packet;
      count--;
    }
    packet = count && port.unit ? amoSwap(bank + PORT_TAKE, portRecord(thread)) : 0;
  }
  if (!first) return STATUS_KERNEL_APC;
  changetype<Packet>(last).link = 0;
  return first;
}

/** Is the packet one for the program? */
function stands(port: Port, packet: Packet): bool {
  const kind = packet.kind;
  if (kind == PACKET_WAIT) packetLeaves(packet);
  if (kind != PACKET_VOID) return true;
  dropPacket(packet);
  port.voids--;
  if (portDepth(port) && !isListEmpty(waitList(port))) wakeDirectWaiters(port);
  return false;
}

/** What a remove without a packet means: the unit's answer, or the status that interrupted it. */
function statusOfRemove(answer: u32, thread: Thread): u32 {
  if (answer == PORT_TIMEOUT) return STATUS_TIMEOUT;
  if (answer == PORT_ABANDONED) return STATUS_ABANDONED_WAIT_0;
  if (answer == PORT_REFUSED) bugCheck('the port unit refused a thread', changetype<usize>(thread));
  return answer;
}

/**
 * The first packet. When an alert or APCs are there already, a thread that is new to the port takes no packet before them, and
 * one of the port's own takes a packet but does not park (N3.11).
 */
function removeOrAlert(port: Port, thread: Thread, deadline: u64): u32 {
  if (canDeliver(thread, thread.waitIrql)) return STATUS_KERNEL_APC;
  if (!isAlertDue(thread, thread.waitMode)) return removeFirst(port, thread, deadline);
  const packet: u32 = thread.port == port.unit ? removeFirst(port, thread, 0) : PORT_TIMEOUT;
  return packet == PORT_TIMEOUT ? takeAlert(thread, thread.waitMode) : packet;
}

function removeFirst(port: Port, thread: Thread, deadline: u64): u32 {
  const bank = currentPrcb().portBank;
  mmioStore32(bank + PORT_PORT, port.unit);
  mmioStore32(bank + PORT_DEADLINE_LOW, <u32>deadline);
  mmioStore32(bank + PORT_DEADLINE_HIGH, <u32>(deadline >> 32));
  const answer = amoSwap(bank + PORT_REMOVE, portRecord(thread));
  if (answer != PORT_PARKED) return answer;
  hint2(TRACE_thread_wait, changetype<usize>(thread), changetype<usize>(port));
  thread.state = THREAD_WAITING;
  thread.waitObject = changetype<usize>(port);
  thread.waitStart = csrRead(TIME);
  swapThread();
  return <u32>thread.waitStatus;
}

/** Tell the program about a packet, and finish what it stands for. */
function deliver(packet: Packet, entry: usize, thread: Thread): void {
  hint2(TRACE_packet_dequeue, packet.operation, changetype<usize>(thread));
  store<u32>(entry + FILE_IO_COMPLETION_INFORMATION_key, packet.key);
  store<u32>(entry + FILE_IO_COMPLETION_INFORMATION_context, packet.context);
  store<u32>(entry + FILE_IO_COMPLETION_INFORMATION_status, packet.status);
  store<u32>(entry + FILE_IO_COMPLETION_INFORMATION_information, packet.information);
  store<u32>(entry + FILE_IO_COMPLETION_INFORMATION_operation, packet.operation);
  retire(packet);
}

function retire(packet: Packet): void {
  const kind = packet.kind;
  if (kind == PACKET_IRP) finishFromPort(changetype<Irp>(packet));
  else if (kind == PACKET_POSTED) free(changetype<usize>(packet), offsetof<Packet>());
  else if (kind == PACKET_VOID) dropPacket(packet);
  else retireWait(packet);
}

function retireWait(packet: Packet): void {
  const old = lockDispatcher();
  packetTaken(packet);
  unlockDispatcher(old);
}

/** Post a packet of the program's own making; false without memory. */
export function postPacket(
  port: Port,
  key: u32,
  context: u32,
  status: u32,
  information: u32,
): bool {
  const packet = changetype<Packet>(allocate(offsetof<Packet>()));
  if (!changetype<usize>(packet)) return false;
  packet.kind = PACKET_POSTED;
  packet.key = key;
  packet.context = context;
  packet.status = status;
  packet.information = information;
  insertPacket(port, packet);
  return true;
}

/** Let the threads run that the unit has released to this hart. */
export function releaseThreads(prcb: Prcb): void {
  const bank = prcb.portBank;
  acquireDispatcher();
  for (;;) {
    const record = mmioLoad32(bank + PORT_RELEASE);
    if (!record) break;
    const value = mmioLoad32(bank + PORT_RELEASE_VALUE);
    const thread = threadOfRecord(record);
    thread.waitStatus = value;
    thread.waitObject = 0;
    readyThread(thread, value >= LOWEST_PACKET ? changetype<Packet>(value).operation : 0);
  }
  releaseDispatcher();
}

/** Does the thread wait in the unit? */
export function isParked(thread: Thread): bool {
  return thread.portState == PORT_STATE_PARKED;
}

/** Take a parked thread out of its wait; false when the unit has just released it. */
export function interruptParked(thread: Thread): bool {
  return amoSwap(currentPrcb().portBank + PORT_INTERRUPT, portRecord(thread)) != 0;
}

/** The thread begins to wait for something that is not its port (N3.5). */
export function blockOnOther(thread: Thread): void {
  if (thread.port) amoSwap(currentPrcb().portBank + PORT_BLOCK, portRecord(thread));
}

/** That wait has ended. */
export function wakeFromOther(thread: Thread): void {
  if (thread.port) amoSwap(currentPrcb().portBank + PORT_WAKE, portRecord(thread));
}

/** The thread ends. */
export function leavePort(thread: Thread): void {
  if (thread.port) amoSwap(currentPrcb().portBank + PORT_LEAVE, portRecord(thread));
}
