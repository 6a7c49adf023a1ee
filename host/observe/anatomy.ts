import type { Layer } from '../../assembly/tables/types.ts'
import type { TraceRecord } from './decode.ts'
import { explain } from './explanations.ts'
import type { Joined, Operation, Request } from './operations.ts'
import { answeredRequests } from './operations.ts'
import { textTable } from './table.ts'

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

/**
 * The request that teaches most: one whose await suspended before its frame arrived, and that was answered. The second half of a run
 * is warm, so the middle one is taken. Undefined when no request was answered.
 */
export function typicalRequest(joined: Joined): Request | undefined {
  const answered = answeredRequests(joined)
  const waited = answered.filter(({ operations: [first] }) => {
    const arrival = first.records.find(({ name }) => name === 'wire.receive')
    return arrival !== undefined && first.records[0].cycle < arrival.cycle
  })
  const candidates = waited.length > 0 ? waited : answered
  return candidates[Math.floor(candidates.length / 2)]
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
