import { percentiles } from '../observe/index.ts'
import type { TraceRecord } from '../observe/index.ts'
import type { AwaitSummary } from './protocol.ts'

/** What each await of the program did in a run, by source line. */
export function awaitSummaries(records: readonly TraceRecord[]): AwaitSummary[] {
  const suspended = new Map<number, TraceRecord>()
  const lengths = new Map<number, { suspensions: number; cycles: number[] }>()
  for (const record of records) {
    if (record.name === 'await.suspend') {
      suspended.set(record.a, record)
      const line = lengths.get(record.b) ?? { suspensions: 0, cycles: [] }
      line.suspensions++
      lengths.set(record.b, line)
    }
    if (record.name === 'await.resume') {
      const begin = suspended.get(record.a)
      if (begin) lengths.get(begin.b)?.cycles.push(record.cycle - begin.cycle)
      suspended.delete(record.a)
    }
  }
  return [...lengths].map(([line, { suspensions, cycles }]) => ({
    line,
    suspensions,
    medianCycles: percentiles(cycles)?.p50 ?? 0,
  }))
}
