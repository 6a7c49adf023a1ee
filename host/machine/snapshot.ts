/**
 * Snapshots: the whole state of a machine at rest as one file, and back. In it are RAM, harts, devices, events and clock, the disk,
 * and inputs on their way. Not in it are link and peers, whose scripts are functions of the host, and observations: trace, counters, console text.
 */

import type { CoreExports } from './core.ts'
import { stateHashOf } from './core.ts'
import type { Input } from './input.ts'
import { parseInput, inputLine } from './input.ts'
import type { KeyboardState } from './keyboard.ts'
import type { Configuration } from './options.ts'
import type { RunReport } from './report.ts'
import type { Section } from './sections.ts'
import { readSections, SnapshotError, writeSections } from './sections.ts'
import type { Cycle } from './time.ts'

/** What a snapshot says of itself. */
export interface SnapshotHeader {
  configuration: Configuration
  /** SHA-256 over the images that had been loaded. */
  image: string
  /** The present on the timeline, not before `cycles`. */
  now: Cycle
  cycles: Cycle
  instructions: number
  stateHash: string
  /** Address of `tohost`, 0 for none. */
  toHost: number
  /** The report, when the guest had ended the run. */
  ended: RunReport | null
}

/** What waits outside the core to enter it. */
export interface Waiting {
  inputs: Input[]
  keyboard: KeyboardState
}

const pageBytes = 4096
const pageEntryBytes = 4 + pageBytes

/** Names of the core's sections in its order; devices follow by number. */
const coreTags = ['NUMS', 'HART', 'EVNT', 'BLKS']
const eventTag = 'EVNT'

const headTag = 'HEAD'
const waitingTag = 'WAIT'
export const ramTag = 'RAM '
const diskTag = 'DISK'

function coreTag(index: number): string {
  return coreTags[index] ?? `D${String(index - coreTags.length).padStart(3, '0')}`
}

/** A snapshot taken apart. */
export interface SavedState {
  header: SnapshotHeader
  waiting: Waiting
  disk: Uint8Array | undefined
  sections: readonly Section[]
}

/** The snapshot of a core at rest, with what the host adds. */
export function packSnapshot(
  core: CoreExports,
  header: SnapshotHeader,
  waiting: Waiting,
  disk: Uint8Array | undefined,
): Promise<Uint8Array> {
  const sections = [jsonSection(headTag, header), ...gatherCore(core), gatherRam(core)]
  if (disk !== undefined) sections.push({ tag: diskTag, bytes: disk })
  const lines = { ...waiting, inputs: waiting.inputs.map(inputLine) }
  return writeSections([...sections, jsonSection(waitingTag, lines)])
}

/** What is in a snapshot. Throws a SnapshotError when the file is damaged or of another version. */
export async function unpackSnapshot(file: Uint8Array): Promise<SavedState> {
  const sections = await readSections(file)
  checkTags(sections)
  const disk = sections.find(({ tag }) => tag === diskTag)?.bytes
  return { header: headerOf(sections), waiting: waitingOf(sections), disk, sections }
}

/** Put a saved state into a fresh core of the same configuration. Throws a SnapshotError when it is not the same state there. */
export function spreadSnapshot(core: CoreExports, { header, sections }: SavedState): void {
  spreadRam(core, sectionOf(sections, ramTag))
  spreadCore(core, sections)
  if (stateHashOf(core) === header.stateHash) return
  throw new SnapshotError('the state is not the one that was saved; use the nothread that made it')
}

/** The core's sections, copied out. */
function gatherCore(core: CoreExports): Section[] {
  core.stateGather()
  return Array.from({ length: core.stateSections() }, (_, index) => ({
    tag: coreTag(index),
    bytes: coreBytes(core, index).slice(),
  }))
}

/** Copy the core's sections back, and let it go on from them. Throws a SnapshotError when they are another core's. */
function spreadCore(core: CoreExports, sections: readonly Section[]): void {
  for (let index = 0; index < core.stateSections(); index++) {
    const tag = coreTag(index)
    const saved = sectionOf(sections, tag)
    const room = coreBytes(core, index)
    if (tag !== eventTag && saved.length !== room.length) {
      throw new SnapshotError(
        `section "${tag}" has ${saved.length} bytes, this core's has ${room.length}; use the nothread that made it`,
      )
    }
    new Uint8Array(core.memory.buffer, room.byteOffset, saved.length).set(saved)
  }
  core.stateSpread()
}

