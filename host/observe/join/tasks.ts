import type { TraceRecord } from '../decode.ts'
import type { Context, Handlers } from './context.ts'
import { Episode } from './episode.ts'
import type { Operation } from './episode.ts'
import type { InterruptTracker } from './interrupts.ts'

/**
 * Follows system calls and coroutines: which await made which operation, and on behalf of which operation a thread runs after a
 * completion. That second link is what ties a request's send to its receive.
 */

/** Either is the moment from which the receiving thread's system call belongs to the operation. */
const completions: ReadonlySet<string> = new Set(['irp.complete', 'irp.packet'])

interface SystemCall {
  number: number
  episode: Episode
  open: boolean
}

export class TaskTracker {
  private readonly context: Context
  private readonly interrupts: InterruptTracker
  /** The last system call of each thread, which may be over: a thread learns what it got after the return. */
  private readonly calls = new Map<number, SystemCall>()
  /** Operations by the runtime's own task for them, which is the one that completes first. */
  private readonly requests = new Map<number, Operation>()
  private readonly awaited = new Map<number, Operation>()
  /** Suspensions seen before the operation they wait for. */
  private readonly suspended = new Map<number, TraceRecord>()
  /** The operation whose await a thread has just suspended at; an outer await that follows waits for it too. */
  private readonly unwinding = new Map<number, Operation>()

  constructor(context: Context, interrupts: InterruptTracker) {
    this.context = context
    this.interrupts = interrupts
  }

  readonly handlers: Handlers = {
    'syscall.enter': (record) => this.enter(record),
    'syscall.exit': (record) => this.exit(record),
    'thread.wait': (record) => this.openCall(record.a)?.episode.add(record),
    'irp.create': (record) => this.create(record),
    'operation.begin': (record) => this.begin(record),
    'await.operation': (record) => this.await(record),
    'await.suspend': (record) => this.suspend(record),
    'await.ready': (record) => this.onBehalf(record),
    'await.resume': (record) => this.onBehalf(record),
    'task.start': (record) => this.onBehalf(record),
    'task.complete': (record) => this.complete(record),
    marker: (record) => this.onBehalf(record),
    'packet.dequeue': (record) => this.dequeue(record),
    'continuation.run': (record) => this.resume(record),
  }

  private openCall(thread: number): SystemCall | undefined {
    const call = this.calls.get(thread)
    return call?.open ? call : undefined
  }

  private enter(record: TraceRecord): void {
    const episode = new Episode(record)
    this.interrupts.identifyThread(record, record.b)
    episode.addCause(this.interrupts.trapOf(record))
    this.calls.set(record.b, { number: record.a, episode, open: true })
    this.unwinding.delete(record.b)
  }

  private exit(record: TraceRecord): void {
    const thread = this.context.thread(record)
    const call = this.openCall(thread)
    if (!call) return
    call.episode.add(record)
    call.open = false
    const done = call.episode.operations().filter((operation) => operation.status !== null)
    const last = done.at(-1)
    if (last) this.context.causes.set(thread, last)
  }

  private create(record: TraceRecord): void {
    const thread = this.context.thread(record)
    const operation = this.context.operation(record.a)
    const call = this.openCall(thread)
    operation.irp = record.b
    operation.thread = thread
    operation.parent = this.context.causes.get(thread) ?? null
    if (call) {
      operation.systemCall = call.number
      call.episode.join(operation)
    }
    operation.add(record)
  }

  private begin(record: TraceRecord): void {
    this.requests.set(record.b, this.bind(record))
  }

  private complete(record: TraceRecord): void {
    const operation = this.requests.get(record.a)
    if (operation) this.context.causes.set(this.context.thread(record), operation)
    this.requests.delete(record.a)
    this.onBehalf(record)
  }

  private bind(record: TraceRecord): Operation {
    const operation = this.context.operation(record.a)
    operation.add(record)
    if (record.b !== 0) operation.task = record.b
    return operation
  }

  private await(record: TraceRecord): void {
    const operation = this.bind(record)
    const suspension = this.suspended.get(record.b)
    if (suspension) this.waitFor(operation, suspension)
    else this.awaited.set(record.b, operation)
    this.suspended.delete(record.b)
  }

  private suspend(record: TraceRecord): void {
    const operation = this.awaited.get(record.a) ?? this.unwinding.get(this.context.thread(record))
    if (operation) this.waitFor(operation, record)
    else this.suspended.set(record.a, record)
    this.awaited.delete(record.a)
  }

  private waitFor(operation: Operation, suspension: TraceRecord): void {
    operation.add(suspension)
    operation.line = suspension.b
    this.unwinding.set(this.context.thread(suspension), operation)
  }

  private onBehalf(record: TraceRecord): void {
    this.context.causes.get(this.context.thread(record))?.add(record)
    if (record.name === 'await.resume') this.suspended.delete(record.a)
  }

  private dequeue(record: TraceRecord): void {
    const operation = this.context.operation(record.a)
    operation.add(record)
    const thread = record.b || this.context.thread(record)
    const completion = operation.records.find(({ name }) => completions.has(name))
    this.calls.get(thread)?.episode.join(operation, completion?.cycle ?? record.cycle)
    this.context.causes.set(thread, operation)
  }

  private resume(record: TraceRecord): void {
    const thread = this.context.thread(record)
    const operation = this.context.operation(record.a)
    operation.add(record)
    this.context.causes.set(thread, operation)
    this.unwinding.delete(thread)
  }
}
