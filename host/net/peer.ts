/**
 * A scripted computer on the far side of the link: an Ethernet and IPv4 address, answers to ARP and ICMP echo, and UDP ports
 * with handlers. It takes no emulated time to think; whatever a frame makes it send leaves at the cycle the frame arrived.
 */

import type { Ipv4Address, MacAddress } from './wire/address.ts'
import { broadcastMac } from './wire/address.ts'
import type { ArpPacket } from './wire/arp.ts'
import { parseArp, serializeArp } from './wire/arp.ts'
import type { EthernetFrame } from './wire/ethernet.ts'
import { etherType, parseEthernet, serializeEthernet } from './wire/ethernet.ts'
import { parseIcmpEcho, serializeIcmpEcho } from './wire/icmp.ts'
import type { Ipv4Packet } from './wire/ipv4.ts'
import { parseIpv4Packet, protocol, serializeIpv4Packet } from './wire/ipv4.ts'
import { parseUdp, serializeUdp } from './wire/udp.ts'

export interface Endpoint {
  mac: MacAddress
  address: Ipv4Address
}

/** A datagram for one of the peer's ports. */
export interface Datagram {
  source: Ipv4Address
  sourcePort: number
  payload: Uint8Array
}

const firstEphemeralPort = 49152
const timeToLive = 64

export class Peer implements Endpoint {
  /** Frames for this peer in which something was wrong: a length, a checksum, an unknown protocol or port. */
  refused = 0

  readonly #ports = new Map<number, (datagram: Datagram) => void>()
  readonly #neighbours = new Map<Ipv4Address, MacAddress>()
  #identification = 0
  #nextPort = firstEphemeralPort

  /** `send` hands a frame to the link; `guest` is known to the peer without asking. */
  constructor(
    readonly mac: MacAddress,
    readonly address: Ipv4Address,
    guest: Endpoint,
    private readonly send: (frame: Uint8Array) => void,
  ) {
    this.#neighbours.set(guest.address, guest.mac)
  }

  /** Give a UDP port a handler; without a number, a free one. Returns the port. Throws when it is taken. */
  bind(port: number | undefined, handler: (datagram: Datagram) => void): number {
    const chosen = port ?? this.#freePort()
    if (this.#ports.has(chosen)) throw new Error(`UDP port ${chosen} of ${this.address} is taken`)
    this.#ports.set(chosen, handler)
    return chosen
  }

  unbind(port: number): void {
    this.#ports.delete(port)
  }

  sendUdp(sourcePort: number, to: Ipv4Address, destinationPort: number, payload: Uint8Array): void {
    const addresses = { source: this.address, destination: to }
    const datagram = serializeUdp({ sourcePort, destinationPort, payload }, addresses)
    this.#sendIpv4(to, protocol.udp, datagram)
  }

  /** A frame arrives from the link. */
  receive(bytes: Uint8Array): void {
    const frame = parseEthernet(bytes)
    if (frame === undefined) {
      this.refused++
      return
    }
    if (frame.destination !== this.mac && frame.destination !== broadcastMac) return
    if (frame.type === etherType.arp) this.#receiveArp(parseArp(frame.payload))
    else if (frame.type === etherType.ipv4) this.#receiveIpv4(frame)
    else this.refused++
  }

  #receiveArp(packet: ArpPacket | undefined): void {
    if (packet === undefined) {
      this.refused++
      return
    }
    this.#neighbours.set(packet.senderAddress, packet.senderMac)
    if (packet.operation !== 'request' || packet.targetAddress !== this.address) return
    const reply = serializeArp({
      operation: 'reply',
      senderMac: this.mac,
      senderAddress: this.address,
      targetMac: packet.senderMac,
      targetAddress: packet.senderAddress,
    })
    this.#sendFrame(packet.senderMac, etherType.arp, reply)
  }

  #receiveIpv4(frame: EthernetFrame): void {
    const packet = parseIpv4Packet(frame.payload)
    if (packet !== undefined && packet.destination !== this.address) return
    const understood =
      packet !== undefined &&
      (packet.protocol === protocol.udp ? this.#receiveUdp(packet) : this.#receiveIcmp(packet))
    if (!understood) this.refused++
  }

  #receiveUdp(packet: Ipv4Packet): boolean {
    const datagram = parseUdp(packet)
    const handler = datagram && this.#ports.get(datagram.destinationPort)
    if (datagram === undefined || handler === undefined) return false
    handler({
      source: packet.source,
      sourcePort: datagram.sourcePort,
      payload: datagram.payload.slice(),
    })
    return true
  }

  #receiveIcmp(packet: Ipv4Packet): boolean {
    const echo = packet.protocol === protocol.icmp ? parseIcmpEcho(packet.payload) : undefined
    if (echo === undefined) return false
    if (echo.kind === 'request') {
      const reply = serializeIcmpEcho({ ...echo, kind: 'reply' })
      this.#sendIpv4(packet.source, protocol.icmp, reply)
    }
    return true
  }

  #sendIpv4(destination: Ipv4Address, number: number, payload: Uint8Array): void {
    const packet = serializeIpv4Packet({
      source: this.address,
      destination,
      protocol: number,
      identification: this.#identification++ & 0xffff,
      timeToLive,
      payload,
    })
    this.#sendFrame(this.#neighbours.get(destination) ?? broadcastMac, etherType.ipv4, packet)
  }

  #sendFrame(destination: MacAddress, type: number, payload: Uint8Array): void {
    this.send(serializeEthernet({ destination, source: this.mac, type, payload }))
  }

  #freePort(): number {
    for (let tries = firstEphemeralPort; tries < 0x10000; tries++) {
      const port = this.#nextPort
      this.#nextPort = port === 0xffff ? firstEphemeralPort : port + 1
      if (!this.#ports.has(port)) return port
    }
    throw new Error(`${this.address} has no free UDP port`)
  }
}
