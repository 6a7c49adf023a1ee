import { NEVER, systemTime } from '../hal/clock';
import { acquireIo, releaseIo } from '../io/lock';
import { acquireDispatcher, releaseDispatcher } from '../ke/dispatcher';
import { Dpc, initializeDpc } from '../ke/dpc';
import { initializeTimer, setTimer, Timer } from '../ke/timer';
import { adapterAddress } from './adapter';
import { at, IP_OFFSET, NetBuffer, releaseBuffer, takeBuffer } from './buffer';
import { BROADCAST_ADDRESS, LOCAL_ADDRESS } from './config';
import { netCounters } from './counters';
import { copyAddress, HEADER_BYTES, sendFrame } from './ethernet';
import { load16, load32, store16, store32 } from './order';

/**
 * Address resolution (RFC 826): a cache of 256 neighbours by the low byte of their address (the network is a /24), requests
 * answered; requests repeated while datagrams wait, which are dropped when nobody answers. Entries do not age.
 */

const PACKET_BYTES: u32 = 28;
const OPERATION: usize = 6;
const SENDER_HARDWARE: usize = 8;
const SENDER_PROTOCOL: usize = 14;
const TARGET_HARDWARE: usize = 18;
const TARGET_PROTOCOL: usize = 24;
const REQUEST: u32 = 1;
const REPLY: u32 = 2;
/** Hardware Ethernet, protocol IPv4, their address lengths. */
const HARDWARE_AND_PROTOCOL: u32 = 0x0001_0800;
const LENGTHS: u32 = 0x0604;
const ADDRESS_BYTES: usize = 6;
/** Time until a request is repeated, 100 ms, and how many are sent before the datagrams that wait are dropped. */
const REPEAT: u64 = 1_000_000;
const TRIES: u32 = 3;
const NEIGHBOURS: u32 = 256;
/** Datagrams held for one neighbour. */
const HELD: u32 = 128;

@unmanaged
class Neighbour {
  /** IPv4 address, or 0 for a free entry. */
  address: u32;
  resolved: bool;
  hardware: u32;
  hardwareEnd: u32;
  /** When the last request was sent, and how many so far. */
  asked: u64;
  tries: u32;
  waiting: NetBuffer;
  waitingCount: u32;
}

