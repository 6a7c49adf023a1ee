/** IPv4 packets (RFC 791) without options and fragments: what a scripted peer sends, and all it accepts. */

import type { Ipv4Address } from './address.ts'
import { formatIpv4, parseIpv4 } from './address.ts'
import { fold, sumWords } from './checksum.ts'

export const protocol = { icmp: 1, udp: 17 } as const

export interface Ipv4Packet {
  source: Ipv4Address
  destination: Ipv4Address
  protocol: number
  identification: number
  timeToLive: number
  payload: Uint8Array
}

const headerBytes = 20
const dontFragment = 0x4000

/** The packet in `bytes`, or undefined when a length, the version or the checksum is wrong, or it is a fragment. */
export function parseIpv4Packet(bytes: Uint8Array): Ipv4Packet | undefined {
  if (bytes.length < headerBytes || bytes[0] >> 4 !== 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = (bytes[0] & 15) * 4
  const total = view.getUint16(2)
  if (header < headerBytes || total < header || total > bytes.length) return undefined
  if (fold(sumWords(bytes.subarray(0, header))) !== 0) return undefined
  if ((view.getUint16(6) & ~dontFragment) !== 0) return undefined
  return {
    source: formatIpv4(bytes.subarray(12, 16)),
    destination: formatIpv4(bytes.subarray(16, 20)),
    protocol: bytes[9],
    identification: view.getUint16(4),
    timeToLive: bytes[8],
    payload: bytes.subarray(header, total),
  }
}

export function serializeIpv4Packet(packet: Ipv4Packet): Uint8Array {
  const bytes = new Uint8Array(headerBytes + packet.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x45)
  view.setUint16(2, bytes.length)
  view.setUint16(4, packet.identification)
  view.setUint16(6, dontFragment)
  view.setUint8(8, packet.timeToLive)
  view.setUint8(9, packet.protocol)
  bytes.set(parseIpv4(packet.source), 12)
  bytes.set(parseIpv4(packet.destination), 16)
  view.setUint16(10, fold(sumWords(bytes.subarray(0, headerBytes))))
  bytes.set(packet.payload, headerBytes)
  return bytes
}

/** Sum over the pseudo-header that UDP's checksum covers (RFC 768). */
export function pseudoHeaderSum(
  packet: Pick<Ipv4Packet, 'source' | 'destination' | 'protocol'>,
  bytes: number,
): number {
  const addresses = sumWords(parseIpv4(packet.source), sumWords(parseIpv4(packet.destination)))
  return addresses + packet.protocol + bytes
}
