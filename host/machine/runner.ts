/**
 * The run loop on the host's side: let the core run up to the next thing on the timeline, see why it stopped, let happen what is due,
 * and go on until the goal is reached or the guest has ended.
 */

import type { Network } from '../net/network.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { breathe } from './breathe.ts'
import type { Calls } from './calls.ts'
import type { Console } from './console.ts'
import type { CoreExports, CoreStop } from './core.ts'
import { stopName } from './core.ts'
import type { GoalState, RunOptions } from './goal.ts'
import { Goal } from './goal.ts'
import type { Place } from './input.ts'
import type { Keyboard } from './keyboard.ts'
import type { RunReport, StopReason, WatchpointHit } from './report.ts'
import {
  behindStop,
  consoleOutput,
  faultOf,
  frameOutput,
  reportedFault,
  watchpointHit,
} from './stopDetails.ts'
import type { Cycle } from './time.ts'
import type { Timeline } from './timeline.ts'
import type { TraceLog } from './traceLog.ts'

/** What the loop works with. */
export interface RunnerParts {
  core: CoreExports
  harts: number
  timeline: Timeline
  network: Pick<Network, 'transmitted'>
  console: Pick<Console, 'written' | 'text'>
  keyboard: Keyboard
  calls: Pick<Calls, 'replied' | 'abandon'>
  trace: Pick<TraceLog, 'collect' | 'isWatched' | 'end'>
}

/** Cycles at which somebody wants to look at the machine on its way. */
export interface Marks {
  readonly next: Cycle
  /** The core stands at `cycle`, which is `next` or a little later; nothing that is due there has entered yet. */
  reached(cycle: Cycle): void
}

/** A change that was made between two instructions, and is to be made there again. */
export interface Placed {
  place: Place
  action: () => void
}

/** Later than any cycle. */
const endOfTime = (1n << 63n) - 1n
/** Goals of the core: for placed changes, for whoever runs the machine, and for the present that a run of the past comes to. */
const placedSlot = 0
export const callerSlot = 1
export const presentSlot = 2
/** Takes a goal away. */
export const noHart = 254
const placeStops = new Set<CoreStop>(['Break', 'Watch', 'Step', 'Exit', 'Fault', 'Reset'])
/** The event loop gets a turn at least this often, counted in stops of the core. */
const stopsPerBreath = 512

export class Runner {
  /** Images by which faults are described. */
  images: readonly Image[] = []
  /** Set when somebody outside waits for the event loop before emulated time may go on. */
  mustBreathe = false
  /** Set when an input has entered: what follows from it at once happens before the next one enters. */
  entered = false
  readonly marks: Marks[] = []
  /** No run goes beyond this cycle. */
  bound: Cycle = Infinity
  readonly placed: Placed[] = []

  readonly #parts: RunnerParts
  #ended: RunReport | undefined
  #atLimit = true
  /** The core stands between two instructions and at no cycle that a run could be cut at. */
  #isBetween = false
  /** The core has been at a limit in this run. */
  #arrived = false
  /** Everything before this cycle is done. */
  #done: Cycle = 0
  #running = false

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  /** The report, when the guest has ended the run for good. */
  get end(): RunReport | undefined {
    return this.#ended
  }

  /** Go on as a machine that had ended so, or had not ended. */
  set end(report: RunReport | undefined) {
    this.#ended = report
  }

  /** Whether somebody is running the machine now. */
  get running(): boolean {
    return this.#running
  }

  /** Whether the guest has ended the run for good. */
  get ended(): boolean {
    return this.#ended !== undefined
  }

