/**
 * The history of a run, for going back in it. While the machine runs, the history keeps key snapshots and the inputs that entered; to go
 * back is to restore a key and to do again what followed, with these inputs. What lies outside of the machine does not go back: link,
 * peers and promises wait in the present, the furthest point the run has come to, until the machine has come there again.
 */

import type { Image } from '../../toolchain/elf/image.ts'
import type { CoreExports } from '../core.ts'
import type { RunOptions } from '../goal.ts'
import type { Input, Place } from '../input.ts'
import type { Keyboard } from '../keyboard.ts'
import type { RunReport } from '../report.ts'
import type { Marks, Runner } from '../runner.ts'
import { callerSlot, noHart, presentSlot } from '../runner.ts'
import type { Cycle } from '../time.ts'
import { parseTime } from '../time.ts'
import type { Timeline } from '../timeline.ts'
import type { TraceLog } from '../traceLog.ts'
import type { Key } from './key.ts'
import { Keys } from './keys.ts'
import { Pages } from './pages.ts'
import { Past } from './past.ts'

export interface HistoryOptions {
  /** Bytes that key snapshots and inputs may take; 128 MiB unless given. The memory that the guest uses is kept at least once. */
  budgetBytes?: number
}

/** What a history takes up. */
export interface HistorySize {
  /** The first and the last cycle that can be gone to. */
  oldest: Cycle
  present: Cycle
  keys: number
  bytes: number
}

/** The machine in its present. */
export interface LiveParts {
  core: CoreExports
  harts: number
  clockHz: number
  runner: Runner
  keyboard: Keyboard
  timeline: Timeline
  trace: TraceLog
  /** What may still change before the first run. */
  loaded: () => { images: readonly Image[]; toHost: number; diskBytes: number }
}

/** What a machine in its past is going to meet. */
export interface Ahead {
  now: Cycle
  keyboard: Keyboard
  inputs: readonly Input[]
}

/** Where a run that is done again is to stop. */
export type Goal = { cycle: Cycle } | { hart: number; steps: number }

/** Stands for a hart in a goal that counts events. */
export const eventCounter = 255

const defaultBudget = 128 * 2 ** 20
const leastBudget = 2 ** 20
/** Keys of a run that goes on are so far apart, in cycles, and only after so many steps. */
const keyInterval = 4_000_000
const leastSteps = 500_000
/** On the way to a cycle in the past, keys are kept at half the rest of the way, down to this. */
const closestKeys = 50_000
/** An input in memory, besides its bytes. */
const inputOverhead = 128

/** The point at which the machine left the present. */
interface Present {
  key: Key
  place: Place | undefined
  cycle: Cycle
  past: Past | undefined
}

export class History implements Marks {
  /** Cycle of the next key. */
  next: Cycle = 0
  readonly #live: LiveParts
  readonly #budget: number
  #keys: Keys | undefined
  /** Inputs from the first key on, and how many came before it. */
  #inputs: Input[] = []
  #dropped = 0
  #inputBytes = 0
  #stepsAtKey = 0
  #present: Present | undefined

  /** Throws a RangeError for a budget that is none. */
  constructor(live: LiveParts, { budgetBytes = defaultBudget }: HistoryOptions) {
    if (!(budgetBytes >= leastBudget)) {
      throw new RangeError(`budgetBytes is ${budgetBytes}, expected at least ${leastBudget}`)
    }
    this.#live = live
    this.#budget = budgetBytes
  }

  /** Whether the machine stands in its past. */
  get isPast(): boolean {
    return this.#present !== undefined
  }

