/** `nothread snapshot save | info | diff`. */

import { Machine } from '../machine/machine.ts'
import type { SnapshotHeader } from '../machine/snapshot.ts'
import { headerOf, ramPages, ramTag, sectionOf } from '../machine/snapshot.ts'
import type { Section } from '../machine/sections.ts'
import { readSections, SnapshotError } from '../machine/sections.ts'
import { formatTime } from '../machine/time.ts'
import { readBytes, readProgram, writeFile } from '../node/files.ts'
import { textTable } from '../observe/index.ts'
import { exitCode } from './exit.ts'
import { hexWord, summary } from './outputs.ts'
import { clearProgress, progress, runProgress } from './talk.ts'

const ramBase = 0x8000_0000
const pageBytes = 4096
/** Pages that a comparison names before it only counts. */
const mostPages = 16

export interface SaveCommand {
  until?: string
  output: string
  seed?: number
}

/** Run a program and save its state. Returns the exit code of the command. */
export async function saveCommand(file: string, command: SaveCommand): Promise<number> {
  progress(`loading ${file}`)
  const machine = await Machine.create({ seed: command.seed })
  await machine.load(await readProgram(file))
  const onProgress = runProgress(machine.clockHz)
  const report = await machine.run({ until: command.until, onProgress })
  const snapshot = await machine.snapshot()
  writeFile(command.output, snapshot)
  clearProgress()
  console.log(`${command.output}: ${snapshot.length} bytes`)
  console.log(summary(machine, report.events))
  return exitCode.ok
}

/** Say what is in a snapshot. Returns the exit code of the command. */
export async function infoCommand(file: string): Promise<number> {
  const sections = await readSnapshot(file)
  const header = headerOf(sections)
  const { harts, clockHz, seed, ramBytes, timing } = header.configuration
  console.log(
    `${harts} hart${harts === 1 ? '' : 's'}, ${ramBytes / 2 ** 20} MiB of RAM, ${timing}, seed ${seed}`,
  )
  console.log(`at ${formatTime(header.cycles, clockHz)}: ${describeState(header)}\n`)
  console.log(textTable(sections.map(({ tag, bytes }) => ({ section: tag, bytes: bytes.length }))))
  return exitCode.ok
}

function describeState({ cycles, instructions, stateHash }: SnapshotHeader): string {
  return `cycles ${cycles}  instructions ${instructions}  state ${stateHash}`
}

/** Say where two snapshots differ. Returns 0 when they do not, 1 when they do. */
export async function diffCommand(first: string, second: string): Promise<number> {
  const [left, right] = [await readSnapshot(first), await readSnapshot(second)]
  for (const sections of [left, right]) console.log(describeState(headerOf(sections)))
  const tags = new Set([...left, ...right].map(({ tag }) => tag))
  const different = [...tags].filter((tag) => !equal(contentOf(left, tag), contentOf(right, tag)))
  for (const tag of different)
    console.log(tag === ramTag ? ramDifference(left, right) : `${tag} differs`)
  if (different.length === 0) console.log('equal')
  return different.length === 0 ? exitCode.ok : exitCode.failed
}

function ramDifference(left: readonly Section[], right: readonly Section[]): string {
  const [a, b] = [left, right].map((sections) => ramPages(sectionOf(sections, ramTag)))
  const pages = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y)
  const different = pages.filter((page) => !equal(a.get(page), b.get(page)))
  const named = different.slice(0, mostPages).map((page) => hexWord(ramBase + page * pageBytes))
  const more = different.length > named.length ? ` and ${different.length - named.length} more` : ''
  return `RAM differs in ${different.length} pages: ${named.join(' ')}${more}`
}

function contentOf(sections: readonly Section[], tag: string): Uint8Array | undefined {
  return sections.find((section) => section.tag === tag)?.bytes
}

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

async function readSnapshot(file: string): Promise<Section[]> {
  try {
    const sections = await readSections(readBytes(file))
    headerOf(sections)
    return sections
  } catch (error) {
    if (error instanceof SnapshotError) throw new SnapshotError(`${file}: ${error.message}`)
    throw error
  }
}
