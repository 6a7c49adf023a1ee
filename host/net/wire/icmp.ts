/** ICMP echo (RFC 792). */

import { fold, sumWords } from './checksum.ts'

export interface IcmpEcho {
  kind: 'request' | 'reply'
  identifier: number
  sequence: number
  payload: Uint8Array
}

const headerBytes = 8
const echoReply = 0
const echoRequest = 8

/** The echo message in `bytes`, or undefined when it is another message or its checksum is wrong. */
export function parseIcmpEcho(bytes: Uint8Array): IcmpEcho | undefined {
  if (bytes.length < headerBytes || fold(sumWords(bytes)) !== 0) return undefined
  if ((bytes[0] !== echoReply && bytes[0] !== echoRequest) || bytes[1] !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    kind: bytes[0] === echoRequest ? 'request' : 'reply',
    identifier: view.getUint16(4),
    sequence: view.getUint16(6),
    payload: bytes.subarray(headerBytes),
  }
}

export function serializeIcmpEcho(echo: IcmpEcho): Uint8Array {
  const bytes = new Uint8Array(headerBytes + echo.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, echo.kind === 'request' ? echoRequest : echoReply)
  view.setUint16(4, echo.identifier)
  view.setUint16(6, echo.sequence)
  bytes.set(echo.payload, headerBytes)
  view.setUint16(2, fold(sumWords(bytes)))
  return bytes
}
