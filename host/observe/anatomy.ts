import type { Layer } from '../../assembly/tables/types.ts'
import type { TraceRecord } from './decode.ts'
import { explain } from './explanations.ts'
import type { Joined, Operation, Request } from './operations.ts'
import { answeredRequests } from './operations.ts'
import { textTable } from './table.ts'
import { serviceCycles } from './totals.ts'

/** The anatomy of an await: the records of one request, one row each, down to the wire and back. */

export interface AnatomyRow {
  layer: Layer
  event: string
  cycle: number
  /** Cycles since the row before; 0 in the first. */
  since: number
  /** Numbers of the request's operations that the record belongs to. */
  operations: number[]
  explanation: string
  record: TraceRecord
}

/** Rows of a request, or of one of its operations, in cycle order. */
export function anatomyOf(subject: Request | Operation): AnatomyRow[] {
  const operations = 'operations' in subject ? subject.operations : [subject]
  return subject.records.map((record, position) => ({
    layer: record.layer,
    event: record.name,
    cycle: record.cycle,
    since: position === 0 ? 0 : record.cycle - subject.records[position - 1].cycle,
    operations: operations.filter((operation) => operation.has(record)).map(({ id }) => id),
    explanation: explain(record),
    record,
  }))
}

const has = (request: Request, name: string) =>
  request.operations[0].records.some((record) => record.name === name)

/** It was there before its frame arrived: it suspended or blocked. */
function waitedForFrame({ operations: [first] }: Request): boolean {
  const arrival = first.records.find(({ name }) => name === 'wire.receive')
  return arrival !== undefined && first.records[0].cycle < arrival.cycle
}

/** What makes a request a good example, most important first: it waited, and its frame interrupted and woke a thread for it. */
const virtues: readonly ((request: Request) => boolean)[] = [
  waitedForFrame,
  (request) => has(request, 'isr.enter'),
  (request) => has(request, 'thread.switch'),
]

/**
 * The request that teaches most: of those that show the whole road, the one with the median service time. Undefined when no request
 * was answered.
 */
export function typicalRequest(joined: Joined): Request | undefined {
  let candidates = answeredRequests(joined)
  for (const virtue of virtues) {
    const better = candidates.filter(virtue)
    if (better.length > 0) candidates = better
  }
  const time = (request: Request) => serviceCycles(request) ?? Infinity
  const sorted = [...candidates].sort((left, right) => time(left) - time(right))
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

/** The anatomy as text for a terminal. `explanations` adds the sentences as a last column. */
export function anatomyText(rows: readonly AnatomyRow[], options = { explanations: true }): string {
  return textTable(
    rows.map((row) => ({
      layer: row.layer,
      event: row.event,
      cycle: row.cycle,
      '+cycles': row.since,
      ...(options.explanations ? { '': row.explanation } : {}),
    })),
  )
}
