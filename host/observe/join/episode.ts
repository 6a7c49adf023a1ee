import type { TraceRecord } from '../decode.ts'

/**
 * The joiner's two building blocks. An `Operation` collects the records of one I/O request packet. An `Episode` is a stretch of
 * activity (one interrupt, one DPC run, one frame in a buffer, one system call) whose records belong to every operation that
 * joins it; operations may join while it is running, so both its earlier and its later records reach them.
 */

export type OperationKind = 'receive' | 'send' | 'other'

/** One I/O operation: everything between the making of its IRP and the code that its completion resumed. */
export class Operation {
  readonly id: number
  kind: OperationKind = 'other'
  /** Address of the task that awaits it; 0 when a thread blocks on it. */
  task = 0
  /** Thread that issued it. */
  thread = 0
  /** Source line of its await; 0 when nothing suspended. */
  line = 0
  /** Address of its IRP. */
  irp = 0
  /** Number of the system call that made it; 0 when it was not seen. */
  systemCall = 0
  /** NTSTATUS of its completion, or null while it is pending. */
  status: number | null = null
  /** The NIC's frame number, or null when it never met a frame. */
  frame: number | null = null
  /** True when its completion woke a blocked thread and no port was involved. */
  blocking = false
  /** The operation whose continuation issued this one. */
  parent: Operation | null = null
  /** Records in cycle order, without repetition. */
  records: TraceRecord[] = []
  private readonly members = new Set<TraceRecord>()

  constructor(id: number) {
    this.id = id
  }

  add(record: TraceRecord): void {
    if (this.members.has(record)) return
    this.members.add(record)
    this.records.push(record)
  }

  has(record: TraceRecord): boolean {
    return this.members.has(record)
  }

  /** Brings the records, which join in causal order, into cycle order. */
  sort(): void {
    this.records.sort((left, right) => left.index - right.index)
  }
}

export class Episode {
  readonly records: TraceRecord[] = []
  private readonly causes: { episode: Episode; since: number }[] = []
  private readonly members = new Map<Operation, number>()

  constructor(record?: TraceRecord) {
    if (record) this.records.push(record)
  }

  add(record: TraceRecord): void {
    this.records.push(record)
    for (const [operation, since] of this.members) {
      if (record.cycle >= since) operation.add(record)
    }
  }

  /** Operations of this episode belong to `episode` too, as far as its records are not older than `since`. */
  addCause(episode: Episode | undefined, since = 0): void {
    if (!episode || episode === this || this.causes.some((cause) => cause.episode === episode)) {
      return
    }
    this.causes.push({ episode, since })
    for (const [operation, joined] of this.members) episode.join(operation, Math.max(joined, since))
  }

  /** The operation takes part from the cycle `since` on: what happened before its frame arrived is not its doing. */
  join(operation: Operation, since = 0): void {
    if (this.members.has(operation)) return
    this.members.set(operation, since)
    for (const record of this.records) if (record.cycle >= since) operation.add(record)
    for (const cause of this.causes) cause.episode.join(operation, Math.max(since, cause.since))
  }

  operations(): Operation[] {
    return [...this.members.keys()]
  }
}
