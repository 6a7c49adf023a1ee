import { hint2 } from '../rv';
import { TRACE_driver_receive } from '../generated/trace';
import { DPC_IMPORTANCE_HIGH, DPC_IMPORTANCE_LOW, DPC_IMPORTANCE_MEDIUM } from '../generated/dpc';
import { VIRTIO_DESC_F_WRITE } from '../generated/virtio';
import { VIRTIO_NET_HEADER_SIZE, VIRTIO_NET_MAX_FRAME } from '../generated/virtio-net';
import { bootParameter } from '../hal/parameter';
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
import { acquireIo, releaseIo } from '../io/lock';
import { Dpc, initializeDpc, insertDpc } from '../ke/dpc';
import { collectSent } from './adapter';
import { deviceAddress, NetBuffer, takeBuffer } from './buffer';
import { netCounters } from './counters';
import { receiveFrame } from './ethernet';

/**
 * The card's receive queues, each with a DPC of its own, which runs on the hart of that number (N6.4). A DPC hands a limited number of frames up,
 * gives the buffers back, and only when nothing is left lets the card interrupt for its queue again, looking once more behind that (N6.2).
 */

/** Frames that one run of a DPC hands up, unless the run's parameter `receive-limit` says otherwise. */
const RECEIVE_LIMIT: u32 = 32;
/** Receive buffers kept with the card, at most, of all queues. */
const RECEIVE_BUFFERS: u32 = 256;
const HEADER: u32 = VIRTIO_NET_HEADER_SIZE;
const QUEUE_SHIFT: usize = 6;
const DPC_SHIFT: usize = 5;

const queues = memory.data(64 * 8, 4);
const dpcs = memory.data(32 * 8, 4);

let receiveLimit: u32 = RECEIVE_LIMIT;
let buffersPerQueue: u32 = RECEIVE_BUFFERS;

function receiveQueue(pair: u32): Virtqueue {
  return changetype<Virtqueue>(queues + ((<usize>pair) << QUEUE_SHIFT));
}

function receiveDpcOf(pair: u32): Dpc {
  return changetype<Dpc>(dpcs + ((<usize>pair) << DPC_SHIFT));
}

/** Make the receive queues of so many pairs; false when one cannot be made. */
export function createReceiveQueues(slot: usize, pairs: u32): bool {
  receiveLimit = max<u32>(bootParameter('receive-limit', RECEIVE_LIMIT), 1);
  buffersPerQueue = RECEIVE_BUFFERS / pairs;
  const importance = importanceOf(bootParameter('dpc-importance', pairs > 1 ? 2 : 1));
  for (let pair: u32 = 0; pair < pairs; pair++) {
    const dpc = receiveDpcOf(pair);
    initializeDpc(dpc, receiveDpc.index, pair);
    dpc.importance = <u8>importance;
    if (pairs > 1) dpc.target = <u16>(pair + 1);
    if (!createQueue(receiveQueue(pair), slot, 2 * pair)) return false;
  }
  return true;
}

/** The parameter `dpc-importance`: 0 low, 1 medium, 2 high. The DPC of another hart has to be high to interrupt it (N2.6). */
function importanceOf(parameter: u32): u32 {
  if (parameter == 0) return DPC_IMPORTANCE_LOW;
  return parameter == 1 ? DPC_IMPORTANCE_MEDIUM : DPC_IMPORTANCE_HIGH;
}

/** Give the card its first buffers. */
export function fillReceiveQueues(pairs: u32): void {
  for (let pair: u32 = 0; pair < pairs; pair++) refill(receiveQueue(pair));
}

/** From the card's service routine: silence the queues that have frames, and let their DPCs run. */
export function requestReceive(pairs: u32): void {
  for (let pair: u32 = 0; pair < pairs; pair++) {
    const queue = receiveQueue(pair);
    if (!hasUsed(queue)) continue;
    suppress(queue, true);
    insertDpc(receiveDpcOf(pair), 0, 0);
  }
}

/** The DPC of a queue, at DISPATCH. */
function receiveDpc(self: usize, pair: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  collectSent();
  receiveSome(receiveQueue(<u32>pair), changetype<Dpc>(self));
  releaseIo();
}

function receiveSome(queue: Virtqueue, dpc: Dpc): void {
  let handled: u32 = 0;
  while (hasUsed(queue) && handled < receiveLimit) {
    receiveOne(queue);
    handled++;
  }
  refill(queue);
  if (hasUsed(queue)) {
    insertDpc(dpc, 0, 0);
    return;
  }
  suppress(queue, false);
  if (!hasUsed(queue)) return;
  suppress(queue, true);
  insertDpc(dpc, 0, 0);
}

function receiveOne(queue: Virtqueue): void {
  const written = usedBytes(queue);
  const buffer = changetype<NetBuffer>(takeUsed(queue));
  buffer.bytes = written > HEADER ? written - HEADER : 0;
  netCounters.received++;
  hint2(TRACE_driver_receive, deviceAddress(buffer), buffer.bytes);
  receiveFrame(buffer);
}

/** Give the card as many empty buffers as there is room for. */
function refill(queue: Virtqueue): void {
  const limit = min(queue.entries, buffersPerQueue);
  let offered = false;
  while (queue.freeCount > queue.entries - limit) {
    const buffer = takeBuffer();
    if (!changetype<usize>(buffer)) break;
    const bytes = HEADER + VIRTIO_NET_MAX_FRAME;
    offer(queue, changetype<usize>(buffer), deviceAddress(buffer), bytes, VIRTIO_DESC_F_WRITE);
    offered = true;
  }
  if (offered) ring(queue);
}
