/** The machine's side of its history: who may travel when, and steps forward. */

import type { CoreExports } from '../core.ts'
import type { RunOptions } from '../goal.ts'
import type { Input } from '../input.ts'
import type { RunReport } from '../report.ts'
import { callerSlot, noHart } from '../runner.ts'
import type { Cycle } from '../time.ts'
import type { Ahead, HistoryOptions, HistorySize, LiveParts } from './history.ts'
import { History } from './history.ts'
import { Reverse } from './reverse.ts'

export class Travel {
  readonly #history: History
  readonly #reverse: Reverse
  readonly #live: LiveParts
  #busy = false

  constructor(live: LiveParts, options: HistoryOptions) {
    this.#live = live
    this.#history = new History(live, options)
    this.#reverse = new Reverse(this.#history, live.core, live.harts)
    live.runner.marks.push(this.#history)
  }

  get isPast(): boolean {
    return this.#history.isPast
  }

  get size(): HistorySize {
    return this.#history.size
  }

  /** Keep the history of another one no more. */
  close(): void {
    const { marks } = this.#live.runner
    marks.splice(marks.indexOf(this.#history), 1)
  }

  /** What belongs to the machine in its past besides its core; undefined in the present. */
  get ahead(): Ahead | undefined {
    return this.#history.ahead
  }

  /** An input enters the machine. */
  add(input: Input): void {
    this.#history.add(input)
  }

  /** Run forward from the past; undefined in the present, where nothing is in the way of a run. */
  run(options: RunOptions): Promise<RunReport> | undefined {
    if (this.isPast || this.#busy) return this.#alone(() => this.#history.run(options))
    if (!this.#live.runner.running) this.#history.begin()
    return undefined
  }

  /** Undo instructions of a hart, or cycles. */
  stepBack(
    count: number,
    { hart = 0, unit = 'instructions' }: { hart?: number; unit?: 'instructions' | 'cycles' },
  ): Promise<RunReport> {
    return this.#alone(() => {
      checkHart(hart, this.#live.harts)
      checkCount(count)
      if (unit === 'instructions') return this.#reverse.steps(count, hart)
      return this.#reverse.cycle(Math.max(0, this.#history.here - count))
    })
  }

  runBackTo(goal: Cycle | 'breakpoint' | 'event' | 'input'): Promise<RunReport> {
    return this.#alone(() => {
      if (typeof goal === 'number') return this.#reverse.cycle(checkCount(goal))
      if (goal === 'breakpoint') return this.#reverse.point()
      return goal === 'event' ? this.#reverse.event() : this.#reverse.input()
    })
  }

  async #alone(action: () => Promise<RunReport>): Promise<RunReport> {
    if (this.#busy || this.#live.runner.running) throw new Error('the machine is running already')
    this.#busy = true
    try {
      return await action()
    } finally {
      this.#busy = false
    }
  }
}

/** Do steps of a hart, by runs that stop in front of the next one; the first passes a breakpoint at which the hart stands. */
export async function step(
  core: CoreExports,
  harts: number,
  count: number,
  { hart = 0, ...options }: RunOptions & { hart?: number },
  run: (options: RunOptions) => Promise<RunReport>,
): Promise<RunReport> {
  checkHart(hart, harts)
  if (checkCount(count) === 0) throw new RangeError('no step is none: give a number from 1 on')
  const done = core.stepsOf(hart)
  const runTo = (goal: bigint) => {
    core.stopBefore(callerSlot, hart, goal)
    return run(options)
  }
  const pc = core.programCounter(hart)
  const isBreakpoint = core.clearBreakpoint(pc) !== 0
  try {
    const first = await runTo(done + 1n)
    if (isBreakpoint) core.setBreakpoint(pc)
    if (count === 1 || first.stopReason !== 'step') return first
    return await runTo(done + BigInt(count))
  } finally {
    if (isBreakpoint) core.setBreakpoint(pc)
    core.stopBefore(callerSlot, noHart, 0n)
  }
}

function checkHart(hart: number, harts: number): void {
  if (Number.isInteger(hart) && hart >= 0 && hart < harts) return
  throw new RangeError(`there is no hart ${hart}: the machine has ${harts}`)
}

function checkCount(count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new RangeError(`${count} is not a number of instructions or cycles`)
}
