/** Ethernet II frames (IEEE 802.3 clause 3, type interpretation), without the frame check sequence. */

import type { MacAddress } from './address.ts'
import { formatMac, parseMac } from './address.ts'

export const etherType = { ipv4: 0x0800, arp: 0x0806 } as const

export interface EthernetFrame {
  destination: MacAddress
  source: MacAddress
  type: number
  payload: Uint8Array
}

const headerBytes = 14

/** The frame in `bytes`, or undefined when it is too short to be one. */
export function parseEthernet(bytes: Uint8Array): EthernetFrame | undefined {
  if (bytes.length < headerBytes) return undefined
  return {
    destination: formatMac(bytes.subarray(0, 6)),
    source: formatMac(bytes.subarray(6, 12)),
    type: (bytes[12] << 8) | bytes[13],
    payload: bytes.subarray(headerBytes),
  }
}

export function serializeEthernet(frame: EthernetFrame): Uint8Array {
  const bytes = new Uint8Array(headerBytes + frame.payload.length)
  bytes.set(parseMac(frame.destination), 0)
  bytes.set(parseMac(frame.source), 6)
  bytes[12] = frame.type >> 8
  bytes[13] = frame.type & 0xff
  bytes.set(frame.payload, headerBytes)
  return bytes
}
