import { describe, expect, it } from 'vitest'
import { Timeline } from '../machine/timeline.ts'
import type { LinkOptions } from './link.ts'
import { gatewayAddress, guestEndpoint, Network } from './network.ts'
import { Peer } from './peer.ts'
import { serializeArp, parseArp } from './wire/arp.ts'
import { etherType, parseEthernet, serializeEthernet } from './wire/ethernet.ts'
import { parseIcmpEcho, serializeIcmpEcho } from './wire/icmp.ts'
import type { Ipv4Packet } from './wire/ipv4.ts'
import { parseIpv4Packet, protocol, serializeIpv4Packet } from './wire/ipv4.ts'

/** A guest made of the same parts: it echoes what comes to port 7 after `work` cycles. */
class Bench {
  readonly timeline = new Timeline()
  readonly network: Network
  readonly delivered: { cycle: number; bytes: Uint8Array }[] = []
  readonly guest: Peer

  constructor(link: LinkOptions = {}, work = 100, seed = 1) {
    const deliver = (bytes: Uint8Array, cycle: number) => {
      this.timeline.add(cycle, () => {
        this.delivered.push({ cycle, bytes })
        this.guest.receive(bytes)
      })
    }
    const host = { clockHz: 1e9, seed, timeline: this.timeline, deliver, settled: () => {} }
    this.network = new Network(host, link)
    const gateway = this.network.peer()
    this.guest = new Peer(guestEndpoint.mac, guestEndpoint.address, gateway, (frame) =>
      this.timeline.add(this.timeline.now + work, () =>
        this.network.transmitted(frame, this.timeline.now),
      ),
    )
    this.guest.bind(7, ({ source, sourcePort, payload }) =>
      this.guest.sendUdp(7, source, sourcePort, payload),
    )
  }

  run(until = Infinity): this {
    while (this.timeline.step(until));
    return this
  }
}

describe('a peer', () => {
  it('answers ARP for its own address only', () => {
    const bench = new Bench()
    for (const targetAddress of [gatewayAddress, '10.0.2.77']) {
      const request = serializeArp({
        operation: 'request',
        senderMac: guestEndpoint.mac,
        senderAddress: guestEndpoint.address,
        targetMac: '00:00:00:00:00:00',
        targetAddress,
      })
      bench.network.transmitted(
        serializeEthernet({
          destination: 'ff:ff:ff:ff:ff:ff',
          source: guestEndpoint.mac,
          type: etherType.arp,
          payload: request,
        }),
        0,
      )
    }
    bench.run()
    expect(bench.delivered).toHaveLength(1)
    const frame = parseEthernet(bench.delivered[0].bytes)
    expect(frame?.destination).toBe(guestEndpoint.mac)
    expect(parseArp(frame?.payload as Uint8Array)).toMatchObject({
      operation: 'reply',
      senderMac: '52:55:0a:00:02:02',
      senderAddress: gatewayAddress,
    })
  })

  it('answers echo requests', () => {
    const bench = new Bench({ delay: '1us' })
    const echo = {
      kind: 'request' as const,
      identifier: 1,
      sequence: 2,
      payload: new Uint8Array(9),
    }
    const packet = serializeIpv4Packet({
      source: guestEndpoint.address,
      destination: gatewayAddress,
      protocol: protocol.icmp,
      identification: 0,
      timeToLive: 64,
      payload: serializeIcmpEcho(echo),
    })
    bench.network.transmitted(
      serializeEthernet({
        destination: bench.network.peer().mac,
        source: guestEndpoint.mac,
        type: etherType.ipv4,
        payload: packet,
      }),
      10,
    )
    bench.run()
    expect(bench.delivered.map(({ cycle }) => cycle)).toEqual([2010])
    const reply = parseIpv4Packet(bench.delivered[0].bytes.subarray(14)) as Ipv4Packet
    expect(parseIcmpEcho(reply.payload)).toEqual({ ...echo, kind: 'reply' })
  })

  it('counts what it cannot understand, and goes on', () => {
    const bench = new Bench()
    const { mac } = bench.network.peer()
    const header = { destination: mac, source: guestEndpoint.mac }
    bench.network.transmitted(new Uint8Array(3), 0)
    bench.network.transmitted(
      serializeEthernet({ ...header, type: 0x1234, payload: new Uint8Array(46) }),
      0,
    )
    bench.network.transmitted(
      serializeEthernet({ ...header, type: etherType.ipv4, payload: new Uint8Array(46) }),
      0,
    )
    bench.run()
    expect(bench.network.peer().refused).toBe(3)
    expect(bench.delivered).toEqual([])
  })

  it('gives out every port once', () => {
    const bench = new Bench()
    bench.network.udp({ port: 7, localPort: 5000 })
    expect(() => bench.network.udp({ port: 7, localPort: 5000 })).toThrow('port 5000')
    expect(() => bench.network.udp({ port: 70_000 })).toThrow('70000 is not a port')
  })
})

