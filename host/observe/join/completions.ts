import type { TraceRecord } from '../decode.ts'
import { Pending } from './context.ts'
import type { Context, Handlers } from './context.ts'
import type { Episode, Operation } from './episode.ts'

/** Follows a completion from the driver through the port, or straight to the blocked thread, to the thread that gets it. */

export class CompletionTracker {
  private readonly context: Context
  private readonly packets = new Map<number, Operation>()
  /** Port records of packets whose operation is not known yet. */
  private readonly orphans = new Pending<TraceRecord>()
  /** Operations whose thread the port has released but no one has made ready. */
  private released: { operation: Operation; thread: number; cycle: number }[] = []
  private readonly readied = new Map<number, Operation>()

  constructor(context: Context) {
    this.context = context
  }

  readonly handlers: Handlers = {
    'irp.pending': (record) => this.context.operation(record.a).add(record),
    'irp.complete': (record) => this.complete(record),
    'irp.packet': (record) => this.packet(record),
    'irp.wake': (record) => this.wake(record),
    'port.insert': (record) => this.port(record, record.b),
    'port.remove': (record) => this.port(record, record.b),
    'port.release': (record) => this.release(record),
    'port.park': (record) => void this.context.causes.delete(record.b),
    'thread.ready': (record) => this.ready(record),
    'thread.switch': (record) => this.switch(record),
  }

  /** A hart takes the port's line: the interrupt serves every release that is still on its way. */
  claimed(interrupt: Episode): void {
    for (const { operation, cycle } of this.released) interrupt.join(operation, cycle)
  }

  private complete(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.status = record.b
    operation.add(record)
  }

  private packet(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.add(record)
    // A timer's wait has no driver to complete it: its packet is its completion.
    operation.status ??= 0
    this.packets.set(record.b, operation)
    for (const orphan of this.orphans.take(record.b)) operation.add(orphan)
  }

  private port(record: TraceRecord, packet: number): void {
    const operation = this.packets.get(packet)
    if (operation) operation.add(record)
    else this.orphans.push(packet, record)
  }

  private release(record: TraceRecord): void {
    this.port(record, record.c)
    const operation = this.packets.get(record.c)
    if (operation) this.released.push({ operation, thread: record.b, cycle: record.cycle })
  }

  private wake(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.blocking = true
    operation.add(record)
    this.readied.set(record.b, operation)
  }

  private ready(record: TraceRecord): void {
    this.released = this.released.filter((release) => release.thread !== record.a)
    if (record.b === 0) return
    const operation = this.context.operation(record.b)
    operation.add(record)
    this.readied.set(record.a, operation)
  }

  private switch(record: TraceRecord): void {
    this.context.hart(record.hart).thread = record.b
    this.readied.get(record.b)?.add(record)
    this.readied.delete(record.b)
  }
}