const NEIGHBOUR_BYTES: usize = 40;
const neighbours = memory.data(40 * 256, 8);
const timer = changetype<Timer>(memory.data(offsetof<Timer>(), 8));
const dpc = changetype<Dpc>(memory.data(32, 4));
const broadcast = memory.data<u8>([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);

export function initializeArp(): void {
  initializeTimer(timer, false);
  initializeDpc(dpc, repeatDpc.index, 0);
  timer.dpc = changetype<usize>(dpc);
}

function neighbourOf(address: u32): Neighbour {
  return changetype<Neighbour>(neighbours + NEIGHBOUR_BYTES * (address & 0xff));
}

function hardwareOf(neighbour: Neighbour): usize {
  return changetype<usize>(neighbour) + offsetof<Neighbour>('hardware');
}

/** A frame of type ARP. */
export function receiveArp(buffer: NetBuffer): void {
  const packet = at(buffer, IP_OFFSET);
  if (!isValid(buffer, packet)) {
    netCounters.badArp++;
    releaseBuffer(buffer);
    return;
  }
  const sender = load32(packet + SENDER_PROTOCOL);
  const forUs = load32(packet + TARGET_PROTOCOL) == LOCAL_ADDRESS;
  if (sender != LOCAL_ADDRESS) learn(sender, packet + SENDER_HARDWARE, forUs);
  if (forUs && load16(packet + OPERATION) == REQUEST) answer(buffer, packet, sender);
  else releaseBuffer(buffer);
}

function isValid(buffer: NetBuffer, packet: usize): bool {
  if (buffer.bytes < HEADER_BYTES + PACKET_BYTES) return false;
  if (load32(packet) != HARDWARE_AND_PROTOCOL || load16(packet + 4) != LENGTHS) return false;
  const operation = load16(packet + OPERATION);
  if (operation != REQUEST && operation != REPLY) return false;
  return (load<u8>(packet + SENDER_HARDWARE) & 1) == 0 && load32(packet + SENDER_PROTOCOL) != 0;
}

/** Merge what a packet says about its sender; a new entry is made only by packets for us (RFC 826, "Packet Reception"). */
function learn(address: u32, hardware: usize, create: bool): void {
  const neighbour = neighbourOf(address);
  if (neighbour.address != address) {
    if (!create) return;
    drop(neighbour);
    neighbour.address = address;
  }
  copyAddress(hardwareOf(neighbour), hardware);
  neighbour.resolved = true;
  neighbour.tries = 0;
  let buffer = neighbour.waiting;
  neighbour.waiting = changetype<NetBuffer>(0);
  neighbour.waitingCount = 0;
  while (changetype<usize>(buffer)) {
    const next = buffer.next;
    sendFrame(buffer, hardwareOf(neighbour), true, buffer.dataBytes);
    buffer = next;
  }
}

/** Forget what an entry holds. */
function drop(neighbour: Neighbour): void {
  let buffer = neighbour.waiting;
  while (changetype<usize>(buffer)) {
    const next = buffer.next;
    netCounters.unresolved++;
    releaseBuffer(buffer);
    buffer = next;
  }
  neighbour.waiting = changetype<NetBuffer>(0);
  neighbour.waitingCount = 0;
  neighbour.address = 0;
  neighbour.resolved = false;
  neighbour.tries = 0;
}

/** Turn a request into its reply and send it back in the same buffer. */
function answer(buffer: NetBuffer, packet: usize, sender: u32): void {
  store16(packet + OPERATION, REPLY);
  copyAddress(packet + TARGET_HARDWARE, packet + SENDER_HARDWARE);
  store32(packet + TARGET_PROTOCOL, sender);
  copyAddress(packet + SENDER_HARDWARE, adapterAddress());
  store32(packet + SENDER_PROTOCOL, LOCAL_ADDRESS);
  sendFrame(buffer, packet + TARGET_HARDWARE, false, PACKET_BYTES);
}

/** Send an IPv4 packet of `bytes` to a neighbour, now or when its address is known. The buffer is taken. */
export function sendToNeighbour(buffer: NetBuffer, address: u32, bytes: u32): void {
  if (address == BROADCAST_ADDRESS) {
    sendFrame(buffer, broadcast, true, bytes);
    return;
  }
  const neighbour = neighbourOf(address);
  if (neighbour.address == address && neighbour.resolved) {
    sendFrame(buffer, hardwareOf(neighbour), true, bytes);
    return;
  }
  if (neighbour.address != address) {
    drop(neighbour);
    neighbour.address = address;
  }
  hold(neighbour, buffer, bytes);
  if (!neighbour.tries) ask(neighbour);
}

/** Ask who has an address, and look again later. */
function ask(neighbour: Neighbour): void {
  neighbour.asked = systemTime();
  neighbour.tries++;
  sendRequest(neighbour.address);
  if (!timer.inserted) startTimer(neighbour.asked + REPEAT);
}

/** The DPC of the timer: ask again for those who did not answer in time, give up those asked for often enough. */
function repeatDpc(self: usize, context: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  repeatRequests();
  releaseIo();
}

function repeatRequests(): void {
  const now = systemTime();
  let next = NEVER;
  for (let index: u32 = 0; index < NEIGHBOURS; index++) {
    const neighbour = neighbourOf(index);
    if (!neighbour.tries || neighbour.resolved) continue;
    if (neighbour.asked + REPEAT <= now) {
      if (neighbour.tries == TRIES) {
        drop(neighbour);
        continue;
      }
      ask(neighbour);
    }
    if (neighbour.asked + REPEAT < next) next = neighbour.asked + REPEAT;
  }
  if (next != NEVER) startTimer(next);
}

function startTimer(due: u64): void {
  acquireDispatcher();
  setTimer(timer, due, 0);
  releaseDispatcher();
}

/** Keep a datagram; the oldest gives way when there are too many. */
function hold(neighbour: Neighbour, buffer: NetBuffer, bytes: u32): void {
  buffer.dataBytes = bytes;
  buffer.next = changetype<NetBuffer>(0);
  const first = neighbour.waiting;
  if (!changetype<usize>(first)) {
    neighbour.waiting = buffer;
    neighbour.waitingCount = 1;
    return;
  }
  let last = first;
  while (changetype<usize>(last.next)) last = last.next;
  last.next = buffer;
  if (++neighbour.waitingCount <= HELD) return;
  neighbour.waiting = first.next;
  neighbour.waitingCount--;
  netCounters.unresolved++;
  releaseBuffer(first);
}

function sendRequest(address: u32): void {
  const buffer = takeBuffer();
  if (!changetype<usize>(buffer)) {
    netCounters.noBuffer++;
    return;
  }
  const packet = at(buffer, IP_OFFSET);
  store32(packet, HARDWARE_AND_PROTOCOL);
  store16(packet + 4, LENGTHS);
  store16(packet + OPERATION, REQUEST);
  copyAddress(packet + SENDER_HARDWARE, adapterAddress());
  store32(packet + SENDER_PROTOCOL, LOCAL_ADDRESS);
  memory.fill(packet + TARGET_HARDWARE, 0, ADDRESS_BYTES);
  store32(packet + TARGET_PROTOCOL, address);
  sendFrame(buffer, broadcast, false, PACKET_BYTES);
}
