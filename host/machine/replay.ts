/** Repeats a recorded run on a fresh machine, and tells where it goes another way. */

import { Comparison } from './checkpoints.ts'
import type { Machine } from './machine.ts'
import type { Recording, RecordingEnd, RecordingHeader } from './recording.ts'
import { RecordingError } from './recording.ts'
import type { RunReport } from './report.ts'
import type { Cycle } from './time.ts'
import { parseTime } from './time.ts'

/** So much longer than recorded, in cycles, a guest may take to its end before the replay gives up. */
const endTolerance = 100_000

/** A replay that went another way than the recording. */
export interface Divergence {
  /** The last cycle at which the two are known to have been equal. */
  after: Cycle
  /** The first cycle at which the difference showed. */
  cycle: Cycle
  message: string
}

/**
 * Repeat a recorded run on a fresh machine that has the recording's configuration and image, up to the time `until` when it is given.
 * Returns the run's report, and the divergence when there is one. Throws a RecordingError when the image is another one, or for an input
 * that the machine cannot take.
 */
export async function replay(
  machine: Machine,
  recording: Recording,
  until?: string,
): Promise<{ report: RunReport; divergence?: Divergence }> {
  await checkImage(machine, recording.header)
  const side = new Side(machine, recording)
  const { end } = recording
  if (until !== undefined && parseTime(until, machine.clockHz) < end.cycle) {
    return side.run(parseTime(until, machine.clockHz), false)
  }
  return side.run(end.ended ? end.cycle + endTolerance : end.cycle, true)
}

/** The run that is compared with a recording. */
class Side {
  readonly #machine: Machine
  readonly #recording: Recording
  readonly #comparison: Comparison
  #entered = 0
  #divergence: Divergence | undefined

  constructor(machine: Machine, recording: Recording) {
    this.#machine = machine
    this.#recording = recording
    this.#comparison = new Comparison(machine, recording.checkpoints, machine.cycles)
    machine.network.detach()
    machine.look(this.#comparison)
    machine.onInput(({ cycle }) => this.#enter(cycle))
    try {
      for (const { input } of recording.inputs) machine.input(input)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RecordingError(`an input does not fit the machine: ${error.message}`)
    }
  }

  #enter(cycle: Cycle): void {
    const expected = this.#recording.inputs[this.#entered++].instructions
    const actual = this.#machine.instructions
    if (expected === actual) return
    const message = `input ${this.#entered} met the machine after ${actual} instructions, recorded were ${expected}`
    this.#divergence ??= { after: this.#comparison.equalAt, cycle, message }
  }

  /** Run up to a cycle, or to where the two part. */
  async run(
    cycle: Cycle,
    isWhole: boolean,
  ): Promise<{ report: RunReport; divergence?: Divergence }> {
    const machine = this.#machine
    const report = await machine.run({
      until: () => this.#parted() !== undefined,
      for: `${Math.max(0, cycle - machine.timeline.now)}cy`,
    })
    const divergence =
      this.#parted() ?? (isWhole ? this.#compareEnds(this.#recording.end) : undefined)
    return { report, divergence }
  }

  #parted(): Divergence | undefined {
    const { differentAt: cycle, equalAt: after } = this.#comparison
    if (this.#divergence === undefined && cycle !== undefined) {
      this.#divergence = { after, cycle, message: 'the harts are in another state' }
    }
    return this.#divergence
  }

  #compareEnds(end: RecordingEnd): Divergence | undefined {
    const { ended, instructions, cycles } = this.#machine
    const actual = { ended, instructions, stateHash: this.#machine.stateHash() }
    const names = ['ended', 'instructions', 'stateHash'] as const
    const name = names.find((name) => actual[name] !== end[name])
    if (name === undefined) return undefined
    const message = `${name}: ${actual[name]}, recorded was ${end[name]}`
    return { after: this.#comparison.equalAt, cycle: cycles, message }
  }
}

async function checkImage(machine: Machine, header: RecordingHeader): Promise<void> {
  if ((await machine.imageHash()) === header.image) return
  throw new RecordingError(
    `the recording was made with another build of ${header.program} or another disk; use the same to replay it`,
  )
}
