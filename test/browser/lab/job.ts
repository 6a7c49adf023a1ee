import { Machine } from '../../../host/machine/machine.ts'
import type { MachineOptions } from '../../../host/machine/options.ts'
import type { RunReport } from '../../../host/machine/report.ts'
import { Compiler } from '../../../host/web/compiler.ts'
import { loadFor, sampleDisk } from '../../../host/web/loads.ts'
import { exchangedInvocations } from '../../../host/toolchain/invocations/index.ts'

/** One run of one program, described by data alone, so that Node and a browser can be asked for the same. */
export interface Job {
  fileName: string
  source: string
  options?: Omit<MachineOptions, 'wasm' | 'kernel'>
  /** A closed-loop load that begins when the program has printed its first line. */
  clients?: { port: number; count: number; requests: number }
  /** Whether the machine has the playground's disk. */
  disk?: boolean
  /** Emulated time after which the run is over; without it, the program's own end. */
  until?: string
  /** The run is cut into pieces of this many cycles. */
  slice?: number
}

export interface Outcome {
  stopReason: string
  exitCode: number | undefined
  console: string
  cycles: number
  stateHash: string
}

const BOOT_LIMIT = '5ms'
const compiler = new Compiler()

/** Compiles and runs a job. Throws what compiler and machine throw. */
export async function runJob(job: Job): Promise<Outcome> {
  const program = await compiler.compile(job.source, job.fileName)
  const machine = await Machine.create(job.options)
  if (job.disk === true) machine.insertDisk(sampleDisk())
  await machine.load(program)
  if (job.clients) {
    await machine.run({ until: { text: '\n' }, for: BOOT_LIMIT })
    machine.network.clients({ ...job.clients, ...loadFor(job.clients.port) })
  }
  const { stopReason, exitCode } = await runToEnd(machine, job)
  const { consoleText, cycles } = machine
  return { stopReason, exitCode, console: consoleText, cycles, stateHash: machine.stateHash() }
}

async function runToEnd(machine: Machine, { until, slice }: Job): Promise<RunReport> {
  if (slice === undefined) return machine.run({ until })
  for (;;) {
    const end = await machine.run({ until, for: `${slice}cy` })
    const over = until !== undefined && machine.cycles >= machine.network.cycles(until)
    if (end.stopReason !== 'limit' || over) return end
  }
}

/** How many of the optimiser's invocations are in wasm, once the compiler is loaded. */
export async function fastInvocations(): Promise<number> {
  await compiler.prepare()
  return exchangedInvocations()
}

/** Milliseconds that each compilation of a list of programs takes, perhaps after the compiler has been prepared as the playground does. */
export async function compileTimes(sources: string[], prepare: boolean): Promise<number[]> {
  const times: number[] = []
  if (prepare) await compiler.prepare()
  for (const source of sources) {
    const began = performance.now()
    await compiler.compile(source, 'program.ts')
    times.push(performance.now() - began)
  }
  return times
}

/** A machine that goes on from a snapshot and, perhaps, back again. Files are in base64. */
export interface Restoring {
  snapshot: string
  bases: string[]
  until: number
}

/** Restores a machine, lets it go on to a cycle, back to the middle of the way, and there again. */
export async function goOn({ snapshot, bases, until }: Restoring): Promise<string[]> {
  const machine = await Machine.restore(fromBase64(snapshot), { bases: bases.map(fromBase64) })
  const hashes = [machine.stateHash()]
  machine.keepHistory()
  const middle = Math.floor((machine.cycles + until) / 2)
  const goals = [() => machine.run({ until }), () => machine.runBackTo(middle)]
  for (const go of [...goals, goals[0]]) {
    await go()
    hashes.push(machine.stateHash())
  }
  return hashes
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
