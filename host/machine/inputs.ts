/** The machine's way in: every input waits for its cycle, or for its place between two instructions, and is told to whoever listens. */

import type { CoreExports } from './core.ts'
import type { Change, Input } from './input.ts'
import { applyInput } from './input.ts'
import type { Keyboard } from './keyboard.ts'
import type { Network } from '../net/network.ts'
import type { Runner } from './runner.ts'
import type { Timeline } from './timeline.ts'

export interface InputParts {
  core: CoreExports
  harts: number
  timeline: Timeline
  runner: Runner
  keyboard: Keyboard
  network: Pick<Network, 'seen'>
}

export class Inputs {
  readonly #parts: InputParts
  readonly #listeners: ((input: Input) => void)[] = []
  readonly #onTheirWay = new Set<Input>()

  constructor(parts: InputParts) {
    this.#parts = parts
  }

  /** Inputs that have not entered yet. */
  get onTheirWay(): readonly Input[] {
    return [...this.#onTheirWay]
  }

  /** See every input as it enters. */
  listen(listener: (input: Input) => void): void {
    this.#listeners.push(listener)
  }

  /** Let something enter at its cycle or place. Throws a RangeError for a hart that the machine does not have. */
  add(input: Input): void {
    const { harts, runner, timeline } = this.#parts
    if ('hart' in input && input.hart >= harts) {
      throw new RangeError(`there is no hart ${input.hart}: the machine has ${harts}`)
    }
    if ('at' in input && input.at !== undefined) {
      runner.placed.push({ place: input.at, action: () => this.#enterPlaced(input) })
    } else {
      const { cycle } = timeline.add(input.cycle, () => this.#enter(input, cycle))
    }
    this.#onTheirWay.add(input)
  }

  /** Make a change where the machine stands, which no run can be cut at by a cycle. */
  change(change: Change): void {
    const { core, runner, timeline } = this.#parts
    const at = runner.place
    const input: Input = { ...change, cycle: timeline.now, ...(at && { at }) }
    this.#tell(input)
    applyInput(core, input)
  }

  #enter(input: Input, cycle: number): void {
    const { core, keyboard, network, runner } = this.#parts
    this.#onTheirWay.delete(input)
    const entering = { ...input, cycle }
    runner.entered = true
    this.#tell(entering)
    if (entering.kind === 'frame') {
      network.seen({ direction: 'toGuest', cycle, bytes: entering.bytes })
    }
    if (entering.kind === 'console') keyboard.type(entering.bytes, cycle)
    else applyInput(core, entering)
  }

  #enterPlaced(input: Input): void {
    this.#onTheirWay.delete(input)
    this.#tell(input)
    applyInput(this.#parts.core, input)
  }

  #tell(input: Input): void {
    for (const listener of this.#listeners) listener(input)
  }
}
