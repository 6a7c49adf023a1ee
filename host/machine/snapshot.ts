/**
 * Snapshots: the whole state of a machine at rest as one file, and back. In it are RAM, harts, devices, events and clock, the disk,
 * and inputs on their way. Not in it are link and peers, whose scripts are functions of the host, and observations: trace, counters, console text.
 * A delta holds what differs from another snapshot, its base.
 */

import { equalBytes } from '../bytes.ts'
import type { CoreExports } from './core.ts'
import { stateHashOf } from './core.ts'
import { partsOf, patchOf } from './delta.ts'
import { inputLine } from './input.ts'
import type { Section } from './sections.ts'
import { SnapshotError, writeSections } from './sections.ts'
import type { Snapshot, SnapshotHeader, Waiting } from './snapshotFormat.ts'
import {
  baseTag,
  coreTag,
  coreTags,
  diskTag,
  eventTag,
  hartTag,
  headTag,
  pageBytes,
  pageEntryBytes,
  ramTag,
  waitingTag,
} from './snapshotFormat.ts'

/** Sections up to this length are stored whole when they differ. */
const smallest = 4096
const eventCapacity = 1024
const eventHeapBytes = 16
const eventBytes = 24

/** The snapshot of a core at rest, with what the host adds; a delta when a base is given. */
export function packSnapshot(
  core: CoreExports,
  header: SnapshotHeader,
  waiting: Waiting,
  disk: Uint8Array | undefined,
  base?: Snapshot,
): Promise<Uint8Array> {
  const whole = gatherCore(core)
  if (disk !== undefined) whole.push({ tag: diskTag, bytes: disk })
  const lines = { ...waiting, inputs: waiting.inputs.map(inputLine) }
  const sections = base === undefined ? whole : [baseSection(base), ...whole.flatMap(against(base))]
  const ram = base === undefined ? wholeRam(core) : changedRam(core, base)
  return writeSections([
    jsonSection(headTag, header),
    ...sections,
    ram,
    jsonSection(waitingTag, lines),
  ])
}

function baseSection({ hash }: Snapshot): Section {
  return { tag: baseTag, bytes: hash }
}

/** What a delta keeps of a section: nothing when the base has the same. */
function against({ sections }: Snapshot): (section: Section) => Section[] {
  return (section) => {
    const before = sections.get(section.tag)
    if (before === undefined || section.bytes.length < smallest) {
      return before !== undefined && equalBytes(before, section.bytes) ? [] : [section]
    }
    const patch = patchOf(partsOf(before, section.bytes))
    const isSame = patch.length === 0 && before.length === section.bytes.length
    return isSame ? [] : [patchSection(section.tag, section.bytes.length, patch)]
  }
}

function patchSection(tag: string, length: number, patch: Uint8Array): Section {
  const bytes = new Uint8Array(4 + patch.length)
  new DataView(bytes.buffer).setUint32(0, length, true)
  bytes.set(patch, 4)
  return { tag, bytes, patch: true }
}

/** Put a saved state into a fresh core of the same configuration. Throws a SnapshotError when it is not the same state there. */
export function spreadSnapshot(core: CoreExports, { header, sections, pages }: Snapshot): void {
  header.exceptions?.forEach((count, hart) => core.setExceptions(hart, BigInt(count)))
  const ram = ramOf(core)
  for (const [page, bytes] of pages) {
    const start = page * pageBytes
    if (start >= ram.length) throw new SnapshotError('section "RAM " has a page outside of RAM')
    ram.set(bytes, start)
  }
  if (spreadCore(core, sections) === header.stateHash) return
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

/**
 * Copy the core's sections back, let it go on from them, and say which state that is. Throws a SnapshotError when they are another core's.
 */
function spreadCore(core: CoreExports, sections: ReadonlyMap<string, Uint8Array>): string {
  for (let index = 0; index < core.stateSections(); index++) {
    const tag = coreTag(index)
    const saved = sections.get(tag)
    if (saved === undefined) throw new SnapshotError(`section "${tag}" is missing`)
    const room = coreBytes(core, index)
    if (tag === eventTag) checkEvents(saved)
    else if (saved.length !== room.length) {
      throw new SnapshotError(
        `section "${tag}" has ${saved.length} bytes, this core's has ${room.length}; use the nothread that made it`,
      )
    }
    new Uint8Array(core.memory.buffer, room.byteOffset, saved.length).set(saved)
  }
  try {
    core.stateSpread()
    return stateHashOf(core)
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    throw new SnapshotError('the state is none that this core can have')
  }
}

function checkEvents(saved: Uint8Array): void {
  const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength)
  const count = saved.length < eventHeapBytes ? Infinity : view.getUint32(0, true)
  if (count <= eventCapacity && saved.length === eventHeapBytes + count * eventBytes) return
  throw new SnapshotError(`section "${eventTag}" is not readable`)
}

function coreBytes(core: CoreExports, index: number): Uint8Array {
  return new Uint8Array(core.memory.buffer, core.statePointer(index) >>> 0, core.stateBytes(index))
}

/** Pages of RAM that are not zero, each after its number. */
function wholeRam(core: CoreExports): Section {
  const ram = ramOf(core)
  const used = [...usedPages(core)]
  const bytes = new Uint8Array(used.length * pageEntryBytes)
  const view = new DataView(bytes.buffer)
  used.forEach((page, i) => {
    const start = page * pageBytes
    view.setUint32(i * pageEntryBytes, page, true)
    bytes.set(ram.subarray(start, start + pageBytes), i * pageEntryBytes + 4)
  })
  return { tag: ramTag, bytes }
}

function changedRam(core: CoreExports, { pages }: Snapshot): Section {
  const ram = ramOf(core)
  const used = new Set(usedPages(core))
  const numbers = [...new Set([...used, ...pages.keys()])].sort((a, b) => a - b)
  const parts = numbers.map((number): [number, Uint8Array | null, Uint8Array | null] => {
    const start = number * pageBytes
    const now = used.has(number) ? ram.subarray(start, start + pageBytes) : null
    return [number, pages.get(number) ?? null, now]
  })
  return patchSection(ramTag, 0, patchOf(parts))
}

/** Numbers of the pages that are not zero. */
export function* usedPages(core: CoreExports): Generator<number> {
  const end = (core.ramBytes() >>> 0) / pageBytes
  for (let page = core.usedPage(0) >>> 0; page < end; page = core.usedPage(page + 1) >>> 0) {
    yield page
  }
}

function ramOf(core: CoreExports): Uint8Array {
  return new Uint8Array(core.memory.buffer, core.ramPointer() >>> 0, core.ramBytes() >>> 0)
}

function jsonSection(tag: string, value: object): Section {
  return { tag, bytes: new TextEncoder().encode(JSON.stringify(value)) }
}

/** Exceptions of each hart, which together with the instructions retired are its steps. */
export function exceptionsOf(core: CoreExports, harts: number): number[] {
  return Array.from({ length: harts }, (_, hart) => Number(core.stepsOf(hart) - core.retired(hart)))
}

/** A hash of the harts' records: 16 hexadecimal digits. */
export function hartsHashOf(core: CoreExports): string {
  core.stateGather()
  const { buffer, byteOffset, byteLength } = coreBytes(core, coreTags.indexOf(hartTag))
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4)
  let [low, high] = [1, 2]
  for (const word of words) {
    low = Math.imul(low ^ word, 0x9e37_79b1)
    low ^= low >>> 15
    high = Math.imul(high ^ word, 0x85eb_ca77) + low
    high ^= high >>> 13
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
