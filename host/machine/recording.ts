/**
 * Recordings: what a run depends on and nothing else, so that it can be repeated anywhere. JSON Lines: a header with the image's
 * hash and the configuration, one line per input, and the end with the state hash. Each input carries the number of instructions retired when it entered,
 * so that a replay that goes another way is found where it parts.
 */

import type { Input } from './input.ts'
import { inputLine, parseInput } from './input.ts'
import type { Machine } from './machine.ts'
import type { Configuration } from './options.ts'
import type { RunReport } from './report.ts'
import type { Cycle } from './time.ts'
import { parseTime } from './time.ts'

const version = 1
/** So much longer than recorded, in cycles, a guest may take to its end before the replay gives up. */
const endTolerance = 100_000

export interface RecordingHeader {
  /** SHA-256 over the loaded images. */
  image: string
  /** Where the program came from, for people and for the command line. */
  program: string
  configuration: Configuration
}

export interface RecordedInput {
  input: Input
  /** Instructions retired before it entered. */
  instructions: number
}

export interface RecordingEnd {
  /** Whether the guest ended the run; otherwise it just stopped at `cycle`. */
  ended: boolean
  cycle: Cycle
  instructions: number
  stateHash: string
}

export interface Recording {
  header: RecordingHeader
  inputs: RecordedInput[]
  end: RecordingEnd
}

/** A file that is no recording, or a broken one. The message names the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

/** Writes down the inputs of a machine from now on. Make it before the first run. */
export class Recorder {
  readonly #machine: Machine
  readonly #inputs: RecordedInput[] = []

  constructor(machine: Machine) {
    this.#machine = machine
    machine.onInput((input) => this.#inputs.push({ input, instructions: machine.instructions }))
  }

  /** The recording so far, as the text of a file. */
  async text(program: string): Promise<string> {
    const machine = this.#machine
    const { configuration, ended, instructions } = machine
    const cycle = ended ? machine.cycles : machine.timeline.now
    const header: RecordingHeader = { image: await machine.imageHash(), program, configuration }
    const lines = [
      { nothread: 'recording', version, ...header },
      ...this.#inputs.map(recordLine),
      { end: { ended, cycle, instructions, stateHash: machine.stateHash() } },
    ]
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  }
}

/** The recording in a file's text. Throws a RecordingError. */
export function parseRecording(text: string): Recording {
  const lines = text.trimEnd().split('\n').map(parseLine)
  const [first, last] = [lines[0], lines.at(-1)]
  if (first.nothread !== 'recording') throw new RecordingError('line 1: this is no recording')
  if (first.version !== version) {
    throw new RecordingError(
      `line 1: version ${String(first.version)}, this nothread reads version ${version}`,
    )
  }
  if (last?.end === undefined) {
    throw new RecordingError(`line ${lines.length}: the recording has no end; it was cut off`)
  }
  return {
    header: first as unknown as RecordingHeader,
    inputs: lines.slice(1, -1).map((line, i) => parseRecorded(line, i + 2)),
    end: last.end as RecordingEnd,
  }
}

/** A replay that went another way than the recording. */
export interface Divergence {
  /** First cycle at which the difference showed. */
  cycle: Cycle
  message: string
}

/**
 * Repeat a recorded run on a fresh machine that has the recording's configuration and image, up to the time `until` when it is given.
 * Returns the run's report, and the divergence when there is one. Throws a RecordingError when the image is another one.
 */
export async function replay(
  machine: Machine,
  recording: Recording,
  until?: string,
): Promise<{ report: RunReport; divergence?: Divergence }> {
  await checkImage(machine, recording.header)
  let divergence: Divergence | undefined
  let entered = 0
  machine.network.detach()
  machine.onInput(({ cycle }) => {
    const expected = recording.inputs[entered++].instructions
    const actual = machine.instructions
    if (expected === actual || divergence !== undefined) return
    const message = `input ${entered} met the machine after ${actual} instructions, recorded were ${expected}`
    divergence = { cycle, message }
  })
  for (const { input } of recording.inputs) machine.input(input)

  const allIn = () => entered === recording.inputs.length || divergence !== undefined
  const { end } = recording
  if (until !== undefined && parseTime(until, machine.clockHz) < end.cycle) {
    return { report: await machine.run({ until }), divergence }
  }
  if (!allIn()) await machine.run({ until: allIn })
  const report = await machine.run({ until: end.ended ? end.cycle + endTolerance : end.cycle })
  return { report, divergence: divergence ?? compareEnds(machine, end) }
}

async function checkImage(machine: Machine, header: RecordingHeader): Promise<void> {
  if ((await machine.imageHash()) === header.image) return
  throw new RecordingError(
    `the recording was made with another build of ${header.program} or another disk; use the same to replay it`,
  )
}

function compareEnds(machine: Machine, end: RecordingEnd): Divergence | undefined {
  const actual = {
    ended: machine.ended,
    instructions: machine.instructions,
    stateHash: machine.stateHash(),
  }
  const names = ['ended', 'instructions', 'stateHash'] as const
  const name = names.find((name) => actual[name] !== end[name])
  if (name === undefined) return undefined
  return { cycle: machine.cycles, message: `${name}: ${actual[name]}, recorded was ${end[name]}` }
}

function recordLine({ input, instructions }: RecordedInput): object {
  return { ...inputLine(input), instructions }
}

type Line = Record<string, unknown>

function parseLine(line: string, index: number): Line {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Line
  } catch {
    // Falls through to the one message for both.
  }
  throw new RecordingError(`line ${index + 1}: this is no recording`)
}

function parseRecorded(line: Line, number: number): RecordedInput {
  const input = parseInput(line)
  const { instructions } = line
  if (input === undefined || !Number.isSafeInteger(instructions)) {
    throw new RecordingError(`line ${number}: this is no input`)
  }
  return { input, instructions: instructions as number }
}
