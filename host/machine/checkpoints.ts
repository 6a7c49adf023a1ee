/**
 * Checkpoints of a recording: at some cycles, what the harts were like. They are spread over the whole run, and so few that they cost
 * nothing; a replay that goes another way is found between two of them.
 */

import type { Marks } from './runner.ts'
import type { Cycle } from './time.ts'

export interface Checkpoint {
  cycle: Cycle
  instructions: number
  /** Hash of the harts' registers. */
  harts: string
}

/** What checkpoints look at. */
interface Subject {
  readonly instructions: number
  hartsHash(): string
}

const firstStep = 100_000
const most = 256

/** Takes checkpoints at multiples of a distance, which grows with the run. */
export class Checkpoints implements Marks {
  readonly #subject: Subject
  #step = firstStep
  #list: Checkpoint[] = []
  next: Cycle

  constructor(subject: Subject, from: Cycle) {
    this.#subject = subject
    this.next = this.#after(from)
  }

  get list(): readonly Checkpoint[] {
    return this.#list
  }

  #after(cycle: Cycle): Cycle {
    return (Math.floor(cycle / this.#step) + 1) * this.#step
  }

  reached(cycle: Cycle): void {
    if (cycle === this.next) this.#list.push(checkpointOf(this.#subject, cycle))
    if (this.#list.length === most) {
      this.#step *= 2
      this.#list = this.#list.filter((point) => point.cycle % this.#step === 0)
    }
    this.next = this.#after(cycle)
  }
}

function checkpointOf(subject: Subject, cycle: Cycle): Checkpoint {
  return { cycle, instructions: subject.instructions, harts: subject.hartsHash() }
}

/** Compares a run with the checkpoints of another. */
export class Comparison implements Marks {
  readonly #subject: Subject
  readonly #expected: Checkpoint[]
  /** The last checkpoint that was as expected, and the first that was not. */
  equalAt: Cycle
  differentAt: Cycle | undefined

  constructor(subject: Subject, expected: readonly Checkpoint[], from: Cycle) {
    this.#subject = subject
    this.#expected = [...expected]
    this.equalAt = from
  }

  get next(): Cycle {
    return this.differentAt !== undefined ? Infinity : (this.#expected.at(0)?.cycle ?? Infinity)
  }

  reached(cycle: Cycle): void {
    while (this.next < cycle) this.#expected.shift()
    const expected = this.#expected.shift()
    if (expected?.cycle !== cycle) {
      if (expected !== undefined) this.#expected.unshift(expected)
      return
    }
    const actual = checkpointOf(this.#subject, cycle)
    const isEqual = actual.harts === expected.harts && actual.instructions === expected.instructions
    if (isEqual) this.equalAt = cycle
    else this.differentAt = cycle
  }
}
