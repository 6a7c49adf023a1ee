/** When a run is to stop: what `until` and `for` mean. */

import type { StopReason } from './report.ts'
import type { Cycle } from './time.ts'
import { parseTime } from './time.ts'

/**
 * `'10ms'` or `'5000cy'` since reset, a cycle number, `'idle'` (nothing will ever happen again), a text on the console, or a
 * condition, which is asked after everything that happens outside the machine.
 */
export type Until = string | Cycle | { text: string } | (() => boolean)

export interface RunOptions {
  until?: Until
  /** Emulated time from now on, such as `1ms`. */
  for?: string
  /** Stops the run between two pieces of it. */
  signal?: AbortSignal
  /** Called between pieces of a long run, with the current cycle. */
  onProgress?: (cycle: Cycle) => void
}

/** What a goal looks at. */
export interface GoalState {
  readonly cycles: Cycle
  readonly clockHz: number
  readonly consoleText: string
}

/** Polling is by emulated time, so that a run ends at the same cycle on every host. */
const pollCycles = 10_000

export class Goal {
  readonly #limit: Cycle
  readonly #condition: ((state: GoalState) => boolean) | undefined
  readonly #conditionReason: StopReason
  readonly #polls: boolean

  constructor(options: RunOptions, state: GoalState) {
    const { until } = options
    const limits = [Infinity]
    if (options.for !== undefined) {
      limits.push(state.cycles + parseTime(options.for, state.clockHz))
    }
    if (typeof until === 'number') limits.push(checkCycle(until))
    if (typeof until === 'string' && until !== 'idle') {
      limits.push(parseTime(until, state.clockHz))
    }
    this.#limit = Math.min(...limits)
    this.#conditionReason = typeof until === 'function' ? 'condition' : 'text'
    if (typeof until === 'function') this.#condition = until
    if (typeof until === 'object') this.#condition = awaitText(until.text, state)
    this.#polls = typeof until === 'object'
  }

  /** How far the machine may run before the goal wants to be asked again. */
  limit(state: GoalState): Cycle {
    if (!this.#polls) return this.#limit
    return Math.min(this.#limit, (Math.floor(state.cycles / pollCycles) + 1) * pollCycles)
  }

  /** The reason to stop now, if there is one. */
  reached(state: GoalState): StopReason | undefined {
    if (this.#condition?.(state) === true) return this.#conditionReason
    return state.cycles >= this.#limit ? 'limit' : undefined
  }
}

/** Whether `text` has been written since now. */
function awaitText(text: string, start: GoalState): (state: GoalState) => boolean {
  const from = start.consoleText.length
  return ({ consoleText }) => consoleText.indexOf(text, from) >= 0
}

function checkCycle(cycle: Cycle): Cycle {
  if (Number.isSafeInteger(cycle) && cycle >= 0) return cycle
  throw new RangeError(`${cycle} is not a cycle: expected an integer from 0 on`)
}
