import { namedWords } from './decode.ts'
import type { TraceRecord } from './decode.ts'
import { callName, explain, sourceName } from './explanations.ts'
import type { Joined } from './operations.ts'
import { TrackEventWriter } from './trackEvents.ts'
import type { Happening, Track } from './trackEvents.ts'

/**
 * A run as a Perfetto trace: one track per NIC, interrupt line, hart, DPC queue, completion port, thread and task. What may overlap
 * on a track (packets in a port) is an instant. A flow with the operation's number joins its events over all tracks.
 */

export interface PerfettoOptions {
  /** Cycles per second, which turns cycles into the format's nanoseconds. */
  clockHz: number
  /** Name of the symbol at an address, for the tracks of tasks. */
  functionName?: (address: number) => string | undefined
}

const NANOSECONDS = 1e9
/** A task names its function by its descriptor, whose symbol ends so. */
const DESCRIPTOR = /\.descriptor$/

/** Groups of tracks, top to bottom. */
const groups = ['NIC', 'interrupt lines', 'harts', 'DPC queues', 'ports', 'threads', 'tasks']

const hexadecimal = (value: number) => `0x${value.toString(16)}`

class Exporter {
  private readonly writer = new TrackEventWriter(groups)
  private readonly joined: Joined
  private readonly options: PerfettoOptions
  /** Code or descriptor address of each task's function. */
  private readonly functions = new Map<number, number>()
  /** Running thread of each hart. */
  private readonly running = new Map<number, number>()

  constructor(joined: Joined, options: PerfettoOptions) {
    this.joined = joined
    this.options = options
  }

  export(records: readonly TraceRecord[]): Uint8Array {
    for (const record of records) this.handlers[record.name]?.(record)
    const last = records.at(-1)
    return this.writer.finish(last ? this.time(last) : 0)
  }

  private readonly handlers: Partial<Record<string, (record: TraceRecord) => void>> = {
    'interrupt.raise': (record) => this.begin(this.line(record), record, 'high'),
    'interrupt.lower': (record) => this.end(this.line(record), record),
    'interrupt.claim': (record) => {
      if (record.a !== 0) this.instant(this.line(record), record)
    },
    'hart.sleep': (record) => this.begin(this.hart(record), record, 'sleep'),
    'hart.wake': (record) => this.end(this.hart(record), record),
    'isr.enter': (record) =>
      this.begin(this.hart(record), record, `service routine of ${sourceName(record.a)}`),
    'isr.exit': (record) => this.end(this.hart(record), record),
    'dpc.enter': (record) =>
      this.begin(this.dpcQueue(record), record, `DPC ${hexadecimal(record.a)}`),
    'dpc.exit': (record) => this.end(this.dpcQueue(record), record),
    'syscall.enter': (record) => this.instant(this.thread(record.b), record, callName(record.a)),
    'packet.dequeue': (record) => this.instant(this.current(record), record),
    'thread.ready': (record) => this.instant(this.thread(record.a), record),
    'irp.wake': (record) => this.instant(this.thread(record.b), record),
    'thread.switch': (record) => {
      this.running.set(record.hart, record.b)
      this.end(this.thread(record.a), record)
      this.begin(this.thread(record.b), record, 'running')
    },
    'task.start': (record) => this.startTask(record),
    'await.suspend': (record) => this.turn(record, `suspended at line ${record.b}`),
    'await.resume': (record) => this.turn(record, 'running'),
    'await.ready': (record) => this.instant(this.task(record.a), record),
    'task.complete': (record) => this.end(this.task(record.a), record),
    ...this.instants(() => this.nic(), ['wire.receive', 'wire.transmit', 'nic.notify']),
    ...this.instants(
      () => this.nic(),
      ['nic.receive', 'nic.transmit', 'nic.interrupt', 'nic.drop'],
    ),
    ...this.instants((record) => this.port(record), ['port.insert', 'port.remove']),
    ...this.instants((record) => this.port(record), ['port.park', 'port.release']),
    ...this.instants((record) => this.dpcQueue(record), ['dpc.insert', 'dpc.request', 'dpc.pop']),
    ...this.instants((record) => this.dpcQueue(record), ['driver.receive', 'driver.sent']),
    ...this.instants((record) => this.hart(record), ['driver.transmit', 'irp.create']),
    ...this.instants((record) => this.hart(record), ['irp.complete', 'device.error', 'bus.fault']),
  }

  private instants(track: (record: TraceRecord) => Track, names: readonly string[]) {
    return Object.fromEntries(
      names.map((name) => [name, (record: TraceRecord) => this.instant(track(record), record)]),
    )
  }

  private nic(): Track {
    return this.writer.track('NIC', 0, () => 'NIC')
  }

  private line({ a: source }: TraceRecord): Track {
    return this.writer.track('interrupt lines', source, () => sourceName(source))
  }

  private hart({ hart }: TraceRecord): Track {
    return this.writer.track('harts', hart, () => `hart ${hart}`)
  }

  private dpcQueue({ hart }: TraceRecord): Track {
    return this.writer.track('DPC queues', hart, () => `DPC queue of hart ${hart}`)
  }

  private port({ a: port }: TraceRecord): Track {
    return this.writer.track('ports', port, () => `port ${hexadecimal(port)}`)
  }

  private thread(address: number): Track {
    return this.writer.track('threads', address, () => `thread ${hexadecimal(address)}`)
  }

  /** The thread that runs where a record of the program itself was written. */
  private current(record: TraceRecord): Track {
    return this.thread(record.b || (this.running.get(record.hart) ?? 0))
  }

  private task(address: number): Track {
    return this.writer.track('tasks', address, () => {
      const code = this.functions.get(address)
      const name = code === undefined ? undefined : this.options.functionName?.(code)
      return `${name?.replace(DESCRIPTOR, '') ?? 'task'} ${hexadecimal(address)}`
    })
  }

  /** A new task may use the memory of one that ended while suspended. */
  private startTask(record: TraceRecord): void {
    this.functions.set(record.a, record.b)
    this.turn(record, 'running')
  }

  private turn(record: TraceRecord, state: string): void {
    const track = this.task(record.a)
    this.end(track, record)
    this.begin(track, record, state)
  }

  private begin(track: Track, record: TraceRecord, name: string): void {
    this.writer.begin(track, this.happening(record, name))
  }

  private instant(track: Track, record: TraceRecord, name = record.name): void {
    this.writer.instant(track, this.happening(record, name))
  }

  private end(track: Track, record: TraceRecord): void {
    this.writer.end(track, this.time(record))
  }

  private happening(record: TraceRecord, name: string): Happening {
    return {
      time: this.time(record),
      name,
      category: record.layer,
      flows: this.joined.operationsOf(record),
      annotations: [
        { name: 'cycle', value: record.cycle },
        ...namedWords(record),
        { name: 'meaning', value: explain(record) },
      ],
    }
  }

  private time(record: TraceRecord): number {
    return Math.round((record.cycle * NANOSECONDS) / this.options.clockHz)
  }
}

/** The bytes of a `.pftrace` file, to be opened at ui.perfetto.dev. Records must be in cycle order. */
export function perfettoTrace(
  records: readonly TraceRecord[],
  joined: Joined,
  options: PerfettoOptions,
): Uint8Array {
  return new Exporter(joined, options).export(records)
}
