import type { TraceRecord } from '../decode.ts'
import { Operation } from './episode.ts'
import type { Episode } from './episode.ts'

/** What the trackers of one joining pass share. */

export type Handler = (record: TraceRecord) => void
export type Handlers = Partial<Record<string, Handler>>

/** What one hart is doing at the current record. */
export interface HartState {
  /** The running thread, as far as a switch or a system call has told; 0 before. */
  thread: number
  /** The running DPC. */
  dpc?: Episode
}

export class Context {
  readonly operations = new Map<number, Operation>()
  /** The operation on whose behalf a thread is running. */
  readonly causes = new Map<number, Operation>()
  private readonly harts = new Map<number, HartState>()

  hart(number: number): HartState {
    const known = this.harts.get(number)
    if (known) return known
    const state: HartState = { thread: 0 }
    this.harts.set(number, state)
    return state
  }

  thread(record: TraceRecord): number {
    return this.hart(record.hart).thread
  }

  /** The operation of this number, made when a trace begins in the middle of its life. */
  operation(id: number): Operation {
    const known = this.operations.get(id)
    if (known) return known
    const operation = new Operation(id)
    this.operations.set(id, operation)
    return operation
  }
}

/** A list per key, emptied by `take`. */
export class Pending<T> {
  private readonly lists = new Map<number, T[]>()

  push(key: number, value: T): void {
    const list = this.lists.get(key)
    if (list) list.push(value)
    else this.lists.set(key, [value])
  }

  take(key: number): T[] {
    const list = this.lists.get(key) ?? []
    this.lists.delete(key)
    return list
  }
}
