/** Reads snapshots. What is not as it should be is refused with the section that is wrong. */

import { equalBytes } from '../bytes.ts'
import { patchBytes, patched } from './delta.ts'
import type { Input } from './input.ts'
import { parseInput } from './input.ts'
import type { KeyboardState } from './keyboard.ts'
import type { Configuration } from './options.ts'
import { configurationOf } from './options.ts'
import { parameterEntries } from './parameters.ts'
import type { Section } from './sections.ts'
import { hashOfFile, readSections, SnapshotError } from './sections.ts'
import type { Base, Snapshot, SnapshotHeader, Waiting } from './snapshotFormat.ts'
import {
  baseTag,
  coreTags,
  diskTag,
  headTag,
  pageBytes,
  pageEntryBytes,
  ramTag,
  shortHash,
  waitingTag,
} from './snapshotFormat.ts'

/**
 * What is in a snapshot. A delta needs the snapshots it goes back to. Throws a SnapshotError when the file is damaged, of another version,
 * or a delta whose base is not among `bases`.
 */
export async function readSnapshot(
  file: Uint8Array,
  bases: readonly Base[] = [],
): Promise<Snapshot> {
  const sections = await readSections(file)
  checkTags(sections)
  const hash = hashOfFile(file).slice()
  const [header, waiting] = [headerOf(sections), waitingOf(sections)]
  const named = sections.find(({ tag }) => tag === baseTag)?.bytes
  const before = named === undefined ? undefined : await findBase(named, bases)
  const merged = mergeSections(sections, before)
  const pages = mergePages(sections, header, before)
  return { header, waiting, sections: merged, pages, hash, base: named }
}

async function findBase(hash: Uint8Array, bases: readonly Base[]): Promise<Snapshot> {
  const found = bases.find((base) =>
    equalBytes(base instanceof Uint8Array ? hashOfFile(base) : base.hash, hash),
  )
  if (found === undefined) {
    throw new SnapshotError(
      `this is a delta against the snapshot ${shortHash(hash)}, which is not given; name it as its base`,
    )
  }
  return found instanceof Uint8Array ? readSnapshot(found, bases) : found
}

const separate = new Set([headTag, waitingTag, baseTag, ramTag])

function mergeSections(
  sections: readonly Section[],
  before: Snapshot | undefined,
): Map<string, Uint8Array> {
  const merged = new Map(before?.sections)
  for (const { tag, bytes, patch, optional } of sections) {
    if (separate.has(tag) || optional === true) continue
    merged.set(tag, patch === true ? patchedSection(tag, bytes, merged.get(tag)) : bytes)
  }
  return merged
}

function patchedSection(
  tag: string,
  bytes: Uint8Array,
  before: Uint8Array | undefined,
): Uint8Array {
  if (before === undefined || bytes.length < 4) {
    throw new SnapshotError(`section "${tag}" is a change of nothing`)
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (length > before.length + bytes.length) {
    throw new SnapshotError(`section "${tag}" is a change to a length that it does not fill`)
  }
  return patchBytes(before, bytes.subarray(4), length)
}

function mergePages(
  sections: readonly Section[],
  header: SnapshotHeader,
  before: Snapshot | undefined,
): Map<number, Uint8Array> {
  const { bytes, patch } = findSection(sections, ramTag)
  if (patch !== true) return ramPages(bytes)
  if (before === undefined || bytes.length < 4) {
    throw new SnapshotError(`section "${ramTag}" is a change of nothing`)
  }
  const pages = new Map(before.pages)
  const most = header.configuration.ramBytes / pageBytes
  const part = (number: number) => before.pages.get(number) ?? null
  for (const [number, page] of patched(bytes.subarray(4), most, part)) pages.set(number, page)
  return pages
}

/** Pages in the section of RAM by their numbers. */
function ramPages(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length % pageEntryBytes !== 0)
    throw new SnapshotError('section "RAM " ends within a page')
  const pages = new Map<number, Uint8Array>()
  for (let at = 0; at < bytes.length; at += pageEntryBytes) {
    pages.set(view.getUint32(at, true), bytes.subarray(at + 4, at + pageEntryBytes))
  }
  return pages
}

function findSection(sections: readonly Section[], tag: string): Section {
  const found = sections.find((section) => section.tag === tag)
  if (found === undefined) throw new SnapshotError(`section "${tag}" is missing`)
  return found
}

/** The configuration in a header. Throws a SnapshotError for one that no machine can have. */
export function checkedConfiguration({ configuration }: SnapshotHeader): Configuration {
  try {
    const checked = configurationOf(configuration)
    parameterEntries(checked.parameters)
    return checked
  } catch (error) {
    throw new SnapshotError(`section "HEAD": ${error instanceof Error ? error.message : ''}`)
  }
}

/** The header among the sections of a file. Throws a SnapshotError. */
export function headerOf(sections: readonly Section[]): SnapshotHeader {
  const header = parseJson(sections, headTag) as Partial<SnapshotHeader>
  const numbers = [header.now, header.cycles, header.instructions, header.toHost]
  const { configuration } = header
  if (typeof configuration !== 'object' || configuration === null) {
    throw new SnapshotError('section "HEAD" lacks a field')
  }
  if (!numbers.every(isCount)) {
    throw new SnapshotError('section "HEAD" lacks a field')
  }
  const { exceptions = [], ended = null } = header
  const isCounts = Array.isArray(exceptions) && exceptions.every(isCount)
  if (!isCounts || typeof ended !== 'object')
    throw new SnapshotError('section "HEAD" lacks a field')
  return header as SnapshotHeader
}

function waitingOf(sections: readonly Section[]): Waiting {
  const { inputs, keyboard } = parseJson(sections, waitingTag) as Partial<Waiting>
  const parsed = Array.isArray(inputs) ? inputs.map((line) => parseInput(line)) : [undefined]
  if (!isKeyboard(keyboard) || parsed.includes(undefined)) {
    throw new SnapshotError('section "WAIT" lacks a field')
  }
  return { inputs: parsed as Input[], keyboard }
}

function isKeyboard(value: unknown): value is KeyboardState {
  if (typeof value !== 'object' || value === null) return false
  const { waiting, next } = value as Partial<KeyboardState>
  return Array.isArray(waiting) && waiting.every(isCount) && (next === null || isCount(next))
}

function parseJson(sections: readonly Section[], tag: string): object {
  const { bytes } = findSection(sections, tag)
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Falls through to the one message for both.
  }
  throw new SnapshotError(`section "${tag}" is not readable`)
}

const knownTags = new Set([...separate, diskTag, ...coreTags])

/** Throws a SnapshotError for a section that must be understood and is not, and for one that is there twice. */
function checkTags(sections: readonly Section[]): void {
  const seen = new Set<string>()
  for (const { tag, optional } of sections) {
    if (seen.has(tag)) throw new SnapshotError(`section "${tag}" is there twice`)
    seen.add(tag)
    if (optional !== true && !knownTags.has(tag) && !/^D\d{3}$/.test(tag)) {
      throw new SnapshotError(`section "${tag}" is unknown; use the nothread that made it`)
    }
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