function coreBytes(core: CoreExports, index: number): Uint8Array {
  return new Uint8Array(core.memory.buffer, core.statePointer(index) >>> 0, core.stateBytes(index))
}

/** Pages of RAM that are not zero, each after its number. */
function gatherRam(core: CoreExports): Section {
  const ram = ramOf(core)
  const used: number[] = []
  for (let page = 0; page * pageBytes < ram.length; page++) {
    if (!isZero(ram, page * pageBytes)) used.push(page)
  }
  const bytes = new Uint8Array(used.length * pageEntryBytes)
  const view = new DataView(bytes.buffer)
  used.forEach((page, i) => {
    const start = page * pageBytes
    view.setUint32(i * pageEntryBytes, page, true)
    bytes.set(ram.subarray(start, start + pageBytes), i * pageEntryBytes + 4)
  })
  return { tag: ramTag, bytes }
}

/** Put pages into RAM, which is zero. */
function spreadRam(core: CoreExports, section: Uint8Array): void {
  const ram = ramOf(core)
  for (const [page, bytes] of ramPages(section)) {
    const start = page * pageBytes
    if (start >= ram.length) throw new SnapshotError('section "RAM " has a page outside of RAM')
    ram.set(bytes, start)
  }
}

/** Pages in the section of RAM by their numbers. */
export function ramPages(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length % pageEntryBytes !== 0)
    throw new SnapshotError('section "RAM " ends within a page')
  const pages = new Map<number, Uint8Array>()
  for (let at = 0; at < bytes.length; at += pageEntryBytes) {
    pages.set(view.getUint32(at, true), bytes.subarray(at + 4, at + pageEntryBytes))
  }
  return pages
}

function ramOf(core: CoreExports): Uint8Array {
  return new Uint8Array(core.memory.buffer, core.ramPointer() >>> 0, core.ramBytes() >>> 0)
}

function isZero(ram: Uint8Array, start: number): boolean {
  const words = new BigUint64Array(ram.buffer, ram.byteOffset + start, pageBytes / 8)
  return words.every((word) => word === 0n)
}

function jsonSection(tag: string, value: object): Section {
  return { tag, bytes: new TextEncoder().encode(JSON.stringify(value)) }
}

/** The bytes of a section. Throws a SnapshotError when it is missing. */
export function sectionOf(sections: readonly Section[], tag: string): Uint8Array {
  const found = sections.find((section) => section.tag === tag)
  if (found === undefined) throw new SnapshotError(`section "${tag}" is missing`)
  return found.bytes
}

/** The header of a snapshot. Throws a SnapshotError. */
export function headerOf(sections: readonly Section[]): SnapshotHeader {
  const header = parseJson(sections, headTag) as Partial<SnapshotHeader>
  const numbers = [header.now, header.cycles, header.instructions, header.toHost]
  if (typeof header.configuration !== 'object' || !numbers.every(Number.isSafeInteger)) {
    throw new SnapshotError('section "HEAD" lacks a field')
  }
  return header as SnapshotHeader
}

function waitingOf(sections: readonly Section[]): Waiting {
  const { inputs, keyboard } = parseJson(sections, waitingTag) as Partial<Waiting>
  const parsed = Array.isArray(inputs) ? inputs.map((line) => parseInput(line)) : [undefined]
  if (keyboard === undefined || parsed.includes(undefined)) {
    throw new SnapshotError('section "WAIT" lacks a field')
  }
  return { inputs: parsed as Input[], keyboard }
}

function parseJson(sections: readonly Section[], tag: string): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(sectionOf(sections, tag)))
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    if (error instanceof SnapshotError) throw error
  }
  throw new SnapshotError(`section "${tag}" is not readable`)
}

const knownTags = new Set([headTag, waitingTag, ramTag, diskTag, ...coreTags])

/** Throws a SnapshotError for a section that must be understood and is not. */
function checkTags(sections: readonly Section[]): void {
  const strange = sections.find(
    ({ tag, optional }) => optional !== true && !knownTags.has(tag) && !/^D\d{3}$/.test(tag),
  )
  if (strange !== undefined) {
    throw new SnapshotError(`section "${strange.tag}" is unknown; use the nothread that made it`)
  }
}
