/**
 * A stretch of a run that is done again: from a key snapshot on, with the inputs that entered then. Frames and answers of the guest go
 * nowhere, since those who got them have had them; its console output and its trace have been written down before.
 */

import type { CoreExports } from '../core.ts'
import type { RunOptions } from '../goal.ts'
import type { Input } from '../input.ts'
import { applyInput } from '../input.ts'
import { Keyboard } from '../keyboard.ts'
import type { RunReport } from '../report.ts'
import { Runner } from '../runner.ts'
import type { Cycle } from '../time.ts'
import { Timeline } from '../timeline.ts'
import type { Image } from '../../toolchain/elf/image.ts'
import type { Key } from './key.ts'

export interface PastParts {
  core: CoreExports
  harts: number
  clockHz: number
  images: readonly Image[]
  /** All inputs from the key on, in the order in which they entered. */
  inputs: readonly Input[]
}

const nowhere = {
  transmitted: () => undefined,
  written: () => undefined,
  text: '',
  replied: () => undefined,
  abandon: () => undefined,
}

export class Past {
  readonly keyboard: Keyboard
  readonly #parts: PastParts
  readonly #runner: Runner
  readonly #timeline = new Timeline()
  #entered: number

  /** The core stands where `key` was taken. */
  constructor(parts: PastParts, key: Key) {
    const { core, harts, inputs, images } = parts
    this.#parts = parts
    this.#entered = key.inputs
    this.keyboard = new Keyboard((byte) => core.consoleInput(byte) !== 0)
    this.keyboard.state = key.keyboard
    const timeline = this.#timeline
    timeline.advance(Math.min(key.cycle, inputs.at(0)?.cycle ?? Infinity))
    const trace = { collect: () => core.traceClear(), isWatched: false, end: () => undefined }
    const { keyboard } = this
    this.#runner = new Runner({
      ...{ core, harts, timeline, keyboard, trace },
      ...{ network: nowhere, console: nowhere, calls: nowhere },
    })
    this.#runner.images = images
    for (const input of inputs) this.#expect(timeline, input)
  }

  /** Inputs that have entered since the run began. */
  get entered(): number {
    return this.#entered
  }

  /** The cycle up to which it has come. */
  get now(): Cycle {
    return this.#runner.here
  }

  #expect(timeline: Timeline, input: Input): void {
    if ('at' in input && input.at !== undefined) {
      this.#runner.placed.push({ place: input.at, action: () => this.#enter(input) })
    } else {
      timeline.add(input.cycle, () => {
        this.#runner.entered = true
        this.#enter(input)
      })
    }
  }

  #enter(input: Input): void {
    this.#entered++
    if (input.kind === 'console') this.keyboard.type(input.bytes, input.cycle)
    else applyInput(this.#parts.core, input)
  }

  /** Go on, at most to the cycle `bound`; behind each cycle of `stops`, in order, `look` is called. */
  run(
    options: RunOptions,
    bound: Cycle,
    stops: Cycle[] = [],
    look: () => void = () => undefined,
  ): Promise<RunReport> {
    this.#runner.bound = bound
    const marks = {
      get next() {
        return stops.at(0) ?? Infinity
      },
      reached: (cycle: Cycle) => {
        while (stops.length > 0 && stops[0] <= cycle) stops.shift()
        look()
      },
    }
    this.#runner.marks.splice(0, Infinity, marks)
    return this.#runner.run(options, this.#parts.clockHz).finally(this.#parts.core.traceClear)
  }
}
