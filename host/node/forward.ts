/**
 * The way to the real network: a UDP socket of the host for a port of the guest. A datagram from outside becomes one from the peer
 * 10.0.2.2 at the current emulated cycle, and every client has a port of its own there, so that answers find back.
 *
 * Here, and only here, emulated time has to do with host time: a machine that forwards does not run away from the clock on the wall, and
 * one that has nothing to do waits for the next datagram.
 */

import type { RemoteInfo, Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Machine } from '../machine/machine.ts'
import type { RunReport } from '../machine/report.ts'
import type { Cycle } from '../machine/time.ts'
import { parseTime } from '../machine/time.ts'
import type { UdpSocket } from '../net/udp.ts'

/** A port of this computer that cannot be had. */
export class ForwardError extends Error {
  override readonly name = 'ForwardError'
}

/** A port of the host that leads to a port of the guest. */
export interface Forwarding {
  hostPort: number
  guestPort: number
}

/** `udp:HOST:GUEST`, both ports from 1 to 65535. Throws a RangeError. */
export function parseForwarding(text: string): Forwarding {
  const match = /^udp:(\d+):(\d+)$/.exec(text)
  const ports = match?.slice(1).map(Number) ?? []
  if (ports.length !== 2 || ports.some((port) => port < 1 || port > 0xffff)) {
    throw new RangeError(`"${text}" is not a forwarding: write udp:HOST:GUEST, such as udp:9053:53`)
  }
  return { hostPort: ports[0], guestPort: ports[1] }
}

/** Clients that have been silent longest are forgotten beyond this many. */
const mostClients = 4096
/** A waiting machine looks at the clock this often, in milliseconds. */
const tick = 1
/** One that nothing but a datagram can wake looks less often. */
const longTick = 50
/** A machine with work or timers may be so far ahead of the clock: too little to notice, enough to answer at once. */
const leadMilliseconds = 5

type Receiver = (payload: Uint8Array, from: RemoteInfo) => void

/** Open ports of this computer. Datagrams that come before a machine runs wait for it. */
export class OpenPorts {
  readonly #ports: { socket: Socket; guestPort: number; early: [Uint8Array, RemoteInfo][] }[] = []
  readonly #receivers: Receiver[] = []

  /** Open the ports. Throws a ForwardError that names the one that cannot be had. */
  static async open(forwardings: readonly Forwarding[]): Promise<OpenPorts> {
    const ports = new OpenPorts()
    try {
      for (const forwarding of forwardings) await ports.#open(forwarding)
    } catch (error) {
      ports.close()
      throw error
    }
    return ports
  }

  async #open({ hostPort, guestPort }: Forwarding): Promise<void> {
    const port = {
      socket: createSocket('udp4'),
      guestPort,
      early: [] as [Uint8Array, RemoteInfo][],
    }
    const index = this.#ports.push(port) - 1
    port.socket.on('message', (payload, from) => {
      const receiver = this.#receivers[index]
      if (receiver === undefined) port.early.push([payload, from])
      else receiver(payload, from)
    })
    try {
      port.socket.bind(hostPort, '127.0.0.1')
      await once(port.socket, 'listening')
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      const reason = taken ? 'it is in use' : (error as Error).message
      throw new ForwardError(`cannot open UDP port ${hostPort} of this computer: ${reason}`)
    }
  }

  /** Hand all datagrams over, from the first one on. */
  connect(receiverFor: (socket: Socket, guestPort: number) => Receiver): void {
    this.#ports.forEach(({ socket, guestPort, early }, index) => {
      const receiver = receiverFor(socket, guestPort)
      this.#receivers[index] = receiver
      for (const [payload, from] of early.splice(0)) receiver(payload, from)
    })
  }

  close(): void {
    for (const { socket } of this.#ports.splice(0)) socket.close()
  }
}

/** Carries datagrams between a socket of this computer and the machine. */
class Forwarder {
  readonly #clients = new Map<string, UdpSocket>()

