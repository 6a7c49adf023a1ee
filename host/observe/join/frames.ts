import type { TraceRecord } from '../decode.ts'
import type { Context, Handlers } from './context.ts'
import { Episode } from './episode.ts'
import type { Operation } from './episode.ts'

/**
 * Follows frames between the wire and the driver's buffers. A frame and an operation meet at `irp.buffer`. Buffers are reused in both
 * directions, so what the operation is shows only afterwards: the driver transmits the buffer, or the operation completes
 * with a frame in it that nobody else has claimed.
 */

/** What a driver's buffer holds. */
interface BufferState {
  direction: 'receive' | 'transmit'
  episode: Episode
  frame: number | null
  /** Cycle before which nothing can belong to this frame. */
  since: number
  claimed: boolean
}

/** Queue numbers of virtio-net: even ones receive, odd ones transmit. */
const isTransmitQueue = (queue: number) => queue % 2 === 1

export class FrameTracker {
  private readonly context: Context
  private readonly arrivals = new Map<number, Episode>()
  private readonly departures = new Map<number, Episode>()
  private readonly buffers = new Map<number, BufferState>()
  /** Operations that have met a buffer and not shown their direction yet, by its address. */
  private readonly undecided = new Map<number, Operation>()
  /** Transmissions that wait for their doorbell. */
  private unannounced: Episode[] = []

  constructor(context: Context) {
    this.context = context
  }

  readonly handlers: Handlers = {
    'wire.receive': (record) => void this.arrivals.set(record.a, new Episode(record)),
    'nic.receive': (record) => this.fill(record),
    'driver.receive': (record) => this.indicate(record),
    'irp.buffer': (record) => this.meet(record),
    'irp.complete': (record) => this.decide(record),
    'driver.transmit': (record) => this.transmit(record),
    'nic.notify': (record) => this.announce(record),
    'nic.transmit': (record) => this.read(record),
    'wire.transmit': (record) => this.departures.get(record.a)?.add(record),
    'driver.sent': (record) => this.sent(record),
  }

  private fill(record: TraceRecord): void {
    const episode = this.arrivals.get(record.a) ?? new Episode()
    this.arrivals.delete(record.a)
    const since = episode.records[0]?.cycle ?? record.cycle
    episode.add(record)
    this.buffers.set(record.b, {
      direction: 'receive',
      episode,
      frame: record.a,
      since,
      claimed: false,
    })
  }

  private indicate(record: TraceRecord): void {
    const buffer = this.buffers.get(record.a)
    if (buffer?.direction !== 'receive') return
    buffer.episode.add(record)
    buffer.episode.addCause(this.context.hart(record.hart).dpc)
  }

  private meet(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.add(record)
    const underWay = this.buffers.get(record.b)
    if (underWay?.direction === 'transmit' && underWay.frame === null) {
      this.attach(operation, record.b)
    } else this.undecided.set(record.b, operation)
  }

  private transmit(record: TraceRecord): void {
    this.transmission(record.a).episode.add(record)
    const operation = this.undecided.get(record.a)
    if (operation) this.attach(operation, record.a)
  }

  /** A send that completes before its buffer goes to the driver waits for the address of its neighbour. */
  private decide(record: TraceRecord): void {
    for (const [address, operation] of this.undecided) {
      if (operation.id !== record.a) continue
      const buffer = this.buffers.get(address)
      if (buffer?.direction === 'receive' && !buffer.claimed) this.claim(operation, buffer)
      else this.attach(operation, address)
      this.undecided.delete(address)
    }
  }

  private claim(operation: Operation, buffer: BufferState): void {
    buffer.claimed = true
    operation.kind = 'receive'
    operation.frame = buffer.frame
    buffer.episode.join(operation, buffer.since)
  }

  private attach(operation: Operation, address: number): void {
    operation.kind = 'send'
    this.transmission(address).episode.join(operation)
    this.undecided.delete(address)
  }

  /** The transmission under way from this buffer, begun when the driver or the protocol mentions it first. */
  private transmission(address: number): BufferState {
    const current = this.buffers.get(address)
    if (current?.direction === 'transmit' && current.frame === null) return current
    const episode = new Episode()
    const state: BufferState = {
      direction: 'transmit',
      episode,
      frame: null,
      since: 0,
      claimed: true,
    }
    this.buffers.set(address, state)
    this.unannounced.push(episode)
    return state
  }

  private announce(record: TraceRecord): void {
    if (!isTransmitQueue(record.a)) return
    for (const episode of this.unannounced) episode.add(record)
    this.unannounced = []
  }

  private read(record: TraceRecord): void {
    const buffer = this.buffers.get(record.b)
    if (buffer?.direction !== 'transmit') return
    buffer.frame = record.a
    buffer.since = record.cycle
    buffer.episode.add(record)
    for (const operation of buffer.episode.operations()) operation.frame = record.a
    this.departures.set(record.a, buffer.episode)
    this.unannounced = this.unannounced.filter((episode) => episode !== buffer.episode)
  }

  /** A buffer that comes back after its operation has completed is the driver's own housekeeping. */
  private sent(record: TraceRecord): void {
    const buffer = this.buffers.get(record.a)
    if (buffer?.direction !== 'transmit') return
    if (buffer.episode.operations().every(({ status }) => status !== null)) return
    buffer.episode.add(record)
    buffer.episode.addCause(this.context.hart(record.hart).dpc, buffer.since)
  }
}
