/**
 * Two machines side by side, to see that equal runs are equal: both go from checkpoint to checkpoint, where their states are
 * compared. The distance between checkpoints grows with the run, so that long runs are not all comparison.
 */

import type { Until } from './goal.ts'
import type { Machine } from './machine.ts'
import type { RunReport } from './report.ts'
import type { Cycle } from './time.ts'
import { parseTime } from './time.ts'

/** The first checkpoint at which two runs were not equal. */
export interface Difference {
  /** The last cycle at which they were, and the one at which they were not. */
  after: Cycle
  cycle: Cycle
  message: string
}

export interface Comparison {
  report: RunReport
  checkpoints: number
  difference?: Difference
}

const firstStep = 100_000
/** Checkpoints with the same distance; then it doubles. */
const checkpointsPerStep = 64

/** Run two machines that should do the same. `until` is a time, `idle`, or a text; the goal is the first machine's. */
export async function runTwice(
  [first, second]: readonly [Machine, Machine],
  until: Exclude<Until, () => boolean> | undefined,
): Promise<Comparison> {
  const end = endOf(until, first.clockHz)
  let [after, step] = [0, firstStep]
  for (let checkpoints = 1; ; checkpoints++) {
    if (checkpoints % checkpointsPerStep === 0) step *= 2
    const cycle = Math.min(after + step, end)
    const reports = [await first.run({ until: cycle }), await second.run({ until: cycle })]
    const message = compare(first, second, reports)
    if (message !== undefined) {
      return { report: reports[0], checkpoints, difference: { after, cycle, message } }
    }
    const over = reports[0].stopReason !== 'limit' || cycle >= end
    if (over) return { report: reports[0], checkpoints }
    if (typeof until === 'object' && first.console.text.includes(until.text)) {
      return { report: { ...reports[0], stopReason: 'text' }, checkpoints }
    }
    after = cycle
  }
}

function endOf(until: Exclude<Until, () => boolean> | undefined, clockHz: number): Cycle {
  if (typeof until === 'number') return until
  return typeof until === 'string' && until !== 'idle' ? parseTime(until, clockHz) : Infinity
}

function compare(first: Machine, second: Machine, reports: RunReport[]): string | undefined {
  const views = [first, second].map((machine, i) => ({
    stopReason: reports[i].stopReason,
    cycles: machine.cycles,
    instructions: machine.instructions,
    console: machine.console.text,
    stateHash: machine.stateHash(),
  }))
  const names = ['stopReason', 'cycles', 'instructions', 'console', 'stateHash'] as const
  const name = names.find((name) => views[0][name] !== views[1][name])
  return name && `${name} is ${views[0][name]} in one run and ${views[1][name]} in the other`
}
