import { describe, expect, it } from 'vitest'
import { parseIpv4, parseMac } from './address.ts'
import { parseArp, serializeArp } from './arp.ts'
import { fold, sumWords } from './checksum.ts'
import { etherType, parseEthernet, serializeEthernet } from './ethernet.ts'
import { parseIcmpEcho, serializeIcmpEcho } from './icmp.ts'
import type { Ipv4Packet } from './ipv4.ts'
import { parseIpv4Packet, protocol, serializeIpv4Packet } from './ipv4.ts'
import { parseUdp, serializeUdp } from './udp.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const text = (value: string) => new TextEncoder().encode(value)

describe('addresses', () => {
  it.each(['1.2.3', '1.2.3.256', 'a.b.c.d', ''])('refuses "%s"', (address) => {
    expect(() => parseIpv4(address)).toThrow('is not an IPv4 address')
  })

  it.each(['52:54:00:12:34', '52:54:00:12:34:5g', ''])('refuses "%s"', (address) => {
    expect(() => parseMac(address)).toThrow('is not an Ethernet address')
  })
})

describe('checksum', () => {
  it('is the one of the example in RFC 1071 section 3', () => {
    const bytes = Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])
    expect(sumWords(bytes)).toBe(0x2ddf0)
    expect(fold(0x2ddf0)).toBe(0x220d)
  })

  it('pads an odd byte', () => {
    expect(sumWords(Uint8Array.of(1))).toBe(0x100)
  })
})

describe('ethernet', () => {
  const frame = {
    destination: 'ff:ff:ff:ff:ff:ff',
    source: '52:54:00:12:34:56',
    type: etherType.arp,
    payload: text('x'),
  }

  it('round-trips', () => {
    expect(parseEthernet(serializeEthernet(frame))).toEqual(frame)
    expect(hex(serializeEthernet(frame))).toBe('ffffffffffff525400123456080678')
  })

  it('needs a whole header', () => {
    expect(parseEthernet(new Uint8Array(13))).toBeUndefined()
  })
})

describe('arp', () => {
  const packet = {
    operation: 'request' as const,
    senderMac: '52:54:00:12:34:56',
    senderAddress: '10.0.2.15',
    targetMac: '00:00:00:00:00:00',
    targetAddress: '10.0.2.2',
  }

  it('round-trips', () => {
    const bytes = serializeArp(packet)
    expect(hex(bytes)).toBe('00010800060400015254001234560a00020f0000000000000a000202')
    expect(parseArp(bytes)).toEqual(packet)
  })

  it('refuses other hardware, other operations and short packets', () => {
    for (const [index, value] of [
      [1, 6],
      [7, 3],
    ]) {
      const bytes = serializeArp(packet)
      bytes[index] = value
      expect(parseArp(bytes)).toBeUndefined()
    }
    expect(parseArp(serializeArp(packet).subarray(0, 27))).toBeUndefined()
  })
})

describe('ipv4 and udp', () => {
  const addresses = { source: '10.0.2.2', destination: '10.0.2.15' }
  const packet = (payload: Uint8Array): Ipv4Packet => ({
    ...addresses,
    protocol: protocol.udp,
    identification: 7,
    timeToLive: 64,
    payload,
  })
  const datagram = { sourcePort: 49152, destinationPort: 7, payload: text('hello') }

  it('round-trips, padding of the frame cut off', () => {
    const bytes = serializeIpv4Packet(packet(serializeUdp(datagram, addresses)))
    const padded = new Uint8Array(60)
    padded.set(bytes)
    const parsed = parseIpv4Packet(padded)
    expect(parsed).toEqual(packet(serializeUdp(datagram, addresses)))
    expect(parseUdp(parsed as Ipv4Packet)).toEqual(datagram)
  })

  it('has checksums over the right bytes', () => {
    const bytes = serializeIpv4Packet(packet(serializeUdp(datagram, addresses)))
    expect(hex(bytes)).toMatchInlineSnapshot(
      `"4500002100074000401122b50a0002020a00020fc0000007000de3e968656c6c6f"`,
    )
  })

  it('sends a zero checksum in its other form', () => {
    // The two words of payload are chosen so that the sum folds to 0xffff.
    const zero = { sourcePort: 0, destinationPort: 0, payload: new Uint8Array(2) }
    const bare = serializeUdp(zero, addresses)
    const missing = (bare[6] << 8) | bare[7]
    zero.payload = Uint8Array.of(missing >> 8, missing & 0xff)
    expect(hex(serializeUdp(zero, addresses).subarray(6, 8))).toBe('ffff')
  })

  it.each([
    ['a short header', (b: Uint8Array) => b.subarray(0, 19)],
    ['version 6', (b: Uint8Array) => patch(b, 0, 0x65)],
    ['a header of 16 bytes', (b: Uint8Array) => patch(b, 0, 0x44)],
    ['a length beyond the frame', (b: Uint8Array) => patch(b, 2, 0x7f)],
    ['a wrong checksum', (b: Uint8Array) => patch(b, 10, b[10] ^ 1)],
    ['a fragment', (b: Uint8Array) => checksummed(patch(b, 6, 0x20))],
  ])('refuses %s', (_, change) => {
    const bytes = serializeIpv4Packet(packet(serializeUdp(datagram, addresses)))
    expect(parseIpv4Packet(change(bytes))).toBeUndefined()
  })

  it('refuses datagrams with a wrong length or checksum', () => {
    const good = serializeUdp(datagram, addresses)
    expect(parseUdp(packet(good.subarray(0, 7)))).toBeUndefined()
    expect(parseUdp(packet(patch(good.slice(), 5, 200)))).toBeUndefined()
    expect(parseUdp(packet(patch(good.slice(), 9, 0)))).toBeUndefined()
    expect(parseUdp(packet(patch(patch(good.slice(), 6, 0), 7, 0)))).toEqual(datagram)
  })
})

describe('icmp', () => {
  const echo = { kind: 'request' as const, identifier: 3, sequence: 9, payload: text('ping!') }

  it('round-trips', () => {
    expect(parseIcmpEcho(serializeIcmpEcho(echo))).toEqual(echo)
  })

  it('refuses wrong checksums and other messages', () => {
    const bytes = serializeIcmpEcho(echo)
    expect(parseIcmpEcho(patch(bytes.slice(), 9, 0))).toBeUndefined()
    expect(parseIcmpEcho(patch(bytes.slice(), 0, 3))).toBeUndefined()
  })
})

function patch(bytes: Uint8Array, index: number, value: number): Uint8Array {
  bytes[index] = value
  return bytes
}

/** The packet with its header checksum made right again. */
function checksummed(bytes: Uint8Array): Uint8Array {
  bytes.fill(0, 10, 12)
  const sum = fold(sumWords(bytes.subarray(0, 20)))
  return patch(patch(bytes, 10, sum >> 8), 11, sum & 0xff)
}
