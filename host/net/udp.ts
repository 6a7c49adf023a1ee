/** UDP sockets of scripted peers, used with `await` in emulated time. */

import type { Cycle } from '../machine/time.ts'
import type { Entry } from '../machine/timeline.ts'
import type { Network } from './network.ts'
import { guestEndpoint } from './network.ts'
import type { Datagram, Peer } from './peer.ts'
import type { Ipv4Address } from './wire/address.ts'

export interface UdpOptions {
  /** Port of the guest to talk to. */
  port: number
  /** Address of the peer that owns the socket; 10.0.2.2 unless given. */
  from?: Ipv4Address
  /** The socket's own port; a free one unless given. */
  localPort?: number
}

/** An answer with its time. */
export interface UdpReply {
  payload: Uint8Array
  /** Cycle at which its last bit reached the peer. */
  cycle: Cycle
}

/** Somebody who awaits a datagram. */
interface Waiter {
  resolve: (reply: UdpReply | undefined) => void
  timer: Entry | undefined
}

export class UdpSocket {
  readonly port: number
  readonly localPort: number
  readonly #network: Network
  readonly #peer: Peer
  readonly #waiting: Waiter[] = []
  readonly #queue: UdpReply[] = []
  #listener: ((reply: UdpReply) => void) | undefined

  constructor(network: Network, options: UdpOptions) {
    this.#network = network
    this.#peer = network.peer(options.from)
    this.port = checkPort(options.port)
    this.localPort = this.#peer.bind(options.localPort, (datagram) => this.#receive(datagram))
  }

  /** Send a datagram to the guest's port now. */
  send(payload: Uint8Array | string): void {
    const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
    this.#peer.sendUdp(this.localPort, guestEndpoint.address, this.port, bytes)
  }

  /** Call `listener` for every datagram from now on, in place of queueing it for `receive`. */
  listen(listener: (reply: UdpReply) => void): void {
    this.#listener = listener
  }

  /** The next datagram from the guest; undefined when none comes within `timeout`. */
  receive(timeout?: string | Cycle): Promise<UdpReply | undefined> {
    const ready = this.#queue.shift()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve) => {
      const waiter: Waiter = { resolve, timer: undefined }
      this.#waiting.push(waiter)
      if (timeout !== undefined) {
        waiter.timer = this.#network.after(timeout, () => this.#giveUp(waiter))
      }
    })
  }

  /** Send, and wait for the next datagram. */
  request(payload: Uint8Array | string, timeout?: string | Cycle): Promise<UdpReply | undefined> {
    this.send(payload)
    return this.receive(timeout)
  }

  close(): void {
    this.#peer.unbind(this.localPort)
  }

  #receive(datagram: Datagram): void {
    const reply = { payload: datagram.payload, cycle: this.#network.now }
    if (this.#listener !== undefined) {
      this.#listener(reply)
      return
    }
    const waiter = this.#waiting.shift()
    if (waiter === undefined) {
      this.#queue.push(reply)
      return
    }
    if (waiter.timer !== undefined) this.#network.host.timeline.cancel(waiter.timer)
    waiter.resolve(reply)
    this.#network.host.settled()
  }

  #giveUp(waiter: Waiter): void {
    this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
    waiter.resolve(undefined)
    this.#network.host.settled()
  }
}

/** A UDP port number, or a RangeError. */
function checkPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw new RangeError(`${port} is not a port: write a number from 1 to 65535`)
  }
  return port
}
