import { hint, hint2, mmioLoad32, mmioLoad8, mmioStore32 } from '../rv';
import { TRACE_driver_receive, TRACE_driver_sent, TRACE_driver_transmit } from '../generated/trace';
import {
  VIRTIO_DESC_F_WRITE,
  VIRTIO_ID_NET,
  VIRTIO_INTERRUPT_ACK,
  VIRTIO_INTERRUPT_STATUS,
  VIRTIO_PLIC_SOURCE,
} from '../generated/virtio';
import {
  VIRTIO_NET_F_MAC,
  VIRTIO_NET_HEADER_SIZE,
  VIRTIO_NET_MAC,
  VIRTIO_NET_MAX_FRAME,
} from '../generated/virtio-net';
import { VIRTIO } from '../hal/board';
import { connectInterrupt, Interrupt } from '../hal/interrupt';
import { beginVirtio, startVirtio } from '../hal/virtio';
import {
  createQueue,
  hasUsed,
  offer,
  ring,
  suppress,
  takeUsed,
  usedBytes,
  Virtqueue,
} from '../hal/virtqueue';
import { Dpc, initializeDpc, insertDpc } from '../ke/dpc';
import { acquireIo, releaseIo } from '../io/lock';
import { deviceAddress, NetBuffer, releaseBuffer, takeBuffer } from './buffer';
import { netCounters } from './counters';
import { receiveFrame } from './ethernet';

/**
 * The driver of the network card (virtio-net, Virtual I/O Device 1.3, §5.1), split as NDIS splits it (N6.1, N6.2). The
 * service routine silences the card and queues the DPC; the DPC hands a limited number of frames up, gives the buffers back, and only
 * when nothing is left lets the card interrupt again, looking once more behind that. Sent buffers are collected when the driver runs anyway.
 */

/** Interrupt level of the card. */
const LEVEL: u32 = 5;
/** Frames that one run of the DPC hands up. */
const RECEIVE_LIMIT: u32 = 32;
/** Receive buffers kept with the card, at most. */
const RECEIVE_BUFFERS: u32 = 256;
const HEADER: u32 = VIRTIO_NET_HEADER_SIZE;
const RECEIVE_QUEUE: u32 = 0;
const TRANSMIT_QUEUE: u32 = 1;

const receiveQueue = changetype<Virtqueue>(memory.data(64, 4));
const transmitQueue = changetype<Virtqueue>(memory.data(64, 4));
const interrupt = changetype<Interrupt>(memory.data(32, 4));
const dpc = changetype<Dpc>(memory.data(32, 4));
const mac = memory.data(8, 4);

let present: bool = false;

/** Find the card in slot 0 and bring it up (§3.1.1). Without a card the machine runs on without a network. */
export function initializeAdapter(): void {
  const slot = VIRTIO;
  const features = 1 << VIRTIO_NET_F_MAC;
  if (!beginVirtio(slot, VIRTIO_ID_NET, features)) return;
  if (!createQueue(receiveQueue, slot, RECEIVE_QUEUE)) return;
  if (!createQueue(transmitQueue, slot, TRANSMIT_QUEUE)) return;
  suppress(transmitQueue, true);
  for (let index: usize = 0; index < 6; index++) {
    store<u8>(mac + index, <u8>mmioLoad8(slot + VIRTIO_NET_MAC + index));
  }
  connect();
  startVirtio(slot);
  present = true;
  refill();
}

function connect(): void {
  initializeDpc(dpc, receiveDpc.index, 0);
  interrupt.source = VIRTIO_PLIC_SOURCE;
  interrupt.level = LEVEL;
  interrupt.routine = serviceInterrupt.index;
  interrupt.context = VIRTIO;
  connectInterrupt(interrupt);
}

/** Is there a network? */
export function hasAdapter(): bool {
  return present;
}

/** Address of the card's six bytes of Ethernet address. */
export function adapterAddress(): usize {
  return mac;
}

/** The service routine (N6.1), at the card's level. */
function serviceInterrupt(slot: usize): bool {
  const status = mmioLoad32(slot + VIRTIO_INTERRUPT_STATUS);
  if (!status) return false;
  mmioStore32(slot + VIRTIO_INTERRUPT_ACK, status);
  suppress(receiveQueue, true);
  insertDpc(dpc, 0, 0);
  return true;
}

/** The DPC (N6.2), at DISPATCH. */
function receiveDpc(self: usize, context: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  receiveSome();
  releaseIo();
}

function receiveSome(): void {
  collectSent();
  let handled: u32 = 0;
  while (hasUsed(receiveQueue) && handled < RECEIVE_LIMIT) {
    receiveOne();
    handled++;
  }
  refill();
  if (hasUsed(receiveQueue)) {
    insertDpc(dpc, 0, 0);
    return;
  }
  suppress(receiveQueue, false);
  if (!hasUsed(receiveQueue)) return;
  suppress(receiveQueue, true);
  insertDpc(dpc, 0, 0);
}

function receiveOne(): void {
  const written = usedBytes(receiveQueue);
  const buffer = changetype<NetBuffer>(takeUsed(receiveQueue));
  buffer.bytes = written > HEADER ? written - HEADER : 0;
  netCounters.received++;
  hint2(TRACE_driver_receive, deviceAddress(buffer), buffer.bytes);
  receiveFrame(buffer);
}

/** Give the card as many empty buffers as there is room for. */
function refill(): void {
  let offered = false;
  while (receiveQueue.freeCount > receiveQueue.entries - limit()) {
    const buffer = takeBuffer();
    if (!changetype<usize>(buffer)) break;
    const bytes = HEADER + VIRTIO_NET_MAX_FRAME;
    offer(
      receiveQueue,
      changetype<usize>(buffer),
      deviceAddress(buffer),
      bytes,
      VIRTIO_DESC_F_WRITE,
    );
    offered = true;
  }
  if (offered) ring(receiveQueue);
}

function limit(): u32 {
  return receiveQueue.entries < RECEIVE_BUFFERS ? receiveQueue.entries : RECEIVE_BUFFERS;
}

/** Send a frame of `buffer.bytes`; the driver owns the buffer from here on. False, and the buffer is gone, when the ring is full. */
export function transmit(buffer: NetBuffer): bool {
  collectSent();
  const header = deviceAddress(buffer);
  // the virtio-net header, 12 bytes at an even address: no offloads
  for (let offset: usize = 0; offset < HEADER; offset += 2) store<u16>(header + offset, 0);
  if (!offer(transmitQueue, changetype<usize>(buffer), header, HEADER + buffer.bytes, 0)) {
    netCounters.noBuffer++;
    releaseBuffer(buffer);
    return false;
  }
  netCounters.sent++;
  hint2(TRACE_driver_transmit, header, buffer.bytes);
  ring(transmitQueue);
  return true;
}

function collectSent(): void {
  while (hasUsed(transmitQueue)) {
    const buffer = changetype<NetBuffer>(takeUsed(transmitQueue));
    hint(TRACE_driver_sent, deviceAddress(buffer));
    releaseBuffer(buffer);
  }
}
