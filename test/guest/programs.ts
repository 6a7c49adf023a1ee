/** Compiles and runs guest programs for tests, with the runtime's sources as they are in the tree. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import type { MachineOptions } from '../../host/machine/options.ts'
import type { RunReport } from '../../host/machine/report.ts'
import type { TraceRecord } from '../../host/observe/decode.ts'
import { collectGuestSources, compile } from '../../host/toolchain/index.ts'
import type { CompileOptions, GuestSources, Program } from '../../host/toolchain/index.ts'
import { archive } from '../../host/machine/archive.ts'

const guestFolder = join(import.meta.dirname, '../../assembly/guest')
const runtimeFolder = join(guestFolder, 'runtime')

let sources: Promise<GuestSources> | undefined

function runtimeSources(): Promise<GuestSources> {
  const files = readdirSync(runtimeFolder, { recursive: true, encoding: 'utf8' })
  sources ??= collectGuestSources(
    files.filter((file) => /\.(ts|s)$/.test(file)),
    (file) => readFileSync(join(runtimeFolder, file), 'utf8'),
  )
  return sources
}

/** Compile a program given as text. */
export async function compileText(text: string, options: CompileOptions = {}): Promise<Program> {
  const read = (path: string): string | null => (path === 'test.ts' ? text : null)
  return compile('test.ts', read, await runtimeSources(), options)
}

/** Compile one of the shipped programs. */
export async function compileShipped(name: string): Promise<Program> {
  const read = (path: string): string | null =>
    existsSync(path) ? readFileSync(path, 'utf8') : null
  return compile(join(guestFolder, 'programs', `${name}.ts`), read, await runtimeSources())
}

/** A machine with a program in it. */
export async function machineWith(
  program: Program,
  options: MachineOptions = {},
): Promise<Machine> {
  const machine = await Machine.create(options)
  await machine.load(program)
  return machine
}

export interface Outcome {
  report: RunReport
  text: string
  machine: Machine
}

/** Run a program given as text to its end. */
export async function runText(text: string, options: MachineOptions = {}): Promise<Outcome> {
  const machine = await machineWith(await compileText(text), options)
  const report = await machine.run({ until: '10s' })
  return { report, text: machine.console.text, machine }
}

/** Console lines of a program that ends by itself: `rest` stands before its `main`, which has this body. */
export async function linesOfMain(
  rest: string,
  body: string,
  options: MachineOptions = {},
): Promise<string[]> {
  const program = `${rest}\nexport async function main(): Promise<void> {\n${body}\n}\n`
  const { report, text } = await runText(program, options)
  expect({ report, text }).toMatchObject({ report: { stopReason: 'exit', exitCode: 0 } })
  return text.trimEnd().split('\n')
}

export interface ShippedRun {
  lines: string[]
  records: TraceRecord[]
  machine: Machine
  program: Program
}

/** Run a shipped program that ends by itself: its console lines, its trace. */
export async function runShipped(
  name: string,
  options: MachineOptions = {},
  disk?: Uint8Array,
): Promise<ShippedRun> {
  const program = await compileShipped(name)
  const machine = await machineWith(program, { trace: true, ...options })
  if (disk) machine.insertDisk(disk)
  const { stopReason, exitCode } = await machine.run({ until: '10s' })
  expect({ stopReason, exitCode }).toEqual({ stopReason: 'exit', exitCode: 0 })
  const lines = machine.console.text.trimEnd().split('\n')
  return { lines, records: machine.trace().records, machine, program }
}

/** A disk with a file "data" of 4 KiB. */
export const dataDisk = (): Uint8Array =>
  archive({ data: Uint8Array.from({ length: 4096 }, (_, index) => index % 251) })

/** How many records have this name. */
export const count = (records: TraceRecord[], name: string): number =>
  records.filter((record) => record.name === name).length

/** The numbers of a line. */
export const numbersOf = (line: string): number[] => (line.match(/\d+/g) ?? []).map(Number)
