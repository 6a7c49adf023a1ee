/**
 * Recordings: what a run depends on and nothing else, so that it can be repeated anywhere. JSON Lines: a header with the image's
 * hash and the configuration, one line per input, some checkpoints, and the end with the state hash. Each input carries the number of
 * instructions retired when it entered. By these and the checkpoints a replay that goes another way is found near where it parts.
 */

import type { Checkpoint } from './checkpoints.ts'
import { Checkpoints } from './checkpoints.ts'
import type { Input } from './input.ts'
import { inputLine, parseInput } from './input.ts'
import type { Machine } from './machine.ts'
import type { Configuration } from './options.ts'
import { configurationOf } from './options.ts'
import { oneLine } from './oneLine.ts'
import { parameterEntries } from './parameters.ts'
import type { Cycle } from './time.ts'

/** The version that is written; older ones, without checkpoints, are read too. */
const version = 2
const oldestVersion = 1

export interface RecordingHeader {
  /** SHA-256 over the loaded images. */
  image: string
  /** Where the program came from, for people and for the command line. */
  program: string
  /** The programs that ran beside it. */
  neighbours?: readonly string[]
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
  checkpoints: Checkpoint[]
  end: RecordingEnd
}

/** A file that is no recording, or a broken one. The message names the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'

  constructor(message: string) {
    super(oneLine(message))
  }
}

/** Writes down the inputs of a machine from now on. Make it before the first run. */
export class Recorder {
  readonly #machine: Machine
  readonly #inputs: RecordedInput[] = []
  readonly #checkpoints: Checkpoints

  constructor(machine: Machine) {
    this.#machine = machine
    this.#checkpoints = new Checkpoints(machine, machine.cycles)
    machine.onInput((input) => this.#inputs.push({ input, instructions: machine.instructions }))
    machine.look(this.#checkpoints)
  }

  /** The recording so far of a program and its neighbours, as the text of a file. Throws an Error for a machine in its past. */
  async text(program: string, neighbours: readonly string[] = []): Promise<string> {
    const machine = this.#machine
    if (machine.inPast) throw new Error('the machine stands in its past; run it to its present')
    const { configuration, ended, instructions } = machine
    const cycle = ended ? machine.cycles : machine.timeline.now
    const header: RecordingHeader = {
      image: await machine.imageHash(),
      program,
      ...(neighbours.length > 0 && { neighbours }),
      configuration,
    }
    const lines = [
      { nothread: 'recording', version, ...header },
      ...this.#inputs.map(({ input, instructions }) => ({ ...inputLine(input), instructions })),
      ...this.#checkpoints.list.map(({ cycle, ...rest }) => ({ checkpoint: cycle, ...rest })),
      { end: { ended, cycle, instructions, stateHash: machine.stateHash() } },
    ]
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  }
}

/** The recording in a file's text. Throws a RecordingError. */
export function parseRecording(text: string): Recording {
  const lines = text.trimEnd().split('\n').map(parseLine)
  checkVersion(lines[0])
  const end = parseEnd(lines[lines.length - 1], lines.length)
  const between = lines.slice(1, -1).map((line, i) => ({ line, number: i + 2 }))
  const isCheckpoint = ({ line }: { line: Line }) => 'checkpoint' in line
  return {
    header: parseHeader(lines[0]),
    inputs: between.filter((each) => !isCheckpoint(each)).map(parseRecorded),
    checkpoints: between.filter(isCheckpoint).map(parseCheckpoint),
    end,
  }
}

type Line = Record<string, unknown>

interface NumberedLine {
  line: Line
  number: number
}

function parseLine(line: string, index: number): Line {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Line
  } catch {
    // Falls through to the one message for both.
  }
  throw new RecordingError(`line ${index + 1}: this is no recording`)
}

function checkVersion({ nothread, version: found }: Line): void {
  if (nothread !== 'recording') throw new RecordingError('line 1: this is no recording')
  if (typeof found !== 'number' || found < oldestVersion || found > version) {
    throw new RecordingError(
      `line 1: version ${String(found)}, this nothread reads versions ${oldestVersion} to ${version}`,
    )
  }
}

function parseHeader({ image, program, neighbours = [], configuration }: Line): RecordingHeader {
  if (typeof image !== 'string' || typeof program !== 'string') {
    throw new RecordingError('line 1: the header lacks a field')
  }
  if (!Array.isArray(neighbours) || !neighbours.every((name) => typeof name === 'string')) {
    throw new RecordingError('line 1: the neighbours are no names of programs')
  }
  return { image, program, neighbours, configuration: parseConfiguration(configuration) }
}

function parseConfiguration(value: unknown): Configuration {
  try {
    const configuration = configurationOf(value as Configuration)
    parameterEntries(configuration.parameters)
    return configuration
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : 'the configuration is none'
    throw new RecordingError(`line 1: ${reason}`)
  }
}

function parseRecorded({ line, number }: NumberedLine): RecordedInput {
  const input = parseInput(line)
  const { instructions } = line
  if (input === undefined || !isCount(instructions)) {
    throw new RecordingError(`line ${number}: this is no input`)
  }
  return { input, instructions }
}

function parseCheckpoint({ line, number }: NumberedLine): Checkpoint {
  const { checkpoint: cycle, instructions, harts } = line
  if (!isCount(cycle) || !isCount(instructions) || typeof harts !== 'string') {
    throw new RecordingError(`line ${number}: this is no checkpoint`)
  }
  return { cycle, instructions, harts }
}

function parseEnd(line: Line, number: number): RecordingEnd {
  const { end } = line
  if (end === undefined) {
    throw new RecordingError(`line ${number}: the recording has no end; it was cut off`)
  }
  const { ended, cycle, instructions, stateHash } = (end ?? {}) as Line
  const isHash = typeof stateHash === 'string'
  if (typeof ended !== 'boolean' || !isCount(cycle) || !isCount(instructions) || !isHash) {
    throw new RecordingError(`line ${number}: the end lacks a field`)
  }
  return { ended, cycle, instructions, stateHash }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