describe('a UDP socket', () => {
  it('gets its answer after both ways and the work between', async () => {
    const bench = new Bench({ delay: '50us' }, 100)
    const answer = bench.network.udp({ port: 7 }).request('hello')
    bench.run()
    expect(await answer).toMatchObject({ cycle: 100_100 })
    expect(new TextDecoder().decode((await answer)?.payload)).toBe('hello')
  })

  it('gives up after its timeout', async () => {
    const bench = new Bench({ loss: 1 })
    const answer = bench.network.udp({ port: 7 }).request('hello', '1ms')
    bench.run()
    expect(await answer).toBeUndefined()
    expect(bench.timeline.now).toBe(1_000_000)
  })

  it('leaves no timer behind an answer', async () => {
    const bench = new Bench()
    const answer = bench.network.udp({ port: 7 }).request('hello', '1s')
    bench.run()
    expect(await answer).toBeDefined()
    expect(bench.timeline.now).toBe(100)
  })
})

describe('clients', () => {
  it('each keep one request under way', () => {
    const bench = new Bench({ delay: '10us' }, 500)
    const clients = bench.network.clients({ port: 7, count: 3, requests: 4 })
    bench.run()
    expect(clients.finished).toBe(true)
    expect(clients.counts).toEqual({ requests: 12, answers: 12, timeouts: 0, strays: 0 })
    expect(new Set(clients.latencies)).toEqual(new Set([20_500]))
    expect(bench.timeline.now).toBe(4 * 20_500)
  })

  it('send again what was lost, and count the whole time', () => {
    const bench = new Bench({ loss: 0.2 }, 500)
    const clients = bench.network.clients({ port: 7, count: 4, requests: 50, timeout: '1ms' })
    bench.run()
    expect(clients.counts.answers).toBe(200)
    expect(clients.counts.timeouts).toBe(bench.network.counts.lost)
    expect(clients.counts.timeouts).toBeGreaterThan(40)
    expect(Math.max(...clients.latencies)).toBeGreaterThan(1_000_000)
  })

  it('think and start apart', () => {
    const bench = new Bench({}, 500)
    const clients = bench.network.clients({
      port: 7,
      count: 2,
      requests: 2,
      think: '1us',
      stagger: '10us',
    })
    bench.run()
    expect(clients.finished).toBe(true)
    expect(bench.timeline.now).toBe(10_000 + 2 * 1500)
  })

  it('do the same with the same seed only', () => {
    const outcome = (seed: number) => {
      const bench = new Bench({ loss: 0.1 }, 500, seed)
      return bench.network
        .clients({ port: 7, count: 8, requests: 20 })
        .latencies.concat(bench.run().delivered.map(({ cycle }) => cycle))
    }
    expect(outcome(1)).toEqual(outcome(1))
    expect(outcome(1)).not.toEqual(outcome(2))
  })
})

describe('the network', () => {
  it.each([0, 13, 65_551])('refuses a frame of %d bytes', (bytes) => {
    expect(() => new Bench().network.send(new Uint8Array(bytes))).toThrow(
      `malformed frame: ${bytes} bytes, expected 14 to 65550`,
    )
  })

  it('answers nothing once detached', () => {
    const bench = new Bench()
    bench.network.udp({ port: 7 }).send('hello')
    bench.network.detach()
    bench.run()
    expect(bench.network.counts).toEqual({ fromGuest: 1, toGuest: 1, lost: 0 })
  })
})
