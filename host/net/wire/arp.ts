/** ARP for IPv4 over Ethernet (RFC 826). */

import type { Ipv4Address, MacAddress } from './address.ts'
import { formatIpv4, formatMac, parseIpv4, parseMac } from './address.ts'

export interface ArpPacket {
  operation: 'request' | 'reply'
  senderMac: MacAddress
  senderAddress: Ipv4Address
  targetMac: MacAddress
  targetAddress: Ipv4Address
}

const packetBytes = 28
/** Hardware type Ethernet, protocol type IPv4, address lengths 6 and 4. */
const fixedPart = [0, 1, 8, 0, 6, 4]

/** The packet in `bytes`, or undefined when it is not a request or reply for IPv4 over Ethernet. */
export function parseArp(bytes: Uint8Array): ArpPacket | undefined {
  if (bytes.length < packetBytes || !fixedPart.every((byte, i) => bytes[i] === byte)) {
    return undefined
  }
  const code = (bytes[6] << 8) | bytes[7]
  if (code !== 1 && code !== 2) return undefined
  return {
    operation: code === 1 ? 'request' : 'reply',
    senderMac: formatMac(bytes.subarray(8, 14)),
    senderAddress: formatIpv4(bytes.subarray(14, 18)),
    targetMac: formatMac(bytes.subarray(18, 24)),
    targetAddress: formatIpv4(bytes.subarray(24, 28)),
  }
}

export function serializeArp(packet: ArpPacket): Uint8Array {
  const bytes = new Uint8Array(packetBytes)
  bytes.set(fixedPart, 0)
  bytes[7] = packet.operation === 'request' ? 1 : 2
  bytes.set(parseMac(packet.senderMac), 8)
  bytes.set(parseIpv4(packet.senderAddress), 14)
  bytes.set(parseMac(packet.targetMac), 18)
  bytes.set(parseIpv4(packet.targetAddress), 24)
  return bytes
}
