/**
 * Writes what both sides of the machine share from the tables that define it: constants for the models and for guest code, and the
 * reference pages. The results are kept in the repository; a test fails when they differ from the tables.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { counters } from '../../assembly/tables/counters.table.ts'
import { csrs } from '../../assembly/tables/csrs.table.ts'
import { deviceTables } from '../../assembly/tables/devices.table.ts'
import {
  fileConstants,
  statusCodes,
  systemCalls,
  systemStructures,
} from '../../assembly/tables/syscalls.table.ts'
import { stops } from '../../assembly/tables/stops.table.ts'
import { traceEvents } from '../../assembly/tables/trace.table.ts'
import type { RegisterTable } from '../../assembly/tables/types.ts'
import { type Constant, constantsFile, deviceConstants } from './constants.ts'
import { cpuFiles } from './generateInstructions.ts'
import { devicesPage } from './reference.ts'
import { instructionsPage, systemCallsPage, tracePage } from './tablePages.ts'

const machine = 'assembly/machine/generated'
const kernel = 'assembly/guest/kernel/generated'
const runtime = 'assembly/guest/runtime/generated'

/** One file to write; `path` is relative to the repository. */
export interface GeneratedFile {
  path: string
  text: string
}

/** Everything that is generated, in a fixed order. */
export function generatedFiles(): GeneratedFile[] {
  return [
    ...deviceTables.flatMap(deviceFiles),
    ...copies('trace', 'assembly/tables/trace.table.ts', traceConstants(), [
      machine,
      kernel,
      runtime,
    ]),
    ...copies('syscalls', 'assembly/tables/syscalls.table.ts', systemConstants(), [
      kernel,
      runtime,
    ]),
    ...copies('csrs', 'assembly/tables/csrs.table.ts', csrConstants(), [machine, kernel]),
    ...copies('stops', 'assembly/tables/stops.table.ts', stopConstants(), [machine]),
    ...copies('counters', 'assembly/tables/counters.table.ts', counterConstants(), [machine]),
    ...cpuFiles(),
    { path: 'docs/devices.md', text: devicesPage(deviceTables) },
    { path: 'docs/instructions.md', text: instructionsPage() },
    { path: 'docs/system-calls.md', text: systemCallsPage() },
    { path: 'docs/trace.md', text: tracePage() },
  ]
}

function deviceFiles(table: RegisterTable): GeneratedFile[] {
  const origin = `assembly/machine/devices/${table.device}/registers.table.ts`
  return copies(table.device, origin, deviceConstants(table), [machine, kernel])
}

function copies(
  name: string,
  origin: string,
  constants: Constant[],
  folders: string[],
): GeneratedFile[] {
  const text = constantsFile(origin, constants)
  return folders.map((folder) => ({ path: `${folder}/${name}.ts`, text }))
}

/** TRACE_irp_create and so on: the kinds of trace records. */
function traceConstants(): Constant[] {
  return traceEvents.map(({ id, name, doc }) => ({
    name: `TRACE_${name.replaceAll('.', '_')}`,
    value: id,
    doc,
  }))
}

/** CSR_mstatus and so on. */
function csrConstants(): Constant[] {
  return csrs.map(({ number, name, doc }) => ({ name: `CSR_${name}`, value: number, doc }))
}

/** STOP_Limit and so on: the reasons for which the core stops. */
function stopConstants(): Constant[] {
  return stops.map(({ code, name, doc }) => ({ name: `STOP_${name}`, value: code, doc }))
}

/** COUNT_interrupts and so on: places in the array of counters. */
function counterConstants(): Constant[] {
  return counters.map(({ name, doc }, n) => ({ name: `COUNT_${name}`, value: n, doc }))
}

/** SYS_NtClose and so on, status codes and file constants by their names, offsets and sizes of the structures. */
function systemConstants(): Constant[] {
  return [
    ...systemCalls.map(({ number, name, doc }) => ({ name: `SYS_${name}`, value: number, doc })),
    ...statusCodes,
    ...fileConstants,
    ...systemStructures.flatMap(({ name, bytes, doc, fields }) => [
      { name: `${name}_BYTES`, value: bytes, doc },
      ...fields.map((field) => ({
        name: `${name}_${field.name}`,
        value: field.offset,
        doc: field.doc,
      })),
    ]),
  ]
}

/**
 * Write every generated file that is missing or different.
 * @param root the repository
 * @returns the paths written
 */
export function writeGenerated(root: string): string[] {
  const stale = staleFiles(root)
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return stale.map(({ path }) => path)
}

/** The files that differ from what the tables say. */
export function staleFiles(root: string): GeneratedFile[] {
  return generatedFiles().filter(({ path, text }) => textOf(join(root, path)) !== text)
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
