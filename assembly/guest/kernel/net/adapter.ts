import { hint, hint2, mmioLoad16, mmioLoad32, mmioLoad8, mmioStore32 } from '../rv';
import { TRACE_driver_sent, TRACE_driver_transmit } from '../generated/trace';
import {
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_ID_NET,
  VIRTIO_INTERRUPT_ACK,
  VIRTIO_INTERRUPT_STATUS,
  VIRTIO_PLIC_SOURCE,
} from '../generated/virtio';
import {
  VIRTIO_NET_F_CTRL_VQ,
  VIRTIO_NET_F_MAC,
  VIRTIO_NET_F_NOTF_COAL,
  VIRTIO_NET_F_RSS,
  VIRTIO_NET_HEADER_SIZE,
  VIRTIO_NET_MAC,
  VIRTIO_NET_MAX_PAIRS,
} from '../generated/virtio-net';
import { VIRTIO } from '../hal/board';
import { connectInterrupt, Interrupt } from '../hal/interrupt';
import { bootParameter } from '../hal/parameter';
import { beginVirtio, offeredFeatures, startVirtio } from '../hal/virtio';
import { createQueue, hasUsed, offer, ring, suppress, takeUsed, Virtqueue } from '../hal/virtqueue';
import { deviceAddress, NetBuffer, releaseBuffer } from './buffer';
import { createControlQueue, moderateReceive, scaleReceive } from './control';
import { netCounters } from './counters';
import { createReceiveQueues, fillReceiveQueues, requestReceive } from './receive';

/**
 * The driver of the network card (virtio-net, Virtual I/O Device 1.3, §5.1), split as NDIS splits it (N6.1, N6.2): the
 * service routine silences the card and queues DPCs (receive.ts). On a machine of several harts the card has a queue pair for each and
 * spreads connections over them (N6.4); frames are sent by the first pair. Sent buffers are collected when the driver runs anyway.
 */

/** Interrupt level of the card. */
const LEVEL: u32 = 5;
const HEADER: u32 = VIRTIO_NET_HEADER_SIZE;
const TRANSMIT_QUEUE: u32 = 1;
const COALESCING: u32 = 1 << (VIRTIO_NET_F_NOTF_COAL - 32);
const SCALING: u32 = 1 << (VIRTIO_NET_F_RSS - 32);

const transmitQueue = changetype<Virtqueue>(memory.data(64, 4));
const interrupt = changetype<Interrupt>(memory.data(32, 4));
const mac = memory.data(8, 4);

let present: bool = false;
let pairs: u32 = 1;

/** Find the card in slot 0 and bring it up (§3.1.1). Without a card the machine runs on without a network. */
export function initializeAdapter(): void {
  const slot = VIRTIO;
  const features =
    (1 << VIRTIO_NET_F_MAC) | (1 << VIRTIO_NET_F_CTRL_VQ) | (1 << VIRTIO_F_INDIRECT_DESC);
  const scaling = offeredFeatures(slot, 1) & SCALING;
  if (!beginVirtio(slot, VIRTIO_ID_NET, features, COALESCING | scaling)) return;
  if (scaling) pairs = mmioLoad16(slot + VIRTIO_NET_MAX_PAIRS);
  if (!createReceiveQueues(slot, pairs)) return;
  if (!createQueue(transmitQueue, slot, TRANSMIT_QUEUE)) return;
  if (!createControlQueue(slot, 2 * pairs)) return;
  suppress(transmitQueue, true);
  for (let index: usize = 0; index < 6; index++) {
    store<u8>(mac + index, <u8>mmioLoad8(slot + VIRTIO_NET_MAC + index));
  }
  startVirtio(slot);
  setUp();
  connect(slot);
  present = true;
  fillReceiveQueues(pairs);
}

/** What the card is told once: the spread over the harts, and how many frames and how long an interrupt may wait for. */
function setUp(): void {
  if (pairs > 1) scaleReceive(pairs);
  const packets = bootParameter('coalesce-packets', 0);
  if (packets) moderateReceive(packets, bootParameter('coalesce-microseconds', 0));
}

function connect(slot: usize): void {
  interrupt.source = VIRTIO_PLIC_SOURCE;
  interrupt.level = LEVEL;
  interrupt.routine = serviceInterrupt.index;
  interrupt.context = slot;
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
  requestReceive(pairs);
  return true;
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

/** Give sent buffers back. */
export function collectSent(): void {
  while (hasUsed(transmitQueue)) {
    const buffer = changetype<NetBuffer>(takeUsed(transmitQueue));
    hint(TRACE_driver_sent, deviceAddress(buffer));
    releaseBuffer(buffer);
  }
}
