/**
 * Two machines side by side, to see that equal runs are equal: both go from checkpoint to checkpoint, where their states are
 * compared. The distance between checkpoints grows with the run, so that long runs are not all comparison. Where they part, both go back
 * and the stretch is halved down to the first cycle that differs.
 */

import type { Until } from './goal.ts'
import type { Machine } from './machine.ts'
import { ramBase } from './memory.ts'
import type { RunReport } from './report.ts'
import type { Cycle } from './time.ts'
import { parseTime } from './time.ts'

/** Where two runs part. */
export interface Difference {
  /** The last cycle at which they were equal, and the first one at which they were not. */
  after: Cycle
  cycle: Cycle
  message: string
}

export interface Comparison {
  report: RunReport
  checkpoints: number
  difference?: Difference
}

type Pair = readonly [Machine, Machine]

const firstStep = 100_000
/** Checkpoints with the same distance; then it doubles. */
const checkpointsPerStep = 64

/** Run two machines that should do the same. `until` is a time, `idle`, or a text; the goal is the first machine's. */
export async function runTwice(
  pair: Pair,
  until: Exclude<Until, () => boolean> | undefined,
): Promise<Comparison> {
  const [first, second] = pair
  for (const machine of pair) if (machine.history === undefined) machine.keepHistory()
  const end = endOf(until, first.clockHz)
  let [after, step] = [first.cycles, firstStep]
  for (let checkpoints = 1; ; checkpoints++) {
    if (checkpoints % checkpointsPerStep === 0) step *= 2
    const cycle = Math.min(after + step, end)
    const reports = [await first.run({ until: cycle }), await second.run({ until: cycle })]
    const message = compare(pair, reports)
    if (message !== undefined) {
      const difference = await narrow(pair, { after, cycle, message })
      return { report: reports[0], checkpoints, difference }
    }
    const over = reports[0].stopReason !== 'limit' || cycle >= end
    if (over) return { report: reports[0], checkpoints }
    if (typeof until === 'object' && first.console.text.includes(until.text)) {
      return { report: { ...reports[0], stopReason: 'text' }, checkpoints }
    }
    after = cycle
  }
}

function endOf(until: Exclude<Until, () => boolean> | undefined, clockHz: number): Cycle {
  if (typeof until === 'number') return until
  return typeof until === 'string' && until !== 'idle' ? parseTime(until, clockHz) : Infinity
}

function compare([first, second]: Pair, reports: RunReport[]): string | undefined {
  const views = [first, second].map((machine, i) => ({
    stopReason: reports[i].stopReason,
    cycles: machine.cycles,
    instructions: machine.instructions,
    console: machine.console.text,
    stateHash: machine.stateHash(),
  }))
  const names = ['stopReason', 'cycles', 'instructions', 'console', 'stateHash'] as const
  const name = names.find((name) => views[0][name] !== views[1][name])
  return name && unequal(name, views[0][name], views[1][name])
}

function unequal(what: string, first: number | string, second: number | string): string {
  return `${what} is ${first} in one run and ${second} in the other`
}

/** The first cycle of a stretch at which the states differ, and how; the whole stretch when they do not differ when it is done again. */
async function narrow(pair: Pair, stretch: Difference): Promise<Difference> {
  let [after, cycle] = [stretch.after, stretch.cycle]
  let message: string | undefined
  while (cycle - after > 1) {
    const middle = after + Math.floor((cycle - after) / 2)
    await goTo(pair, middle)
    if (pair[0].stateHash() === pair[1].stateHash()) {
      after = middle
    } else {
      cycle = middle
      message = describe(pair)
    }
  }
  await goTo(pair, cycle)
  message = pair[0].stateHash() === pair[1].stateHash() ? undefined : describe(pair)
  return message === undefined ? stretch : { after, cycle, message }
}

async function goTo(pair: Pair, cycle: Cycle): Promise<void> {
  for (const machine of pair) {
    if (machine.cycles < cycle) await machine.run({ until: cycle })
    else await machine.runBackTo(cycle)
  }
}

/** What differs in two states: a register, a word of memory, or else something in a device. */
function describe(pair: Pair): string {
  return differentRegister(pair) ?? differentWord(pair) ?? differentHash(pair)
}

function differentRegister([first, second]: Pair): string | undefined {
  for (let hart = 0; hart < first.configuration.harts; hart++) {
    const [a, b] = [first.registers(hart), second.registers(hart)]
    const index = a.x.findIndex((value, i) => value !== b.x[i])
    if (index >= 0) return unequal(`x${index} of hart ${hart}`, hex(a.x[index]), hex(b.x[index]))
    if (a.pc !== b.pc) return unequal(`the pc of hart ${hart}`, hex(a.pc), hex(b.pc))
  }
  return undefined
}

function differentWord([first, second]: Pair): string | undefined {
  const { ramBytes } = first.configuration
  const chunk = 1 << 20
  for (let address = ramBase; address < ramBase + ramBytes; address += chunk) {
    const count = Math.min(chunk, ramBase + ramBytes - address) / 4
    const [a, b] = [first, second].map(
      ({ memory }) => new Uint32Array(memory.bytes(address, 4 * count).buffer),
    )
    const index = a.findIndex((word, i) => word !== b[i])
    if (index < 0) continue
    return unequal(`the word at ${hex(address + 4 * index)}`, hex(a[index]), hex(b[index]))
  }
  return undefined
}

function differentHash([first, second]: Pair): string {
  return unequal('stateHash', first.stateHash(), second.stateHash())
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
