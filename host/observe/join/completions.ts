import type { TraceRecord } from '../decode.ts'
import { Pending } from './context.ts'
import type { Context, Handlers } from './context.ts'
import type { Episode, Operation } from './episode.ts'
import type { InterruptTracker } from './interrupts.ts'

/** Follows a completion from the driver through the port, or straight to the blocked thread, to the thread that gets it. */

export class CompletionTracker {
  private readonly context: Context
  private readonly interrupts: InterruptTracker
  private readonly packets = new Map<number, Operation>()
  /** Port records of packets whose operation is not known yet. */
  private readonly orphans = new Pending<TraceRecord>()
  /** Operations whose thread the port has released, until its line goes high for them. */
  private released: { operation: Operation; cycle: number }[] = []
  private readonly readied = new Map<number, Operation>()

  constructor(context: Context, interrupts: InterruptTracker) {
    this.context = context
    this.interrupts = interrupts
    interrupts.onPortRaise = (line) => this.raised(line)
  }

  readonly handlers: Handlers = {
    'irp.pending': (record) => this.context.operation(record.a).add(record),
    'irp.complete': (record) => this.complete(record),
    'irp.packet': (record) => this.packet(record),
    'irp.wake': (record) => this.wake(record),
    'port.insert': (record) => this.port(record, record.b),
    'port.remove': (record) => this.port(record, record.b),
    'port.release': (record) => this.release(record),
    'port.park': (record) => void this.context.causes.delete(this.context.thread(record)),
    'thread.ready': (record) => this.ready(record),
    'thread.switch': (record) => this.switch(record),
  }

  private raised(interrupt: Episode): void {
    for (const { operation, cycle } of this.released) interrupt.join(operation, cycle)
    this.released = []
  }

  private complete(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.status = record.b
    operation.add(record)
  }

  private packet(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.add(record)
    if (operation.status === null) this.completeTimer(operation, record)
    this.packets.set(record.b, operation)
    for (const orphan of this.orphans.take(record.b)) operation.add(orphan)
  }

  /** A timer's wait has no driver to complete it: its packet is its completion, made by the interrupt that expires timers. */
  private completeTimer(operation: Operation, record: TraceRecord): void {
    operation.status = 0
    this.interrupts.dispatchOf(record)?.join(operation)
  }

  private port(record: TraceRecord, packet: number): void {
    const operation = this.packets.get(packet)
    if (operation) operation.add(record)
    else this.orphans.push(packet, record)
  }

  private release(record: TraceRecord): void {
    this.port(record, record.c)
    const operation = this.packets.get(record.c)
    if (!operation) return
    const line = this.interrupts.raisedPortLine()
    if (line) line.join(operation, record.cycle)
    else this.released.push({ operation, cycle: record.cycle })
  }

  private wake(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.blocking = true
    operation.add(record)
    this.readied.set(record.b, operation)
  }

  private ready(record: TraceRecord): void {
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
