/** `nothread snapshot save | info | diff`. */

import { equalBytes } from '../bytes.ts'
import type { Machine } from '../machine/machine.ts'
import { ramBase } from '../machine/memory.ts'
import { readSections } from '../machine/sections.ts'
import type { Snapshot, SnapshotHeader } from '../machine/snapshotFormat.ts'
import { baseTag, pageBytes, shortHash } from '../machine/snapshotFormat.ts'
import { headerOf } from '../machine/snapshotReader.ts'
import { formatTime } from '../machine/time.ts'
import { checkWritable, readBytes, writeFile } from '../node/files.ts'
import { textTable } from '../observe/index.ts'
import { exitCode } from './exit.ts'
import { loadMachine } from './load.ts'
import { hexWord, summary } from './outputs.ts'
import { namingFile, readSnapshotFile } from './snapshotFiles.ts'
import { clearProgress, runProgress } from './talk.ts'

/** Pages that a comparison names before it only counts. */
const mostPages = 16

export interface SaveCommand {
  until?: string
  output: string
  seed?: number
  harts?: number
  from?: string
  base?: string[]
}

/** Run a program, or go on from a snapshot, and save the state. Returns the exit code of the command. */
export async function saveCommand(file: string, command: SaveCommand): Promise<number> {
  const { seed, harts, from, base = [], until, output } = command
  checkWritable(output)
  const machine: Machine = await loadMachine(file, { seed, harts }, { from, bases: base })
  const report = await machine.run({ until, onProgress: runProgress(machine.clockHz) })
  const older = base.length === 0 ? undefined : await readSnapshotFile(base[0], base.slice(1))
  const snapshot = await machine.snapshot({ base: older })
  writeFile(output, snapshot)
  clearProgress()
  const kind = older === undefined ? '' : `, a delta against ${shortHash(older.hash)}`
  console.log(`${output}: ${snapshot.length} bytes${kind}`)
  console.log(summary(machine, report.events))
  return exitCode.ok
}

/** Say what is in a snapshot. Returns the exit code of the command. */
export async function infoCommand(file: string): Promise<number> {
  const sections = await namingFile(file, () => readSections(readBytes(file)))
  const header = await namingFile(file, () => headerOf(sections))
  const { harts, clockHz, seed, ramBytes, timing } = header.configuration
  console.log(
    `${harts} hart${harts === 1 ? '' : 's'}, ${ramBytes / 2 ** 20} MiB of RAM, ${timing}, seed ${seed}`,
  )
  console.log(`at ${formatTime(header.cycles, clockHz)}: ${describeState(header)}`)
  const base = sections.find(({ tag }) => tag === baseTag)
  if (base !== undefined) console.log(`a delta against ${shortHash(base.bytes)}`)
  const rows = sections.map(({ tag, bytes, patch }) => ({
    section: tag,
    bytes: bytes.length,
    ...(base === undefined ? {} : { content: patch === true ? 'changes' : 'whole' }),
  }))
  console.log(`\n${textTable(rows)}`)
  return exitCode.ok
}

function describeState({ cycles, instructions, stateHash }: SnapshotHeader): string {
  return `cycles ${cycles}  instructions ${instructions}  state ${stateHash}`
}

/** Say where two snapshots differ. Returns 0 when they do not, 1 when they do. */
export async function diffCommand(
  first: string,
  second: string,
  { base = [] }: { base?: string[] },
): Promise<number> {
  const left = await readSnapshotFile(first, [...base, second])
  const right = await readSnapshotFile(second, [...base, first])
  for (const { header } of [left, right]) console.log(describeState(header))
  const tags = [...new Set([...left.sections.keys(), ...right.sections.keys()])]
  const different = tags.filter((tag) => !same(left.sections.get(tag), right.sections.get(tag)))
  for (const tag of different) console.log(`${tag} differs`)
  const pages = differentPages(left, right)
  if (pages.length > 0) console.log(describePages(pages))
  const isSame = different.length === 0 && pages.length === 0
  if (isSame) console.log('equal')
  return isSame ? exitCode.ok : exitCode.failed
}

function differentPages(left: Snapshot, right: Snapshot): number[] {
  const pages = [...new Set([...left.pages.keys(), ...right.pages.keys()])].sort((a, b) => a - b)
  return pages.filter(
    (page) => !same(left.pages.get(page) ?? zeros, right.pages.get(page) ?? zeros),
  )
}

const zeros = new Uint8Array(pageBytes)

function describePages(pages: readonly number[]): string {
  const named = pages.slice(0, mostPages).map((page) => hexWord(ramBase + page * pageBytes))
  const more = pages.length > named.length ? ` and ${pages.length - named.length} more` : ''
  return `RAM differs in ${pages.length} pages: ${named.join(' ')}${more}`
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}
