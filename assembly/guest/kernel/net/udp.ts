import { datagramArrived } from './afd';
import { at, IP_OFFSET, NetBuffer, UDP_DATA_OFFSET, UDP_OFFSET } from './buffer';
import { addToSum, foldSum } from './checksum';
import { LOCAL_ADDRESS } from './config';
import { netCounters } from './counters';
import { PROTOCOL_UDP, sendIp } from './ipv4';
import { load16, store16 } from './order';

/** UDP (RFC 768): validation, the table of bound ports, sending. At DISPATCH. */

export const UDP_HEADER_BYTES: u32 = 8;
const SOURCE_PORT: usize = 0;
const DESTINATION_PORT: usize = 2;
const LENGTH: usize = 4;
const CHECKSUM: usize = 6;
const FIRST_EPHEMERAL: u32 = 49152;
const PORTS: u32 = 65536;
const BUCKETS: u32 = 64;

/** What a bound port leads to; the first part of an AFD endpoint. */
@unmanaged
export class UdpEndpoint {
  next: UdpEndpoint;
  port: u32;
}

const buckets = memory.data(4 * 64, 4);
let nextEphemeral: u32 = FIRST_EPHEMERAL;

function bucketOf(port: u32): usize {
  return buckets + ((<usize>(port & (BUCKETS - 1))) << 2);
}

/** The endpoint bound to a port, or null. */
export function findEndpoint(port: u32): UdpEndpoint {
  let endpoint = changetype<UdpEndpoint>(load<usize>(bucketOf(port)));
  while (changetype<usize>(endpoint) && endpoint.port != port) endpoint = endpoint.next;
  return endpoint;
}

/** Bind to a port, 0 for any free one; false when it is taken, or all are. */
export function bindEndpoint(endpoint: UdpEndpoint, port: u32): bool {
  if (!port) port = freePort();
  if (!port || changetype<usize>(findEndpoint(port))) return false;
  endpoint.port = port;
  const bucket = bucketOf(port);
  endpoint.next = changetype<UdpEndpoint>(load<usize>(bucket));
  store<usize>(bucket, changetype<usize>(endpoint));
  return true;
}

function freePort(): u32 {
  for (let tries = FIRST_EPHEMERAL; tries < PORTS; tries++) {
    const port = nextEphemeral;
    nextEphemeral = port + 1 < PORTS ? port + 1 : FIRST_EPHEMERAL;
    if (!changetype<usize>(findEndpoint(port))) return port;
  }
  return 0;
}

/** Undo bindEndpoint. */
export function unbindEndpoint(endpoint: UdpEndpoint): void {
  if (!endpoint.port) return;
  const bucket = bucketOf(endpoint.port);
  let place = bucket;
  while (load<usize>(place) != changetype<usize>(endpoint)) place = load<usize>(place); // `next` is word 0
  store<usize>(place, changetype<usize>(endpoint.next));
  endpoint.port = 0;
}

/** A UDP datagram for us or for all; true when the buffer was taken. */
export function receiveUdp(
  buffer: NetBuffer,
  source: u32,
  destination: u32,
  header: usize,
  bytes: u32,
): bool {
  const length: u32 = bytes < UDP_HEADER_BYTES ? 0 : load16(header + LENGTH);
  if (
    length < UDP_HEADER_BYTES ||
    length > bytes ||
    !isIntact(source, destination, header, length)
  ) {
    netCounters.badUdp++;
    return false;
  }
  const endpoint = findEndpoint(load16(header + DESTINATION_PORT));
  if (!changetype<usize>(endpoint)) {
    netCounters.noPort++;
    return false;
  }
  buffer.data = header + UDP_HEADER_BYTES;
  buffer.dataBytes = length - UDP_HEADER_BYTES;
  buffer.address = source;
  buffer.port = load16(header + SOURCE_PORT);
  return datagramArrived(endpoint, buffer);
}

/** Sum of the pseudo header (RFC 768); the addresses are numbers in host order. */
function pseudoSum(source: u32, destination: u32, length: u32): u64 {
  const words = <u64>bswap<u32>(source) + <u64>bswap<u32>(destination);
  return words + <u64>(PROTOCOL_UDP << 8) + <u64>bswap<u16>(<u16>length);
}

function isIntact(source: u32, destination: u32, header: usize, length: u32): bool {
  if (!load<u16>(header + CHECKSUM)) return true; // the sender made none
  return foldSum(addToSum(pseudoSum(source, destination, length), header, length)) == 0;
}

/** Send the `bytes` of data at UDP_DATA_OFFSET. The buffer is taken. */
export function sendUdp(buffer: NetBuffer, from: u32, address: u32, port: u32, bytes: u32): void {
  const header = at(buffer, UDP_OFFSET);
  const length = UDP_HEADER_BYTES + bytes;
  store16(header + SOURCE_PORT, from);
  store16(header + DESTINATION_PORT, port);
  store16(header + LENGTH, length);
  store<u16>(header + CHECKSUM, 0);
  const sum = foldSum(addToSum(pseudoSum(LOCAL_ADDRESS, address, length), header, length));
  store<u16>(header + CHECKSUM, sum ? <u16>sum : 0xffff); // 0 would mean none
  sendIp(buffer, PROTOCOL_UDP, address, length);
}

/** Where the data of a datagram to be sent goes. */
export function dataOf(buffer: NetBuffer): usize {
  return at(buffer, UDP_DATA_OFFSET);
}

/** Bytes of headers between the network header and the data. */
export const UDP_OVERHEAD: usize = UDP_DATA_OFFSET - IP_OFFSET;
