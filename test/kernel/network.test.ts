import { beforeAll, describe, expect, it } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import type { WireFrame } from '../../host/net/network.ts'
import { guestEndpoint } from '../../host/net/network.ts'
import { broadcastMac } from '../../host/net/wire/address.ts'
import { parseArp, serializeArp } from '../../host/net/wire/arp.ts'
import { etherType, parseEthernet, serializeEthernet } from '../../host/net/wire/ethernet.ts'
import { parseIcmpEcho, serializeIcmpEcho } from '../../host/net/wire/icmp.ts'
import { parseIpv4Packet, protocol, serializeIpv4Packet } from '../../host/net/wire/ipv4.ts'
import { serializeUdp } from '../../host/net/wire/udp.ts'
import { testMachine } from './support.ts'

const peer = { mac: '52:55:0a:00:02:02', address: '10.0.2.2' }
const bytes = (text: string) => new TextEncoder().encode(text)

function ipFrame(number: number, payload: Uint8Array): Uint8Array {
  const packet = serializeIpv4Packet({
    source: peer.address,
    destination: guestEndpoint.address,
    protocol: number,
    identification: 7,
    timeToLive: 64,
    payload,
  })
  const destination = guestEndpoint.mac
  return serializeEthernet({ destination, source: peer.mac, type: etherType.ipv4, payload: packet })
}

function udpFrame(port: number, payload: string): Uint8Array {
  const addresses = { source: peer.address, destination: guestEndpoint.address }
  const datagram = { sourcePort: 3000, destinationPort: port, payload: bytes(payload) }
  return ipFrame(protocol.udp, serializeUdp(datagram, addresses))
}

describe('the network of the executive', () => {
  let machine: Machine
  let sent: Uint8Array[]

  /** Frames that the guest sends within a millisecond after these. */
  async function answersTo(...frames: Uint8Array[]): Promise<Uint8Array[]> {
    sent = []
    for (const frame of frames) machine.network.send(frame)
    await machine.run({ for: '1ms' })
    return sent
  }

  beforeAll(async () => {
    machine = await testMachine('sockets', { trace: true, link: { delay: '10us' } })
    machine.network.watch((frame: WireFrame) => {
      if (frame.direction === 'fromGuest') sent?.push(frame.bytes.slice())
    })
    await machine.run({ until: { text: 'send\n' }, for: '1s' })
    for (const port of [5002, 5003]) machine.network.udp({ port }).send('abc')
    await machine.run({ until: { text: 'send again\n' }, for: '1s' })
    for (const port of [5004, 5003]) machine.network.udp({ port }).send('def')
    await machine.run({ until: { text: 'ready\n' }, for: '1s' })
    await machine.run({ for: '1ms' })
  })

  it('completes at once, by event and by packet, as the rules say', () => {
    const lines = machine.consoleText.split('\n').filter((line) => line.includes(' '))
    expect(lines.filter((line) => line.includes('failed'))).toEqual([])
    for (const name of ['in use', 'S105', 'S81', 'event', 'too long']) {
      expect(lines).toContain(`${name} ok`)
    }
  })

  it('serves a blocking socket with several threads and no completion port', async () => {
    machine.trace()
    const sockets = [1, 2, 3].map(() => machine.network.udp({ port: 5000 }))
    const answers = sockets.map((socket, i) => socket.request(`blocking ${i}`))
    await machine.run({ for: '2ms' })
    const texts = (await Promise.all(answers)).map(
      (answer) => answer && new TextDecoder().decode(answer.payload),
    )
    expect(texts).toEqual(['blocking 0', 'blocking 1', 'blocking 2'])
    const kinds = new Set(machine.trace().records.map((record) => record.name))
    expect(kinds).toContain('irp.wake')
    expect([...kinds].filter((name) => name.startsWith('port.') || name === 'irp.packet')).toEqual(
      [],
    )
  })

  it('completes a pending receive as a packet of the port; S102: a short buffer takes the beginning', async () => {
    const socket = machine.network.udp({ port: 5001 })
    for (const [text, status, information] of [
      ['12345', 0, 5],
      ['123456789', 0x8000_0005, 8],
    ] as const) {
      const answer = socket.request(text)
      await machine.run({ for: '1ms' })
      const payload = (await answer)?.payload
      const view = new DataView(payload!.buffer, payload!.byteOffset)
      const words = [0, 4, 8, 12].map((offset) => view.getUint32(offset, true))
      expect(words).toEqual([status, information, 51, 0x1234])
    }
  })

  it('answers ARP requests for its address only', async () => {
    const request = (targetAddress: string) =>
      serializeEthernet({
        destination: broadcastMac,
        source: peer.mac,
        type: etherType.arp,
        payload: serializeArp({
          operation: 'request',
          senderMac: peer.mac,
          senderAddress: peer.address,
          targetMac: '00:00:00:00:00:00',
          targetAddress,
        }),
      })
    expect(await answersTo(request('10.0.2.77'))).toEqual([])
    const [reply] = await answersTo(request(guestEndpoint.address))
    const frame = parseEthernet(reply)!
    expect(frame.destination).toBe(peer.mac)
    expect(parseArp(frame.payload)).toMatchObject({
      operation: 'reply',
      senderMac: guestEndpoint.mac,
      senderAddress: guestEndpoint.address,
      targetMac: peer.mac,
      targetAddress: peer.address,
    })
  })

  it('answers a ping', async () => {
    const echo = {
      kind: 'request',
      identifier: 3,
      sequence: 9,
      payload: bytes('ping of odd length!'),
    } as const
    const [reply] = await answersTo(ipFrame(protocol.icmp, serializeIcmpEcho(echo)))
    const packet = parseIpv4Packet(parseEthernet(reply)!.payload)!
    expect(packet.destination).toBe(peer.address)
    expect(parseIcmpEcho(packet.payload)).toMatchObject({ ...echo, kind: 'reply' })
  })

  it('drops malformed frames and goes on', async () => {
    const good = udpFrame(5000, 'still here')
    const changed = (offset: number, value: number) => {
      const frame = good.slice()
      frame[offset] = value
      return frame
    }
    const bad = [
      good.slice(0, 14), // nothing behind the Ethernet header
      good.slice(0, 33), // half an IP header
      good.slice(0, 40), // half a UDP header
      good.slice(0, good.length - 1), // shorter than its total length
      changed(12, 0x99), // unknown protocol of Ethernet
      changed(14, 0x65), // IP version 6
      changed(14, 0x44), // header of 16 bytes
      changed(16, 0xff), // longer than the frame
      changed(20, 0x20), // a fragment
      changed(23, 6), // wrong header checksum by another protocol
      changed(24, good[24] ^ 1), // wrong header checksum
      changed(33, 99), // another address, wrong checksum
      changed(38, 0xff), // UDP longer than its packet
      changed(39, 7), // UDP shorter than its header
      changed(good.length - 1, 0), // wrong UDP checksum
      udpFrame(999, 'no socket'),
      ipFrame(6, bytes('TCP is not understood')),
      ipFrame(protocol.icmp, Uint8Array.of(8, 0, 1, 2)), // half an echo request
    ]
    expect(await answersTo(...bad)).toEqual([])
    expect(await answersTo(good)).toHaveLength(1)
  })
})
