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
import type { Keyboard } from './keyboard.ts'
import type { Fault, RunReport, StopReason } from './report.ts'
import { describeFault, faultExitCodes } from './report.ts'
import type { Cycle } from './time.ts'
import type { Timeline } from './timeline.ts'
import type { TraceLog } from './traceLog.ts'

/** What the loop works with. */
export interface RunnerParts {
  core: CoreExports
  harts: number
  timeline: Timeline
  network: Network
  console: Console
  keyboard: Keyboard
  calls: Calls
  trace: TraceLog
}

/** Later than any cycle. */
const endOfTime = (1n << 63n) - 1n
/** The event loop gets a turn at least this often, counted in stops of the core. */
const stopsPerBreath = 512

export class Runner {
  /** Images by which faults are described. */
  images: readonly Image[] = []
  /** Set when somebody outside waits for the event loop before emulated time may go on. */
  mustBreathe = false

  readonly #parts: RunnerParts
  #ended: RunReport | undefined
  #atLimit = true
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
      const reason = options.signal?.aborted === true ? 'aborted' : goal.reached(state)
      if (reason !== undefined) return this.#comeToRest(reason)
      const limit = goal.limit(state)
      const target = Math.min(limit, timeline.next, keyboard.next)
      const stop = this.#advance(target)
      const end = this.#handle(stop, target, limit)
      if (end !== undefined) return end
      if (this.mustBreathe || stop === 'Slice' || stops % stopsPerBreath === 0) {
        this.mustBreathe = false
        options.onProgress?.(this.cycles)
        await breathe()
      }
    }
  }

  /** Let the core run, and take what it has written. */
  #advance(cycle: Cycle): CoreStop {
    const { core, console, timeline, trace } = this.#parts
    const stop = stopName(core.run(cycle === Infinity ? endOfTime : BigInt(cycle)))
    const pointer = core.consolePointer() >>> 0
    console.written(new Uint8Array(core.memory.buffer, pointer, core.consoleCount()).slice())
    core.consoleClear()
    if (stop === 'TraceFull' || trace.isWatched) trace.collect()
    this.#atLimit = stop === 'Limit'
    // Not the core's own time: with several harts, some have gone beyond the limit.
    timeline.advance(this.#atLimit ? cycle : this.#behindStop())
    return stop
  }

  /**
   * The first cycle at which something may enter after a stop that was not asked for. The instruction that caused it, and other harts,
   * have gone on a little; what entered earlier would not find the same state in a run that has no reason to stop here.
   */
  #behindStop(): Cycle {
    const { core, harts } = this.#parts
    let latest = core.now()
    for (let hart = 0; hart < harts; hart++) {
      const time = core.hartTime(hart)
      if (time > latest) latest = time
    }
    return Number(latest) + 1
  }

  /** End a run at a cycle of the timeline, as any other run can, and not in the middle of an instruction. */
  #comeToRest(reason: StopReason): RunReport {
    while (!this.#atLimit) {
      const { now } = this.#parts.timeline
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
        this.#done = target
        this.#happen(target)
        keyboard.advance(target)
        return undefined
      case 'Idle':
        if (timeline.next === Infinity) return this.#report('idle')
        if (timeline.next > limit) return this.#sleptTo(limit)
        this.#done = timeline.next
        this.#happen(timeline.next)
        return undefined
      case 'FrameOut':
        network.transmitted(this.#frameOutput(), this.cycles)
        return undefined
      case 'Reply':
        calls.replied(core)
        this.mustBreathe = true
        return undefined
      case 'Exit':
        return this.#exit(core.stopCode())
      case 'Fault':
        return this.#finish('fault', { fault: this.#fault() })
      case 'Break':
        return this.#report('breakpoint')
      case 'Reset':
        return this.#finish('reset', {})
      default:
        return undefined
    }
  }

  /** Let everything happen that is due at `cycle`. */
  #happen(cycle: Cycle): void {
    while (this.#parts.timeline.step(cycle) && !this.mustBreathe);
  }

  /** The harts sleep past `limit`: the present is there, although no cycle of the core says so. */
  #sleptTo(limit: Cycle): RunReport {
    this.#parts.timeline.advance(limit)
    return this.#report('limit')
  }

  #frameOutput(): Uint8Array {
    const { core } = this.#parts
    const pointer = core.frameOutput() >>> 0
    return new Uint8Array(core.memory.buffer, pointer, core.frameOutputBytes()).slice()
  }

  #exit(exitCode: number): RunReport {
    if (faultExitCodes[exitCode] === undefined) return this.#finish('exit', { exitCode })
    const { core } = this.#parts
    const [cause, pc, value] = [0, 1, 2].map((index) => core.mailboxFault(index) >>> 0)
    const fault = describeFault({ cause, pc, value }, this.images)
    fault.message = `${faultExitCodes[exitCode]}: ${fault.message}`
    return this.#finish('fault', { exitCode, fault })
  }

  #fault(): Fault {
    const { core } = this.#parts
    const [cause, pc, value] = [core.stopCode(), core.stopAddress(), core.stopValue()]
    return describeFault({ cause: cause >>> 0, pc: pc >>> 0, value: value >>> 0 }, this.images)
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
