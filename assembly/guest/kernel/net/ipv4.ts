import { sendToNeighbour } from './arp';
import { at, IP_OFFSET, NetBuffer, releaseBuffer } from './buffer';
import { checksum } from './checksum';
import { BROADCAST_ADDRESS, GATEWAY_ADDRESS, LOCAL_ADDRESS, NETWORK_MASK } from './config';
import { netCounters } from './counters';
import { HEADER_BYTES } from './ethernet';
import { receiveIcmp } from './icmp';
import { load16, load32, store16, store32 } from './order';
import { receiveUdp } from './udp';

/**
 * IPv4 (RFC 791, RFC 1122 §3.2.1): validation, demultiplexing, sending to the neighbour or the gateway. Fragments are counted
 * and dropped, options are skipped, nothing is forwarded.
 */

export const IP_HEADER_BYTES: u32 = 20;
export const PROTOCOL_ICMP: u32 = 1;
export const PROTOCOL_UDP: u32 = 17;
const LIMITED_BROADCAST: u32 = 0xffff_ffff;
const TIME_TO_LIVE: u32 = 64;
const TOTAL_LENGTH: usize = 2;
const FRAGMENT: usize = 6;
const TTL: usize = 8;
const PROTOCOL: usize = 9;
const HEADER_CHECKSUM: usize = 10;
const SOURCE: usize = 12;
const DESTINATION: usize = 16;
/** "More fragments" and the offset. */
const FRAGMENT_BITS: u32 = 0x3fff;

let identification: u32 = 0;

/** A frame of type IPv4. */
export function receiveIp(buffer: NetBuffer): void {
  const header = at(buffer, IP_OFFSET);
  const headerBytes = ((<u32>load<u8>(header)) & 15) << 2;
  const total = load16(header + TOTAL_LENGTH);
  if (!isValid(header, headerBytes, total, buffer.bytes)) {
    netCounters.badIp++;
  } else if (load16(header + FRAGMENT) & FRAGMENT_BITS) {
    netCounters.fragments++;
  } else if (!isOurs(load32(header + DESTINATION))) {
    netCounters.notOurs++;
  } else if (deliver(buffer, header, header + headerBytes, total - headerBytes)) {
    return;
  }
  releaseBuffer(buffer);
}

function isValid(header: usize, headerBytes: u32, total: u32, frameBytes: u32): bool {
  if (frameBytes < HEADER_BYTES + IP_HEADER_BYTES) return false;
  if (load<u8>(header) >> 4 != 4 || headerBytes < IP_HEADER_BYTES) return false;
  if (total < headerBytes || frameBytes < HEADER_BYTES + total) return false;
  return checksum(header, headerBytes) == 0;
}

function isOurs(address: u32): bool {
  return address == LOCAL_ADDRESS || address == BROADCAST_ADDRESS || address == LIMITED_BROADCAST;
}

/** Hand the payload on; true when the buffer was taken. */
function deliver(buffer: NetBuffer, header: usize, payload: usize, bytes: u32): bool {
  const protocol: u32 = load<u8>(header + PROTOCOL);
  const source = load32(header + SOURCE);
  if (protocol == PROTOCOL_UDP) {
    return receiveUdp(buffer, source, load32(header + DESTINATION), payload, bytes);
  }
  if (protocol == PROTOCOL_ICMP && load32(header + DESTINATION) == LOCAL_ADDRESS) {
    return receiveIcmp(buffer, source, payload, bytes);
  }
  netCounters.badIp++;
  return false;
}

/** Put a header before `bytes` of payload that lie behind it, and send. The buffer is taken. */
export function sendIp(buffer: NetBuffer, protocol: u32, destination: u32, bytes: u32): void {
  const header = at(buffer, IP_OFFSET);
  const total = IP_HEADER_BYTES + bytes;
  store16(header, 0x4500);
  store16(header + TOTAL_LENGTH, total);
  store16(header + 4, identification++);
  store16(header + FRAGMENT, 0x4000); // do not fragment
  store<u8>(header + TTL, <u8>TIME_TO_LIVE);
  store<u8>(header + PROTOCOL, <u8>protocol);
  store<u16>(header + HEADER_CHECKSUM, 0);
  store32(header + SOURCE, LOCAL_ADDRESS);
  store32(header + DESTINATION, destination);
  store<u16>(header + HEADER_CHECKSUM, <u16>checksum(header, IP_HEADER_BYTES));
  const local = (destination & NETWORK_MASK) == (LOCAL_ADDRESS & NETWORK_MASK);
  sendToNeighbour(buffer, local ? destination : GATEWAY_ADDRESS, total);
}
