/**
 * Going back: by steps, to a cycle, to the last event or input, and to the last place at which a breakpoint or watchpoint would have
 * stopped the run.
 */

import type { CoreExports } from '../core.ts'
import type { RunReport, StopPlace } from '../report.ts'
import type { Cycle } from '../time.ts'
import type { Goal, History } from './history.ts'
import { eventCounter } from './history.ts'
import type { Key, Standing } from './key.ts'
import { standingOf } from './key.ts'
import type { Past } from './past.ts'

/** Stops that are written down in one stretch before it is cut into smaller ones. */
const mostStops = 64
/** A stretch of so many cycles is not cut. */
const shortest = 2_000

/** What the core says of a watchpoint that a device hit without a hart (stops.table.ts). */
const writtenInEvent = 3

/** A place at which the run would have stopped, and why. */
interface Found {
  goal: Goal
  stopReason: 'breakpoint' | 'watchpoint'
  stop: StopPlace
  progress: number
}

export class Reverse {
  readonly #history: History
  readonly #core: CoreExports
  readonly #harts: number

  constructor(history: History, core: CoreExports, harts: number) {
    this.#history = history
    this.#core = core
    this.#harts = harts
  }

  /** Undo steps of a hart: it stands in front of the earliest of them. */
  async steps(count: number, hart: number): Promise<RunReport> {
    const steps = this.#standing().steps[hart] - count
    const report = await this.#go((key) => key.steps[hart] <= steps, { hart, steps })
    return report.stopReason === 'start' ? report : { ...report, stop: this.#place(hart) }
  }

  /** Go back to a cycle. Throws a RangeError for one that is not in the past. */
  async cycle(cycle: Cycle): Promise<RunReport> {
    const { here } = this.#history
    if (!(cycle <= here)) {
      throw new RangeError(`cycle ${cycle} is not in the past: the machine stands at ${here}`)
    }
    return this.#go((key) => key.cycle < cycle, { cycle })
  }

  /** Go back to where the last event was about to happen. */
  async event(): Promise<RunReport> {
    const events = this.#standing().events - 1
    return this.#go((key) => key.events <= events, { hart: eventCounter, steps: events })
  }

  /** Go back to the cycle at which the last input entered before this one. */
  async input(): Promise<RunReport> {
    const { inputs } = this.#standing()
    const { here } = this.#history
    const { keys } = this.#history
    const entered = this.#history.inputsFrom(keys.first.inputs).slice(0, inputs - keys.first.inputs)
    const last = entered.findLast((input) => input.cycle < here)
    return last === undefined ? this.#go(() => false, { cycle: 0 }) : this.cycle(last.cycle)
  }

  async #go(isBefore: (key: Key) => boolean, goal: Goal): Promise<RunReport> {
    const history = this.#history
    const { keys } = history
    history.leave()
    const key = keys.lastWith(isBefore)
    return key === undefined ? history.start() : history.travel(key, goal)
  }

  #standing(): Standing {
    return standingOf(this.#core, this.#harts, this.#history.entered)
  }

  #place(hart: number): StopPlace {
    return { hart, pc: this.#core.programCounter(hart) >>> 0 }
  }

  /** Go back to the last place before this one at which a breakpoint or watchpoint stops the run. */
  async point(): Promise<RunReport> {
    const history = this.#history
    history.leave()
    let end = this.#standing()
    for (let key = this.#keyBefore(end); key !== undefined; key = this.#keyBefore(end)) {
      const found = await this.#lastStop(key, end)
      if (found === undefined) {
        end = key
        continue
      }
      const { stopReason, stop, goal } = found
      const report = await history.travel(found.key, goal)
      return { ...report, stopReason, stop: { ...stop, ...this.#place(stop.hart) } }
    }
    return history.start()
  }

  #keyBefore(end: Standing): Key | undefined {
    return this.#history.keys.lastWith((key) => progress(key) < progress(end))
  }

  /** The last stop between a key and a place behind it. */
  async #lastStop(key: Key, end: Standing): Promise<(Found & { key: Key }) | undefined> {
    const past = this.#history.restore(key)
    let last: Found | undefined
    for (let stops = 1; ; stops++) {
      const found = await this.#nextStop(past, end, last)
      if (found === undefined) return last && { ...last, key }
      last = found
      if (stops === mostStops && end.cycle - key.cycle > shortest) return this.#cut(key, end)
    }
  }

  /** The last stop of a stretch that has many, in two halves. */
  async #cut(key: Key, end: Standing): Promise<(Found & { key: Key }) | undefined> {
    const history = this.#history
    const { pinned } = history.keys
    pinned.add(key)
    try {
      await history.travel(key, { cycle: Math.floor((key.cycle + end.cycle) / 2) })
      const middle = history.keep()
      pinned.add(middle)
      const found = await this.#lastStop(middle, end)
      pinned.delete(middle)
      return found ?? (await this.#lastStop(key, middle))
    } finally {
      pinned.delete(key)
    }
  }

  /** Run on, over the stop where the machine stands, to the next one before `end`. */
  async #nextStop(past: Past, end: Standing, last: Found | undefined): Promise<Found | undefined> {
    let report: RunReport | undefined
    if (last?.stopReason === 'breakpoint') report = await this.#pass(past, end, last.stop)
    if (report === undefined || report.stopReason === 'step')
      report = await past.run({}, end.cycle + 1)
    const found = this.#foundBy(report)
    return found !== undefined && found.progress < progress(end) ? found : undefined
  }

  /** Do the instruction at a breakpoint. */
  async #pass(past: Past, end: Standing, { hart, pc }: StopPlace): Promise<RunReport> {
    const steps = this.#standing().steps[hart] + 1
    this.#core.clearBreakpoint(pc)
    try {
      return await this.#history.towards({ hart, steps }, () => past.run({}, end.cycle + 1))
    } finally {
      this.#core.setBreakpoint(pc)
    }
  }

  /** The place of a stop: in front of the instruction, also for one that was seen behind it. */
  #foundBy({ stopReason, stop }: RunReport): Found | undefined {
    if (stop === undefined || (stopReason !== 'breakpoint' && stopReason !== 'watchpoint'))
      return undefined
    const standing = this.#standing()
    const done = stopReason === 'watchpoint' ? 1 : 0
    const inEvent = done === 1 && this.#core.stopValue() === writtenInEvent
    const hart = inEvent ? eventCounter : stop.hart
    const steps = (inEvent ? standing.events : standing.steps[hart]) - done
    return { goal: { hart, steps }, stopReason, stop, progress: progress(standing) - done }
  }
}

/** A number that grows with everything that happens in a run. */
function progress({ steps, events, inputs }: Standing): number {
  return steps.reduce((sum, count) => sum + count, events + inputs)
}
