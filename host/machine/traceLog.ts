/** The host's copy of the core's trace ring, which is small and is emptied whenever the machine stops for the host. */

import type { TraceRecord } from '../observe/decode.ts'
import { decodeTrace, RECORD_BYTES } from '../observe/decode.ts'
import type { CoreExports } from './core.ts'

/** Records of a stretch of a run, as bytes (layout: `assembly/tables/trace.table.ts`) and decoded. */
export interface Trace {
  bytes: Uint8Array
  records: TraceRecord[]
}

export class TraceLog {
  readonly #core: CoreExports
  readonly #chunks: Uint8Array[] = []

  constructor(core: CoreExports) {
    this.#core = core
  }

  /** Empty the ring. */
  collect(): void {
    const count = this.#core.traceCount()
    if (count === 0) return
    const pointer = this.#core.tracePointer() >>> 0
    this.#chunks.push(
      new Uint8Array(this.#core.memory.buffer, pointer, count * RECORD_BYTES).slice(),
    )
    this.#core.traceClear()
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
