/**
 * What the card understands of a frame: Ethernet II with IPv4 and, if it is no fragment, UDP or TCP. Checksums: RFC 1071;
 * flow hash: Toeplitz, as receive side scaling defines it (VIRTIO 1.3, 5.1.6.4).
 */
const ETHERNET_HEADER: u32 = 14;
const TYPE_IPV4: u32 = 0x0800;
const TCP: u32 = 6;
const UDP: u32 = 17;
/** Offset of the checksum in the header. */
const TCP_CHECKSUM: u32 = 16;
const UDP_CHECKSUM: u32 = 6;

/** A 16-bit number in network order. */
export function half(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

/** A 32-bit number in network order. */
export function whole(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Unfolded sum of 16-bit words in network order; an odd last byte is a word's upper half. */
export function sum(at: usize, bytes: u32): u32 {
  let total: u32 = 0;
  for (let n: u32 = 0; n + 1 < bytes; n += 2) total += half(at + n);
  if (bytes & 1) total += (<u32>load<u8>(at + bytes - 1)) << 8;
  return total;
}

/** Fold a sum to 16 bits. */
export function fold(total: u32): u32 {
  while (total >>> 16) total = (total & 0xffff) + (total >>> 16);
  return total;
}

/** Length of the IPv4 header of a frame, or 0 when it is no whole IPv4 packet. */
function ipv4Header(frame: usize, bytes: u32): u32 {
  if (bytes < ETHERNET_HEADER + 20 || half(frame + 12) != TYPE_IPV4) return 0;
  const ip = frame + ETHERNET_HEADER;
  const header = <u32>(load<u8>(ip) & 15) * 4;
  const length = half(ip + 2);
  const fits = header >= 20 && header <= length && ETHERNET_HEADER + length <= bytes;
  return load<u8>(ip) >>> 4 == 4 && fits ? header : 0;
}

/** Protocol of a frame that carries an unfragmented UDP or TCP header, else 0. */
function transport(frame: usize, header: u32): u32 {
  const ip = frame + ETHERNET_HEADER;
  const protocol: u32 = load<u8>(ip + 9);
  if (half(ip + 6) & 0x3fff) return 0;
  const needed: u32 = protocol == TCP ? 20 : 8;
  if (half(ip + 2) - header < needed) return 0;
  return protocol == TCP || protocol == UDP ? protocol : 0;
}

/** Whether the frame has a UDP or TCP checksum over IPv4 and it is right. */
export function hasGoodChecksum(frame: usize, bytes: u32): bool {
  const header = ipv4Header(frame, bytes);
  if (header == 0) return false;
  const protocol = transport(frame, header);
  if (protocol == 0) return false;
  const ip = frame + ETHERNET_HEADER;
  const segment = ip + header;
  const length = half(ip + 2) - header;
  if (protocol == UDP && (half(segment + UDP_CHECKSUM) == 0 || half(segment + 4) != length))
    return false;
  return fold(sum(ip + 12, 8) + protocol + length + sum(segment, length)) == 0xffff;
}

/**
 * Complete a checksum: the field holds the sum of the pseudo header.
 * @returns whether `start` and `offset` lie in the frame
 */
export function completeChecksum(frame: usize, bytes: u32, start: u32, offset: u32): bool {
  if (start >= bytes || start + offset + 2 > bytes) return false;
  const value = ~fold(sum(frame + start, bytes - start)) & 0xffff;
  const zeroMeansNone = offset == UDP_CHECKSUM && value == 0;
  store<u16>(frame + start + offset, bswap<u16>(<u16>(zeroMeansNone ? 0xffff : value)));
  return true;
}

/** Kinds of flows, which are also the bits of HASH_TYPE. */
export const FLOW_NONE: u32 = 0;
export const FLOW_IPV4: u32 = 1;
export const FLOW_TCPV4: u32 = 2;
export const FLOW_UDPV4: u32 = 4;

/** The finest kind of flow, of the allowed ones, that a frame belongs to. */
export function flowOf(frame: usize, bytes: u32, allowed: u32): u32 {
  const header = ipv4Header(frame, bytes);
  if (header == 0) return FLOW_NONE;
  const protocol = transport(frame, header);
  if (protocol == TCP && allowed & FLOW_TCPV4) return FLOW_TCPV4;
  if (protocol == UDP && allowed & FLOW_UDPV4) return FLOW_UDPV4;
  return allowed & FLOW_IPV4;
}

/**
 * Toeplitz hash of a frame's flow: source and destination address, and the ports unless the flow is FLOW_IPV4.
 * @param key 40 bytes
 */
export function flowHash(frame: usize, flow: u32, key: usize): u32 {
  const ip = frame + ETHERNET_HEADER;
  let hash = toeplitz(ip + 12, 8, key);
  if (flow != FLOW_IPV4) hash ^= toeplitz(ip + 4 * (load<u8>(ip) & 15), 4, key + 8);
  return hash;
}

function toeplitz(data: usize, bytes: u32, key: usize): u32 {
  let hash: u32 = 0;
  let window = ((<u64>whole(key)) << 32) | whole(key + 4);
  for (let n: u32 = 0; n < bytes; n++) {
    const byte: u32 = load<u8>(data + n);
    for (let bit: i32 = 7; bit >= 0; bit--) {
      if ((byte >>> bit) & 1) hash ^= <u32>(window >>> 32);
      window <<= 1;
    }
    window |= load<u8>(key + n + 8);
  }
  return hash;
}
