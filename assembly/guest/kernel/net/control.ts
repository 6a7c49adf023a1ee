import {
  VIRTIO_DESC_ADDR,
  VIRTIO_DESC_F_INDIRECT,
  VIRTIO_DESC_F_NEXT,
  VIRTIO_DESC_F_WRITE,
  VIRTIO_DESC_FLAGS,
  VIRTIO_DESC_LEN,
  VIRTIO_DESC_NEXT,
  VIRTIO_DESC_SIZE,
} from '../generated/virtio';
import {
  VIRTIO_NET_CTRL_MQ,
  VIRTIO_NET_CTRL_MQ_RSS_CONFIG,
  VIRTIO_NET_CTRL_NOTF_COAL,
  VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
  VIRTIO_NET_CTRL_OK,
  VIRTIO_NET_HASH_TYPE_IPV4,
  VIRTIO_NET_HASH_TYPE_UDPV4,
} from '../generated/virtio-net';
import { createQueue, hasUsed, offer, ring, takeUsed, Virtqueue } from '../hal/virtqueue';

/**
 * The card's control queue (Virtual I/O Device 1.3, §5.1.6.5): one command at a time, at boot, waited for with the card's interrupt still
 * unconnected. A command is its class and number, its data, and a byte for the answer.
 */

/** Class, number and data, then the answer, in one block. */
const COMMAND_BYTES: usize = 512;
const ANSWER_OFFSET: usize = COMMAND_BYTES - 4;

const queue = changetype<Virtqueue>(memory.data(64, 4));
const command = memory.data(512, 4);
const table = memory.data(32, 16);

/** The data of a command. */
const DATA: usize = command + 2;
/** Entries of the table that spreads connections over the queues; bytes of the key of its hash. */
const TABLE_ENTRIES: u32 = 128;
const KEY_BYTES: u32 = 40;
/** Seed of the key, which may be any bytes that look random. */
const KEY_SEED: u32 = 0x6d5a_56da;

/** Make the queue ready; false when the card has none. */
export function createControlQueue(slot: usize, number: u32): bool {
  return createQueue(queue, slot, number);
}

/** Let an interrupt wait for so many frames, or so long (§5.1.6.5.7); false when the card refuses. */
export function moderateReceive(packets: u32, microseconds: u32): bool {
  store<u32>(DATA, packets);
  store<u32>(DATA + 4, microseconds);
  return runCommand(VIRTIO_NET_CTRL_NOTF_COAL, VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, 8);
}

/** Spread connections over so many queues by a hash of addresses and ports (§5.1.6.5.6.1); false when the card refuses. */
export function scaleReceive(pairs: u32): bool {
  store<u32>(DATA, VIRTIO_NET_HASH_TYPE_IPV4 | VIRTIO_NET_HASH_TYPE_UDPV4);
  store<u16>(DATA + 4, <u16>(TABLE_ENTRIES - 1));
  store<u16>(DATA + 6, 0); // other frames: the first queue
  let place = DATA + 8;
  for (let entry: u32 = 0; entry < TABLE_ENTRIES; entry++) {
    store<u16>(place, <u16>(entry % pairs));
    place += 2;
  }
  store<u16>(place, <u16>pairs);
  store<u8>(place + 2, <u8>KEY_BYTES);
  writeKey(place + 3);
  const bytes = <u32>(place + 3 - DATA) + KEY_BYTES;
  return runCommand(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG, bytes);
}

function writeKey(key: usize): void {
  let state = KEY_SEED;
  for (let index: u32 = 0; index < KEY_BYTES; index++) {
    state = state * 0x0019_660d + 0x3c6e_f35f;
    store<u8>(key + index, <u8>(state >> 24));
  }
}

/** Give a command with so many bytes of data; false when the card refuses it. */
function runCommand(kind: u32, number: u32, bytes: u32): bool {
  store<u8>(command, <u8>kind);
  store<u8>(command, <u8>number, 1);
  const answer = command + ANSWER_OFFSET;
  describe(0, command, bytes + 2, VIRTIO_DESC_F_NEXT);
  describe(1, answer, 1, VIRTIO_DESC_F_WRITE);
  if (!offer(queue, command, table, 2 * VIRTIO_DESC_SIZE, VIRTIO_DESC_F_INDIRECT)) return false;
  ring(queue);
  while (!hasUsed(queue)) continue;
  takeUsed(queue);
  return load<u8>(answer) == VIRTIO_NET_CTRL_OK;
}

function describe(index: usize, address: usize, bytes: u32, flags: u32): void {
  const descriptor = table + index * VIRTIO_DESC_SIZE;
  store<u32>(descriptor + VIRTIO_DESC_ADDR, address);
  store<u32>(descriptor + VIRTIO_DESC_ADDR + 4, 0);
  store<u32>(descriptor + VIRTIO_DESC_LEN, bytes);
  store<u16>(descriptor + VIRTIO_DESC_FLAGS, <u16>flags);
  store<u16>(descriptor + VIRTIO_DESC_NEXT, <u16>(index + 1));
}
