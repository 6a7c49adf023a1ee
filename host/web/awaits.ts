import { percentiles } from '../observe/index.ts'
import type { TraceRecord } from '../observe/index.ts'
import type { AwaitSummary } from './protocol.ts'

interface Line {
  suspensions: number
  cycles: number[]
}

/**
 * What each await of the program did in a run, by source line. `ofProgram` tells by its descriptor whether a function is the program's:
 * those of the runtime have lines of other files.
 */
export function awaitSummaries(
  records: readonly TraceRecord[],
  ofProgram: (descriptor: number) => boolean,
): AwaitSummary[] {
  const own = new Set<number>()
  const suspended = new Map<number, TraceRecord>()
  const lines = new Map<number, Line>()
  for (const record of records) {
    if (record.name === 'task.start') {
      // The frame may have belonged to another function before.
      if (ofProgram(record.b)) own.add(record.a)
      else own.delete(record.a)
    }
    if (record.name === 'await.suspend' && own.has(record.a)) {
      suspended.set(record.a, record)
      lineOf(lines, record.b).suspensions++
    }
    if (record.name === 'await.resume') {
      const begin = suspended.get(record.a)
      if (begin) lineOf(lines, begin.b).cycles.push(record.cycle - begin.cycle)
      suspended.delete(record.a)
    }
  }
  return [...lines].map(([line, { suspensions, cycles }]) => ({
    line,
    suspensions,
    medianCycles: percentiles(cycles)?.p50 ?? null,
  }))
}

function lineOf(lines: Map<number, Line>, number: number): Line {
  const line = lines.get(number) ?? { suspensions: 0, cycles: [] }
  lines.set(number, line)
  return line
}
