/**
 * A closed-loop load: a number of clients, each with one request under way. A client sends, waits for the answer or the timeout,
 * thinks, and sends the next. All of it runs in callbacks on the timeline, so it costs little and waits for no promise.
 */

import { equalBytes } from '../bytes.ts'
import type { Cycle } from '../machine/time.ts'
import type { Entry } from '../machine/timeline.ts'
import type { Network } from './network.ts'
import type { UdpReply } from './udp.ts'
import type { UdpSocket } from './udp.ts'
import type { Ipv4Address } from './wire/address.ts'

export interface ClientOptions {
  /** Port of the guest. */
  port: number
  /** Number of clients; 1 unless given. */
  count?: number
  /** Requests of each client; without a number they never end. */
  requests?: number
  /** Bytes of a request, or the request itself; 32 bytes unless given. */
  payload?: number | ((client: number, sequence: number) => Uint8Array)
  /** How long a client waits for an answer before it sends the request again; 10ms unless given. */
  timeout?: string | Cycle
  /** Pause between an answer and the next request; none unless given. */
  think?: string | Cycle
  /** Client n sends its first request after n times this; none unless given. */
  stagger?: string | Cycle
  /** Whether a datagram answers a request; unless given, it must be equal to it, as of an echo. */
  answers?: (request: Uint8Array, reply: Uint8Array) => boolean
  /** Address of the peer the clients are on; 10.0.2.2 unless given. */
  from?: Ipv4Address
}

interface Client {
  socket: UdpSocket
  number: number
  /** Number of its current request. */
  sequence: number
  request: Uint8Array
  sentAt: Cycle
  timer: Entry | undefined
}

export class Clients {
  /** Cycles from the first sending of each answered request to its answer, in order of the answers. */
  readonly latencies: Cycle[] = []
  /** Cycle of each of these answers. */
  readonly answeredAt: Cycle[] = []
  /** Requests begun, answers received, timeouts, and datagrams that answered nothing. */
  readonly counts = { requests: 0, answers: 0, timeouts: 0, strays: 0 }

  readonly #network: Network
  readonly #options: Required<Omit<ClientOptions, 'from'>>
  readonly #timeout: Cycle
  readonly #think: Cycle
  #running: number

  constructor(network: Network, options: ClientOptions) {
    this.#network = network
    this.#options = {
      count: 1,
      requests: Infinity,
      payload: 32,
      timeout: '10ms',
      think: 0,
      stagger: 0,
      answers: equalBytes,
      ...options,
    }
    this.#timeout = network.cycles(this.#options.timeout)
    this.#think = network.cycles(this.#options.think)
    this.#running = this.#options.count
    const stagger = network.cycles(this.#options.stagger)
    for (let number = 0; number < this.#options.count; number++) {
      const socket = network.udp({ port: options.port, from: options.from })
      const client: Client = {
        socket,
        number,
        sequence: -1,
        request: nothing,
        sentAt: 0,
        timer: undefined,
      }
      socket.listen((reply) => this.#receive(client, reply))
      network.after(number * stagger, () => this.#begin(client))
    }
  }

  /** True when every client has made all its requests. */
  get finished(): boolean {
    return this.#running === 0
  }

  #begin(client: Client): void {
    client.sequence++
    if (client.sequence >= this.#options.requests) {
      this.#running--
      client.socket.close()
      return
    }
    this.counts.requests++
    client.request = this.#payload(client)
    client.sentAt = this.#network.now
    this.#send(client)
  }

  #send(client: Client): void {
    client.socket.send(client.request)
    client.timer = this.#network.after(this.#timeout, () => {
      this.counts.timeouts++
      this.#send(client)
    })
  }

  #receive(client: Client, reply: UdpReply): void {
    if (client.request === nothing || !this.#options.answers(client.request, reply.payload)) {
      this.counts.strays++
      return
    }
    this.counts.answers++
    this.latencies.push(reply.cycle - client.sentAt)
    this.answeredAt.push(reply.cycle)
    client.request = nothing
    if (client.timer !== undefined) this.#network.host.timeline.cancel(client.timer)
    if (this.#think === 0) this.#begin(client)
    else this.#network.after(this.#think, () => this.#begin(client))
  }

  #payload(client: Client): Uint8Array {
    const { payload } = this.#options
    if (typeof payload === 'function') return payload(client.number, client.sequence)
    const bytes = new Uint8Array(Math.max(payload, 8))
    const view = new DataView(bytes.buffer)
    view.setUint32(0, client.number)
    view.setUint32(4, client.sequence)
    return bytes
  }
}

/** Stands for "no request under way". */
const nothing = new Uint8Array(0)
