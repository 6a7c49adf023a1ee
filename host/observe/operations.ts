import type { TraceRecord } from './decode.ts'
import { CompletionTracker } from './join/completions.ts'
import { Context } from './join/context.ts'
import type { Handlers } from './join/context.ts'
import type { Operation } from './join/episode.ts'
import { FrameTracker } from './join/frames.ts'
import { InterruptTracker } from './join/interrupts.ts'
import { TaskTracker } from './join/tasks.ts'

/**
 * Joins trace records into operations, and operations into requests. Every record that an operation caused or was caused by gets
 * its number, from the await down to the wire and back, including those written before the machine knew which operation a frame
 * would meet. A record may belong to several operations: one interrupt can announce many frames.
 */

export type { Operation, OperationKind } from './join/episode.ts'

/** A request: the operation that received it, then what its continuation issued (other waits, the answer). */
export interface Request {
  /** Number of its first operation. */
  id: number
  /** In order of creation; the first one received the request. */
  operations: Operation[]
  /** Records of all its operations in cycle order. */
  records: TraceRecord[]
  /** True when every operation is complete. */
  complete: boolean
}

export interface Joined {
  operations: Operation[]
  requests: Request[]
  /** Numbers of the operations a record belongs to; empty when it belongs to none. */
  operationsOf(record: TraceRecord): number[]
}

function collectOperations(records: TraceRecord[]): Operation[] {
  const context = new Context()
  const interrupts = new InterruptTracker(context)
  const frames = new FrameTracker(context)
  const completions = new CompletionTracker(context, interrupts)
  const tasks = new TaskTracker(context, interrupts)
  const trackers: Handlers[] = [interrupts, frames, completions, tasks].map(
    (tracker) => tracker.handlers,
  )
  for (const record of records) {
    for (const handlers of trackers) handlers[record.name]?.(record)
  }
  const operations = [...context.operations.values()]
  operations.forEach((operation) => operation.sort())
  return operations
}

/** A receive that met no frame before the trace ended is known by its system call. */
function nameWaitingReceives(operations: Operation[]): void {
  const receives = operations.filter((operation) => operation.kind === 'receive')
  const calls = new Set(receives.map((operation) => operation.systemCall))
  calls.delete(0)
  for (const operation of operations) {
    const waits = operation.kind === 'other' && operation.status === null
    if (waits && calls.has(operation.systemCall)) operation.kind = 'receive'
  }
}

function groupRequests(operations: Operation[]): Request[] {
  const groups = new Map<Operation, Operation[]>()
  const roots = new Map<Operation, Operation>()
  for (const operation of operations) {
    const inherited = operation.parent ? roots.get(operation.parent) : undefined
    const follows = operation.kind !== 'receive' && inherited?.kind === 'receive'
    const root = follows && inherited ? inherited : operation
    roots.set(operation, root)
    const group = groups.get(root)
    if (group) group.push(operation)
    else groups.set(root, [operation])
  }
  return [...groups.values()].map(toRequest)
}

function toRequest(operations: Operation[]): Request {
  const records = new Set(operations.flatMap((operation) => operation.records))
  return {
    id: operations[0].id,
    operations,
    records: [...records].sort((left, right) => left.index - right.index),
    complete: operations.every((operation) => operation.status !== null),
  }
}

/** Joins decoded records, which must be in cycle order. */
export function joinOperations(records: TraceRecord[]): Joined {
  const operations = collectOperations(records)
  nameWaitingReceives(operations)
  const owners = new Map<TraceRecord, number[]>()
  for (const operation of operations) {
    for (const record of operation.records) {
      const known = owners.get(record)
      if (known) known.push(operation.id)
      else owners.set(record, [operation.id])
    }
  }
  return {
    operations,
    requests: groupRequests(operations),
    operationsOf: (record) => owners.get(record) ?? [],
  }
}

/** Requests that came over the wire and were answered, in order of arrival: the ones that views and statistics are about. */
export function answeredRequests(joined: Joined): Request[] {
  return joined.requests.filter(
    (request) =>
      request.operations[0].kind === 'receive' &&
      request.operations[0].frame !== null &&
      request.complete,
  )
}
