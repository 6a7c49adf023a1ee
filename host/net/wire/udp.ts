/** UDP datagrams (RFC 768). */

import { fold, sumWords } from './checksum.ts'
import type { Ipv4Packet } from './ipv4.ts'
import { protocol, pseudoHeaderSum } from './ipv4.ts'

export interface UdpDatagram {
  sourcePort: number
  destinationPort: number
  payload: Uint8Array
}

const headerBytes = 8

/** The datagram carried by `packet`, or undefined when its length or checksum is wrong. */
export function parseUdp(packet: Ipv4Packet): UdpDatagram | undefined {
  const bytes = packet.payload
  if (bytes.length < headerBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint16(4)
  if (length < headerBytes || length > bytes.length) return undefined
  const datagram = bytes.subarray(0, length)
  const hasChecksum = view.getUint16(6) !== 0
  if (hasChecksum && fold(sumWords(datagram, pseudoHeaderSum(packet, length))) !== 0) {
    return undefined
  }
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    payload: datagram.subarray(headerBytes),
  }
}

/** The datagram's bytes; its checksum covers the addresses too. */
export function serializeUdp(
  datagram: UdpDatagram,
  addresses: Pick<Ipv4Packet, 'source' | 'destination'>,
): Uint8Array {
  const bytes = new Uint8Array(headerBytes + datagram.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, datagram.sourcePort)
  view.setUint16(2, datagram.destinationPort)
  view.setUint16(4, bytes.length)
  bytes.set(datagram.payload, headerBytes)
  const pseudo = pseudoHeaderSum({ ...addresses, protocol: protocol.udp }, bytes.length)
  // A checksum of zero means "none", so zero is sent as its other form.
  view.setUint16(6, fold(sumWords(bytes, pseudo)) || 0xffff)
  return bytes
}