  constructor(
    private readonly machine: Machine,
    private readonly socket: Socket,
    private readonly guestPort: number,
    private readonly pace: Pace,
  ) {}

  receive(payload: Uint8Array, from: RemoteInfo): void {
    const bytes = Uint8Array.from(payload)
    this.machine.timeline.advance(this.pace.present)
    this.#client(from).send(bytes)
    this.pace.wake()
  }

  #client(from: RemoteInfo): UdpSocket {
    const key = `${from.address} ${from.port}`
    const known = this.#clients.get(key)
    this.#clients.delete(key)
    const client = known ?? this.#newClient(from)
    this.#clients.set(key, client)
    return client
  }

  #newClient(from: RemoteInfo): UdpSocket {
    if (this.#clients.size >= mostClients) {
      const [oldest, client] = this.#clients.entries().next().value as [string, UdpSocket]
      this.#clients.delete(oldest)
      client.close()
    }
    const client = this.machine.network.udp({ port: this.guestPort })
    client.listen(({ payload }) => this.socket.send(payload, from.port, from.address))
    return client
  }
}

export interface ForwardedRun {
  /** Closed when the run ends. */
  ports: OpenPorts
  /** Emulated time at which the run ends, such as `10s`. */
  until?: string
  signal?: AbortSignal
  onProgress?: (cycle: Cycle) => void
}

/** Run a machine with open ports until its guest ends, `until` is reached or the signal is given. */
export async function runForwarded(machine: Machine, run: ForwardedRun): Promise<RunReport> {
  const pace = new Pace(machine)
  const stop = () => pace.wake()
  run.signal?.addEventListener('abort', stop)
  try {
    // The guest gets its first milliseconds to open its sockets before anything comes.
    await machine.run({ until: pace.limit, signal: run.signal })
    run.ports.connect((socket, guestPort) => {
      const forwarder = new Forwarder(machine, socket, guestPort, pace)
      return (payload, from) => forwarder.receive(payload, from)
    })
    return await runPaced(machine, pace, run)
  } finally {
    run.signal?.removeEventListener('abort', stop)
    run.ports.close()
  }
}

async function runPaced(machine: Machine, pace: Pace, run: ForwardedRun): Promise<RunReport> {
  const { signal, onProgress } = run
  const end = run.until === undefined ? Infinity : parseTime(run.until, machine.clockHz)
  for (;;) {
    const until = Math.min(pace.limit, end)
    const report = await machine.run({ until, signal, onProgress })
    const waits = report.stopReason === 'limit' || report.stopReason === 'idle'
    if (!waits || signal?.aborted === true) return report
    if (pace.present >= end || machine.cycles >= end) return { ...report, stopReason: 'limit' }
    await pace.wait(report.stopReason === 'idle' ? longTick : tick)
  }
}

/** How far emulated time may go: it goes on with the clock on the wall while the machine waits, and stands still while it works. */
class Pace {
  readonly #machine: Machine
  readonly #cyclesPerMillisecond: number
  #waited: Cycle = 0
  #waitingSince: number | undefined
  #awaken: (() => void) | undefined

  constructor(machine: Machine) {
    this.#machine = machine
    this.#cyclesPerMillisecond = machine.clockHz / 1000
  }

  /** The cycle at which a datagram that comes now enters. */
  get present(): Cycle {
    return Math.max(this.#waited + this.#waiting(), this.#machine.timeline.now)
  }

  /** The cycle up to which the machine may run. */
  get limit(): Cycle {
    return this.#waited + leadMilliseconds * this.#cyclesPerMillisecond
  }

  /** Wait for so many milliseconds, or for `wake`. */
  async wait(milliseconds: number): Promise<void> {
    this.#waitingSince = performance.now()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#awaken = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#waited += this.#waiting()
    this.#waitingSince = undefined
    this.#awaken = undefined
  }

  readonly wake = (): void => this.#awaken?.()

  #waiting(): Cycle {
    if (this.#waitingSince === undefined) return 0
    return Math.floor((performance.now() - this.#waitingSince) * this.#cyclesPerMillisecond)
  }
}
