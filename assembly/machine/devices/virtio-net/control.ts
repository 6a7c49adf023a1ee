/** Commands of the control queue: class, command, data; the answer is one byte, OK or ERR. */
import * as net from '../../generated/virtio-net';
import { FILTER_ENTRIES, KEY_BYTES, Settings, TABLE_ENTRIES } from './settings';

/** Longest command that is understood; some 600 addresses of a filter. */
export const COMMAND_BYTES: u32 = 4096;
const MAC_BYTES: u32 = 6;

/**
 * Carry out a command.
 * @param at its bytes: class, command, data
 * @param size number of bytes, 2 or more
 * @param pairs queue pairs that may be used
 * @returns CTRL_OK or CTRL_ERR
 */
export function runCommand(settings: Settings, at: usize, size: u32, pairs: u32): u32 {
  const kind: u32 = load<u8>(at);
  const command: u32 = load<u8>(at, 1);
  const data = at + 2;
  const bytes = size - 2;
  let done = false;
  if (kind == net.VIRTIO_NET_CTRL_RX) done = setMode(settings, command, data, bytes);
  else if (kind == net.VIRTIO_NET_CTRL_MAC) done = setAddress(settings, command, data, bytes);
  else if (kind == net.VIRTIO_NET_CTRL_MQ) done = setPairs(settings, command, data, bytes, pairs);
  else if (kind == net.VIRTIO_NET_CTRL_NOTF_COAL)
    done = setModeration(settings, command, data, bytes);
  return done ? net.VIRTIO_NET_CTRL_OK : net.VIRTIO_NET_CTRL_ERR;
}

function setMode(settings: Settings, command: u32, data: usize, bytes: u32): bool {
  if (bytes < 1) return false;
  const on = load<u8>(data) != 0;
  if (command == net.VIRTIO_NET_CTRL_RX_PROMISC) settings.promiscuous = on;
  else if (command == net.VIRTIO_NET_CTRL_RX_ALLMULTI) settings.allMulticast = on;
  else return false;
  return true;
}

function setAddress(settings: Settings, command: u32, data: usize, bytes: u32): bool {
  if (command == net.VIRTIO_NET_CTRL_MAC_TABLE_SET) return setFilter(settings, data, bytes);
  if (command != net.VIRTIO_NET_CTRL_MAC_ADDR_SET || bytes < MAC_BYTES) return false;
  memory.copy(settings.address, data, MAC_BYTES);
  return true;
}

/** Two tables, each a count and its addresses: unicast, then multicast. With too many of them the card filters nothing. */
function setFilter(settings: Settings, data: usize, bytes: u32): bool {
  let offset: u32 = 0;
  settings.filters = 0;
  settings.filtered = true;
  settings.overflow = false;
  for (let table = 0; table < 2; table++) {
    if (bytes - offset < 4 || offset > bytes) return false;
    const count = load<u32>(data + offset);
    offset += 4;
    if (count > (bytes - offset) / MAC_BYTES) return false;
    const kept = min(count, FILTER_ENTRIES - settings.filters);
    memory.copy(settings.filter + settings.filters * MAC_BYTES, data + offset, kept * MAC_BYTES);
    settings.filters += kept;
    if (kept < count) settings.overflow = true;
    offset += count * MAC_BYTES;
  }
  return true;
}

function setPairs(settings: Settings, command: u32, data: usize, bytes: u32, pairs: u32): bool {
  if (command == net.VIRTIO_NET_CTRL_MQ_RSS_CONFIG) return setScaling(settings, data, bytes, pairs);
  if (command != net.VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET || bytes < 2) return false;
  const wanted: u32 = load<u16>(data);
  if (wanted == 0 || wanted > pairs) return false;
  settings.pairs = wanted;
  settings.scaling = false;
  return true;
}

/** hash types, table mask, unclassified queue, table, most transmit queues, key length, key. */
function setScaling(settings: Settings, data: usize, bytes: u32, pairs: u32): bool {
  if (bytes < 8) return false;
  const types = load<u32>(data);
  const entries: u32 = <u32>load<u16>(data, 4) + 1;
  if (types & ~net.VIRTIO_NET_SUPPORTED_HASH_TYPES_RESET) return false;
  if (entries > TABLE_ENTRIES || (entries & (entries - 1)) != 0) return false;
  const behind: u32 = 8 + 2 * entries;
  if (bytes < behind + 3) return false;
  const keyBytes: u32 = load<u8>(data + behind + 2);
  if (keyBytes != KEY_BYTES || bytes < behind + 3 + keyBytes) return false;
  const most: u32 = load<u16>(data + behind);
  if (most == 0 || most > pairs || !tableIsFine(data, entries, pairs)) return false;
  settings.hashTypes = types;
  settings.tableMask = entries - 1;
  settings.unclassified = load<u16>(data, 6);
  for (let n: u32 = 0; n < entries; n++) {
    store<u16>(settings.table + 2 * n, load<u16>(data + 8 + 2 * n));
  }
  memory.copy(settings.key, data + behind + 3, keyBytes);
  settings.pairs = pairs;
  settings.scaling = true;
  return true;
}

/** All entries, the unclassified one in front included, name a pair: an entry is a receive queue's number without its bit 0. */
function tableIsFine(data: usize, entries: u32, pairs: u32): bool {
  for (let n: u32 = 0; n <= entries; n++) {
    if (load<u16>(data + 6 + 2 * n) >= <u16>pairs) return false;
  }
  return true;
}

/** max_packets, max_usecs. */
function setModeration(settings: Settings, command: u32, data: usize, bytes: u32): bool {
  if (bytes < 8) return false;
  const packets = load<u32>(data);
  const microseconds = load<u32>(data, 4);
  if (command == net.VIRTIO_NET_CTRL_NOTF_COAL_TX_SET) {
    settings.transmitPackets = packets;
    settings.transmitMicroseconds = microseconds;
  } else if (command == net.VIRTIO_NET_CTRL_NOTF_COAL_RX_SET) {
    settings.receivePackets = packets;
    settings.receiveMicroseconds = microseconds;
  } else {
    return false;
  }
  return true;
}
