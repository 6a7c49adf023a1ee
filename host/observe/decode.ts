import { traceEvents } from '../../assembly/tables/trace.table.ts'
import type { Layer, TraceEvent } from '../../assembly/tables/types.ts'

/**
 * Trace ring bytes → typed records. The layout of a record and the list of kinds are in `assembly/tables/trace.table.ts`; a kind
 * that is not in the table (a program may execute any HINT) becomes `hint.<kind>` of the machine's layer, and is never dropped.
 */

export const RECORD_BYTES = 32

const KIND_OFFSET = 8
const HART_OFFSET = 10
const A_OFFSET = 12
const B_OFFSET = 16
const C_OFFSET = 20
const PC_OFFSET = 24

/** One record of the ring. */
export interface TraceRecord {
  /** Position in the decoded list, which is in cycle order. */
  index: number
  /** Machine cycle, exact up to 2^53. */
  cycle: number
  kind: number
  /** Name in the table, such as `irp.create`. */
  name: string
  layer: Layer
  hart: number
  a: number
  b: number
  c: number
  /** Program counter of the instruction that caused the record; 0 for a device's own event. */
  pc: number
}

const eventsByKind = new Map<number, TraceEvent>(traceEvents.map((event) => [event.id, event]))

function decodeRecord(view: DataView, offset: number): TraceRecord {
  const kind = view.getUint16(offset + KIND_OFFSET, true)
  const event = eventsByKind.get(kind)
  return {
    index: 0,
    cycle: Number(view.getBigUint64(offset, true)),
    kind,
    name: event?.name ?? `hint.${kind}`,
    layer: event?.layer ?? 'machine',
    hart: view.getUint8(offset + HART_OFFSET),
    a: view.getUint32(offset + A_OFFSET, true),
    b: view.getUint32(offset + B_OFFSET, true),
    c: view.getUint32(offset + C_OFFSET, true),
    pc: view.getUint32(offset + PC_OFFSET, true),
  }
}

/**
 * Decodes raw records, oldest first. Records of several harts are brought into cycle order; those of one cycle keep the order in
 * which the machine wrote them. Throws when the bytes are not a whole number of records.
 */
export function decodeTrace(bytes: Uint8Array): TraceRecord[] {
  if (bytes.byteLength % RECORD_BYTES !== 0) {
    throw new RangeError(
      `trace of ${bytes.byteLength} bytes is not a multiple of ${RECORD_BYTES} bytes`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: TraceRecord[] = []
  for (let offset = 0; offset < bytes.byteLength; offset += RECORD_BYTES) {
    records.push(decodeRecord(view, offset))
  }
  records.sort((left, right) => left.cycle - right.cycle)
  records.forEach((record, index) => (record.index = index))
  return records
}

/** The record's words under their names in the table, for lists and tooltips. */
export function namedWords(record: TraceRecord): { name: string; value: number }[] {
  const event = eventsByKind.get(record.kind)
  const words = [
    { name: event ? event.a : 'a', value: record.a },
    { name: event ? event.b : 'b', value: record.b },
    { name: event ? event.c : 'c', value: record.c },
  ]
  return words.filter((word): word is { name: string; value: number } => word.name !== undefined)
}
