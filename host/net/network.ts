/**
 * The network outside the machine: a link with a direction each way, and the peers behind it. Everything happens on the
 * timeline, so that a frame's fate depends on cycles and seeds alone.
 */

import type { Cycle } from '../machine/time.ts'
import { parseTime } from '../machine/time.ts'
import type { Entry, Timeline } from '../machine/timeline.ts'
import type { ClientOptions } from './clients.ts'
import { Clients } from './clients.ts'
import type { LinkOptions, Stage } from './link.ts'
import { direction } from './link.ts'
import type { Endpoint } from './peer.ts'
import { Peer } from './peer.ts'
import type { UdpOptions } from './udp.ts'
import { UdpSocket } from './udp.ts'
import type { Ipv4Address } from './wire/address.ts'
import { parseIpv4 } from './wire/address.ts'

/** The guest's addresses: the NIC's, and the one the executive is given. */
export const guestEndpoint: Endpoint = { mac: '52:54:00:12:34:56', address: '10.0.2.15' }

/** The peer that scripts use unless they name another, and behind which forwarded clients appear. */
export const gatewayAddress: Ipv4Address = '10.0.2.2'

/** A frame as it crosses the NIC's connector. */
export interface WireFrame {
  direction: 'toGuest' | 'fromGuest'
  /** Cycle of its last bit. */
  cycle: Cycle
  bytes: Uint8Array
}

/** What the network needs of the machine. */
export interface NetworkHost {
  readonly clockHz: number
  readonly seed: number | bigint
  readonly timeline: Timeline
  /** A frame's last bit is going to reach the NIC at `cycle`, which is not in the past. */
  deliver(bytes: Uint8Array, cycle: Cycle): void
  /** Promises have been settled; let the scripts that wait for them run before emulated time goes on. */
  settled(): void
}

const shortestFrame = 14
const longestFrame = 65_550

export class Network {
  /** Frames the guest sent, frames that were put on the link for it, and those of either kind the link lost. */
  readonly counts = { fromGuest: 0, toGuest: 0, lost: 0 }

  readonly #peers = new Map<Ipv4Address, Peer>()
  readonly #watchers: ((frame: WireFrame) => void)[] = []
  readonly #fromGuest: Stage
  readonly #toGuest: Stage
  #attached = true

  constructor(
    readonly host: NetworkHost,
    link: LinkOptions,
  ) {
    this.#fromGuest = direction(link, host, 'fromGuest')
    this.#toGuest = direction(link, host, 'toGuest')
    this.peer(gatewayAddress)
  }

  /** The present, in cycles. */
  get now(): Cycle {
    return this.host.timeline.now
  }

  /** The peer at `address` (10.0.2.2 unless given), made when it does not exist yet. */
  peer(address: Ipv4Address = gatewayAddress): Peer {
    const known = this.#peers.get(address)
    if (known !== undefined) return known
    const bytes = parseIpv4(address)
    const mac = ['52:55', ...Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))]
    const peer = new Peer(mac.join(':'), address, guestEndpoint, (frame) => this.send(frame))
    this.#peers.set(address, peer)
    return peer
  }

  /** A UDP socket of a peer, for talking to one port of the guest. */
  udp(options: UdpOptions): UdpSocket {
    return new UdpSocket(this, options)
  }

  /** Clients that each send a request, wait for its answer, and go on. They start at once. */
  clients(options: ClientOptions): Clients {
    return new Clients(this, options)
  }

  /** See every frame as it leaves the NIC or reaches it. */
  watch(watcher: (frame: WireFrame) => void): void {
    this.#watchers.push(watcher)
  }

  /** Put a frame on the link towards the guest now. Throws a RangeError when no NIC could receive it. */
  send(bytes: Uint8Array): void {
    if (bytes.length < shortestFrame || bytes.length > longestFrame) {
      throw new RangeError(
        `malformed frame: ${bytes.length} bytes, expected ${shortestFrame} to ${longestFrame}`,
      )
    }
    this.counts.toGuest++
    const arrivals = this.#toGuest.carry(bytes, this.now)
    if (arrivals.length === 0) this.counts.lost++
    for (const { frame, cycle } of arrivals) this.host.deliver(frame, cycle)
  }

  /** The guest's NIC has sent a frame. */
  transmitted(bytes: Uint8Array, cycle: Cycle): void {
    this.counts.fromGuest++
    this.seen({ direction: 'fromGuest', cycle, bytes })
    if (!this.#attached) return
    const arrivals = this.#fromGuest.carry(bytes, cycle)
    if (arrivals.length === 0) this.counts.lost++
    for (const arrival of arrivals) {
      this.host.timeline.add(arrival.cycle, () => {
        for (const peer of this.#peers.values()) peer.receive(arrival.frame)
      })
    }
  }

  /** Tell the watchers of a frame. */
  seen(frame: WireFrame): void {
    for (const watcher of this.#watchers) watcher(frame)
  }

  /** Leave the guest's frames unanswered: in a replay, the recording holds what the peers answered. */
  detach(): void {
    this.#attached = false
  }

  /** Call `action` after a duration such as `10ms`. */
  after(duration: string | Cycle, action: () => void): Entry {
    return this.host.timeline.add(this.now + this.cycles(duration), action)
  }

  /** Cycles of a duration. */
  cycles(duration: string | Cycle): Cycle {
    return typeof duration === 'number' ? duration : parseTime(duration, this.host.clockHz)
  }
}
