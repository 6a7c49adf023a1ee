/** Trace records as they come, for those who watch a run instead of reading its log. */

import type { TraceRecord } from '../observe/decode.ts'

/** Which records: by name (`irp.create`, or `irp.` for all that begin so), layer, hart, or a condition. All that are given have to hold. */
export interface EventFilter {
  name?: string | readonly string[]
  layer?: string | readonly string[]
  hart?: number
  where?: (record: TraceRecord) => boolean
}

/** Whether a record passes. */
export function passes(record: TraceRecord, filter: EventFilter): boolean {
  const { name, layer, hart, where } = filter
  return (
    (name === undefined || listOf(name).some((one) => isNamed(record, one))) &&
    (layer === undefined || listOf(layer).includes(record.layer)) &&
    (hart === undefined || record.hart === hart) &&
    (where === undefined || where(record))
  )
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function isNamed({ name }: TraceRecord, wanted: string): boolean {
  return wanted.endsWith('.') ? name.startsWith(wanted) : name === wanted
}

/** Records on their way to one reader. */
export class EventStream implements AsyncIterableIterator<TraceRecord> {
  readonly #filter: EventFilter
  readonly #onClose: (stream: EventStream) => void
  readonly #waiting: TraceRecord[] = []
  #wake: ((result: IteratorResult<TraceRecord>) => void) | undefined
  #closed = false

  constructor(filter: EventFilter, onClose: (stream: EventStream) => void) {
    this.#filter = filter
    this.#onClose = onClose
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Called with new records. */
  push(records: readonly TraceRecord[]): void {
    for (const record of records) if (passes(record, this.#filter)) this.#waiting.push(record)
    const next = this.#wake === undefined ? undefined : this.#waiting.shift()
    if (next !== undefined) this.#answer({ value: next, done: false })
  }

  /** No more records will come; those that wait can still be read. */
  end(): void {
    this.#closed = true
    this.#onClose(this)
    this.#answer({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<TraceRecord>> {
    const value = this.#waiting.shift()
    if (value !== undefined) return Promise.resolve({ value, done: false })
    if (this.#closed) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve) => (this.#wake = resolve))
  }

  return(): Promise<IteratorResult<TraceRecord>> {
    this.#waiting.length = 0
    this.end()
    return Promise.resolve({ value: undefined, done: true })
  }

  #answer(result: IteratorResult<TraceRecord>): void {
    this.#wake?.(result)
    this.#wake = undefined
  }
}
