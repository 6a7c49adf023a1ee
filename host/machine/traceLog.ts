/** The host's copy of the core's trace ring, which is small and is emptied whenever the machine stops for the host. */

import type { TraceRecord } from '../observe/decode.ts'
import { decodeTrace, RECORD_BYTES } from '../observe/decode.ts'
import type { CoreExports } from './core.ts'
import { EventStream } from './events.ts'
import type { EventFilter } from './events.ts'

/** Records of a stretch of a run, as bytes (layout: `assembly/tables/trace.table.ts`) and decoded. */
export interface Trace {
  bytes: Uint8Array
  records: TraceRecord[]
}

export class TraceLog {
  readonly #core: CoreExports
  readonly #chunks: Uint8Array[] = []
  readonly #streams = new Set<EventStream>()

  constructor(core: CoreExports) {
    this.#core = core
  }

  /** Empty the ring. */
  collect(): void {
    const count = this.#core.traceCount()
    if (count === 0) return
    const pointer = this.#core.tracePointer() >>> 0
    const bytes = new Uint8Array(this.#core.memory.buffer, pointer, count * RECORD_BYTES).slice()
    this.#chunks.push(bytes)
    this.#core.traceClear()
    if (!this.isWatched) return
    const records = decodeTrace(bytes)
    for (const stream of this.#streams) stream.push(records)
  }

  /** Whether somebody wants records as they come. */
  get isWatched(): boolean {
    return this.#streams.size > 0
  }

  /** Records from now on. */
  watch(filter: EventFilter): EventStream {
    const stream = new EventStream(filter, (closed) => this.#streams.delete(closed))
    this.collect()
    this.#streams.add(stream)
    return stream
  }

  /** No more records will come. */
  end(): void {
    this.collect()
    for (const stream of this.#streams) stream.end()
  }

  /** Take what has come since the last call. */
  take(): Trace {
    this.collect()
    const bytes = new Uint8Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    let at = 0
    for (const chunk of this.#chunks.splice(0)) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return { bytes, records: decodeTrace(bytes) }
  }
}