  /** Emulated cycles since reset. */
  get cycles(): Cycle {
    return Number(this.#parts.core.now())
  }

  /** The cycle at which the machine stands: not the core's own while all harts sleep. */
  get here(): Cycle {
    return this.#isBetween ? this.cycles : Math.max(this.cycles, this.#parts.timeline.now)
  }

  /** Instructions retired by all harts. */
  get instructions(): number {
    const { core, harts } = this.#parts
    let sum = 0n
    for (let hart = 0; hart < harts; hart++) sum += core.retired(hart)
    return Number(sum)
  }

  /** Run until the goal is reached or the guest has ended. */
  async run(options: RunOptions, clockHz: number): Promise<RunReport> {
    if (this.#running) throw new Error('the machine is running already')
    this.#done = this.#parts.timeline.now
    const state = this.#goalState(clockHz)
    const goal = new Goal(options, state)
    this.#running = true
    this.#arrived = false
    try {
      return await this.#runTo(goal, options, state)
    } finally {
      this.#running = false
    }
  }

  /** What goals look at: not the core's own time, since some of several harts may have gone beyond what is done. */
  #goalState(clockHz: number): GoalState {
    const [cycles, text] = [() => this.#done, () => this.#parts.console.text]
    return {
      clockHz,
      get cycles() {
        return cycles()
      },
      get consoleText() {
        return text()
      },
    }
  }

  async #runTo(goal: Goal, options: RunOptions, state: GoalState): Promise<RunReport> {
    const { timeline, keyboard } = this.#parts
    for (let stops = 1; ; stops++) {
      if (this.#ended !== undefined) return this.#ended
      const reason = options.signal?.aborted === true ? 'aborted' : this.#reached(goal, state)
      if (reason !== undefined) return this.#comeToRest(reason)
      const limit = Math.min(goal.limit(state), this.bound)
      const mark = this.#nextMark()
      const due = Math.min(limit, timeline.next, keyboard.next, mark)
      // What an input sets off at its own cycle comes before anything else does.
      const target = this.entered ? this.#done : Math.max(this.#done, due)
      // From mark to mark is a bounded piece of work too.
      const isMark = target === mark
      const stop = this.#advance(target)
      const end = this.#handle(stop, target, limit)
      if (end !== undefined) return end
      if (this.mustBreathe || isMark || stop === 'Slice' || stops % stopsPerBreath === 0) {
        this.mustBreathe = false
        options.onProgress?.(this.cycles)
        await breathe()
      }
    }
  }

  #nextMark(): Cycle {
    return this.marks.reduce((least, { next }) => Math.min(least, next), Infinity)
  }

  /** The reason to stop, unless something more is due at this cycle. */
  #reached(goal: Goal, state: GoalState): StopReason | undefined {
    const isDue = this.entered || this.#parts.timeline.next <= this.#done
    if (this.#arrived && isDue) return undefined
    return goal.reached(state) ?? (this.#done >= this.bound ? 'limit' : undefined)
  }

  /** Let the core run, and take what it has written. */
  #advance(cycle: Cycle): CoreStop {
    const { core, console, timeline, trace } = this.#parts
    this.entered = false
    this.#armPlaced()
    const stop = stopName(core.run(cycle === Infinity ? endOfTime : BigInt(cycle)))
    console.written(consoleOutput(core))
    if (stop === 'TraceFull' || trace.isWatched) trace.collect()
    this.#atLimit = stop === 'Limit'
    this.#isBetween = placeStops.has(stop)
    // Not the core's own time: with several harts, some have gone beyond the limit.
    timeline.advance(this.#atLimit ? cycle : behindStop(core, this.#parts.harts))
    return stop
  }

  /** End a run at a cycle of the timeline, as any other run can, and not in the middle of an instruction. */
  #comeToRest(reason: StopReason): RunReport {
    const { timeline } = this.#parts
    const isDue = () => this.entered || (this.#arrived && timeline.next <= timeline.now)
    while (!this.#atLimit || isDue()) {
      const { now } = timeline
      const stop = this.#advance(now)
      if (stop === 'Idle') break
      const end = this.#handle(stop, now, now)
      if (end !== undefined) return end
    }
    return this.#report(reason)
  }

  /** What a stop of the core on its way to `target` means. The report, when the run is over. */
  #handle(stop: CoreStop, target: Cycle, limit: Cycle): RunReport | undefined {
    const { core, calls, keyboard, network, timeline } = this.#parts
    switch (stop) {
      case 'Limit':
        this.#arrive(target)
        for (const mark of this.marks) if (mark.next <= target) mark.reached(target)
        keyboard.advance(target)
        this.#happen(target)
        return undefined
      case 'Idle':
        if (timeline.next === Infinity) return this.#report('idle')
        if (timeline.next > limit) return this.#sleptTo(limit)
        this.#arrive(timeline.next)
        this.#happen(timeline.next)
        return undefined
      case 'FrameOut':
        network.transmitted(frameOutput(core), this.cycles)
        return undefined
      case 'Reply':
        calls.replied(core)
        this.mustBreathe = true
        return undefined
      case 'Exit':
        return this.#exit(core.stopCode())
      case 'Fault':
        return this.#finish('fault', { fault: faultOf(core, this.images) })
      case 'Break':
        return this.#reportPlace('breakpoint')
      case 'Watch':
        return this.#reportPlace('watchpoint', watchpointHit(core))
      case 'Step':
        return core.stopCode() === placedSlot ? this.#change() : this.#reportPlace('step')
      case 'Reset':
        return this.#finish('reset', {})
      default:
        return undefined
    }
  }

  /** Everything before `cycle` is done. */
  #arrive(cycle: Cycle): void {
    this.#done = cycle
    this.#arrived = true
  }

  /** Let things happen that are due at `cycle`, up to one that enters the core. */
  #happen(cycle: Cycle): void {
    const { timeline } = this.#parts
    while (timeline.step(cycle) && !this.mustBreathe && !this.entered);
  }

  /** The place between two instructions at which the core stands, undefined when it stands at a cycle. */
  get place(): Place | undefined {
    if (!this.#isBetween) return undefined
    const hart = this.#parts.core.currentHart()
    return { hart, steps: Number(this.#parts.core.stepsOf(hart)) }
  }

  #armPlaced(): void {
    const place = this.placed.at(0)?.place
    this.#parts.core.stopBefore(placedSlot, place?.hart ?? noHart, BigInt(place?.steps ?? 0))
  }

  /** Make the change that belongs to the place at which the core stands. */
  #change(): undefined {
    this.placed.shift()?.action()
  }

  #reportPlace(stopReason: StopReason, watchpoint?: WatchpointHit): RunReport {
    const { core } = this.#parts
    const hart = core.currentHart()
    const stop = { hart, pc: core.programCounter(hart) >>> 0, ...(watchpoint && { watchpoint }) }
    return { ...this.#report(stopReason), stop }
  }

  /** The harts sleep past `limit`: the present is there, although no cycle of the core says so. */
  #sleptTo(limit: Cycle): RunReport {
    this.#parts.timeline.advance(limit)
    return this.#report('limit')
  }

  #exit(exitCode: number): RunReport {
    const fault = reportedFault(this.#parts.core, exitCode, this.images)
    if (fault === undefined) return this.#finish('exit', { exitCode })
    return this.#finish('fault', { exitCode, fault })
  }

  #finish(stopReason: StopReason, details: Partial<RunReport>): RunReport {
    this.#ended = { ...this.#report(stopReason), ...details }
    this.#parts.calls.abandon(`the run ended (${stopReason})`)
    this.#parts.trace.end()
    return this.#ended
  }

  #report(stopReason: StopReason): RunReport {
    const { cycles, instructions } = this
    return { stopReason, cycles, instructions, events: Number(this.#parts.core.events()) }
  }
}