  get size(): HistorySize {
    const present = this.#present?.cycle ?? this.#live.runner.here
    const oldest = this.#keys?.first.cycle ?? present
    const bytes = (this.#keys?.bytes ?? 0) + this.#inputBytes
    return { oldest, present, keys: this.#keys?.list.length ?? 0, bytes }
  }

  /** The history begins here, unless it has begun. */
  begin(): void {
    if (this.#keys !== undefined) return
    const { core, loaded, timeline } = this.#live
    this.#keys = new Keys(core, new Pages(core, loaded().diskBytes), this.#budget)
    this.#take()
    this.next = timeline.now + keyInterval
  }

  /** The machine, in its present, has come to the cycle of the next key. */
  reached(cycle: Cycle): void {
    this.next = cycle + keyInterval
    if (this.#steps() - this.#stepsAtKey >= leastSteps) this.#take()
  }

  /** An input enters the machine in its present. */
  add(input: Input): void {
    if (this.#keys === undefined) return
    this.#inputs.push(input)
    this.#inputBytes += inputBytes(input)
  }

  #steps(): number {
    const { core, harts } = this.#live
    let sum = 0n
    for (let hart = 0; hart < harts; hart++) sum += core.stepsOf(hart)
    return Number(sum)
  }

  get #entered(): number {
    return this.#present?.past?.entered ?? this.#dropped + this.#inputs.length
  }

  #take(): Key {
    const { harts, keyboard } = this.#live
    const keys = this.keys
    const state = (this.#present?.past?.keyboard ?? keyboard).state
    const key = keys.take({ harts, inputs: this.#entered, keyboard: state })
    keys.thin(key.cycle, this.#inputBytes)
    this.#stepsAtKey = this.#steps()
    this.#forget(keys.first.inputs - this.#dropped)
    return key
  }

  /** Inputs before the first key are of no use. */
  #forget(count: number): void {
    for (const input of this.#inputs.splice(0, count)) this.#inputBytes -= inputBytes(input)
    this.#dropped += count
  }

  /** The key snapshots. Throws an Error before the first run. */
  get keys(): Keys {
    if (this.#keys === undefined) throw new Error('there is no past yet: the machine has not run')
    return this.#keys
  }

  /** Inputs that have entered, from a number on. */
  inputsFrom(number: number): readonly Input[] {
    return this.#inputs.slice(number - this.#dropped)
  }

  /** The cycle at which the machine stands. */
  get here(): Cycle {
    return this.#present?.past?.now ?? this.#live.runner.here
  }

  /** Inputs that had entered where the machine stands. */
  get entered(): number {
    return this.#entered
  }

  /** What is going to enter the machine in its past, up to the present. */
  get ahead(): Ahead | undefined {
    const past = this.#present?.past
    if (past === undefined) return undefined
    return { now: past.now, keyboard: past.keyboard, inputs: this.inputsFrom(past.entered) }
  }

  /** Keep the state where the machine stands, in its past. */
  keep(): Key {
    return this.#take()
  }

  /** Leave the present, if the machine stands there. */
  leave(): void {
    if (this.#present !== undefined) return
    const { runner, timeline, trace } = this.#live
    trace.collect()
    const key = this.#take()
    this.#present = { key, place: runner.place, cycle: timeline.now, past: undefined }
  }

  /** Go back to a key; the machine has left the present. */
  restore(key: Key): Past {
    const { core, harts, clockHz, loaded } = this.#live
    const { images, toHost } = loaded()
    this.keys.restore(key)
    core.setToHost(toHost)
    const inputs = this.inputsFrom(key.inputs)
    const past = new Past({ core, harts, clockHz, images, inputs }, key)
    ;(this.#present as Present).past = past
    return past
  }

  /** Go back to a key, and on to a goal that lies not before it, not stopping for breakpoints. */
  async travel(key: Key, goal: Goal): Promise<RunReport> {
    const { core } = this.#live
    const { here } = this
    core.enablePoints(0)
    try {
      const past = this.restore(key)
      const near = Math.min(here, this.keys.after(key)?.cycle ?? here)
      const end = 'cycle' in goal ? goal.cycle : near
      return await this.#runTo(past, goal, halvings(key.cycle, end))
    } finally {
      core.enablePoints(1)
    }
  }

  async #runTo(past: Past, goal: Goal, looks: Cycle[]): Promise<RunReport> {
    const look = () => this.#take()
    if ('cycle' in goal) return past.run({ until: goal.cycle }, Infinity, looks, look)
    return this.towards(goal, () => past.run({}, Infinity, looks, look))
  }

  /** Run with the core stopping in front of a step. */
  async towards(goal: { hart: number; steps: number }, run: () => Promise<RunReport>) {
    const { core } = this.#live
    core.stopBefore(callerSlot, goal.hart, BigInt(goal.steps))
    try {
      return await run()
    } finally {
      core.stopBefore(callerSlot, noHart, 0n)
    }
  }

  /** The report of a machine that has gone back as far as its history goes. */
  start(): RunReport {
    this.restore(this.keys.first)
    const { runner, core } = this.#live
    const { cycles, instructions } = runner
    return { stopReason: 'start', cycles, instructions, events: Number(core.events()) }
  }

  /** Go forward from the past, and beyond the present if the goal lies there. */
  async run(options: RunOptions): Promise<RunReport> {
    const { clockHz, runner, core, timeline } = this.#live
    const { cycle, place, past } = this.#present as Present
    const end =
      options.for === undefined ? Infinity : runner.cycles + parseTime(options.for, clockHz)
    core.stopBefore(presentSlot, place?.hart ?? noHart, BigInt(place?.steps ?? 0))
    const report = await (past as Past)
      .run(options, cycle)
      .finally(() => core.stopBefore(presentSlot, noHart, 0n))
    if (!this.#isPresent(report)) return report
    this.#arrive()
    if (options.for === undefined) return runner.run(options, clockHz)
    return runner.run({ ...options, for: `${Math.max(0, end - timeline.now)}cy` }, clockHz)
  }

  /** Whether a run in the past has ended where the present is. */
  #isPresent({ stopReason }: RunReport): boolean {
    const { core } = this.#live
    switch (stopReason) {
      case 'limit':
        return (this.#present as Present).place === undefined && this.#atPresentCycle()
      case 'step':
        return core.stopCode() === presentSlot
      case 'exit':
      case 'fault':
      case 'reset':
      case 'idle':
        return true
      default:
        return false
    }
  }

  #atPresentCycle(): boolean {
    const { past, cycle } = this.#present as Present
    return (past as Past).now >= cycle
  }

  #arrive(): void {
    const { core, loaded, timeline } = this.#live
    this.keys.restore((this.#present as Present).key)
    core.setToHost(loaded().toHost)
    this.#present = undefined
    this.next = timeline.now + keyInterval
  }
}

/** Cycles that halve the way to `end` again and again. */
function halvings(start: Cycle, end: Cycle): Cycle[] {
  const cycles: Cycle[] = []
  for (let way = (end - start) / 2; way >= closestKeys; way /= 2) cycles.push(Math.floor(end - way))
  return cycles
}

function inputBytes(input: Input): number {
  if ('bytes' in input) return inputOverhead + input.bytes.length
  return inputOverhead + ('words' in input ? 8 * input.words.length : 0)
}
