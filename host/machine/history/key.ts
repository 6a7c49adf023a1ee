/**
 * A key snapshot: the state of the core at rest, as it is kept in memory. Of the large parts, RAM and disk, it holds the pages that were
 * written since the key before it; what equals the key before it is shared with it.
 */

import { equalBytes } from '../../bytes.ts'
import type { CoreExports } from '../core.ts'
import type { KeyboardState } from '../keyboard.ts'
import type { Cycle } from '../time.ts'

export const pageBytes = 4096

/** Where a run stands, by everything that only grows in it. */
export interface Standing {
  cycle: Cycle
  /** Inputs that have entered. */
  inputs: number
  events: number
  /** Steps of each hart. */
  steps: number[]
}

/** A page's content; null stands for zeros. */
export type Page = Uint8Array | null

export interface Key extends Standing {
  keyboard: KeyboardState
  /** The core's sections, each in pieces. */
  sections: Uint8Array[][]
  /** Counters and exceptions, which are no state. */
  counts: Uint8Array
  pages: Map<number, Page>
  /** Bytes that are this key's own. */
  bytes: number
}

/** Bytes from the counters on that tell what has happened; layout.ts of the core. */
const countsBytes = 0x840
/** Keys themselves, their maps and arrays. */
const overhead = 4096

/** What the host adds to the core's state. */
export interface Standpoint {
  harts: number
  inputs: number
  keyboard: KeyboardState
}

/** Where the core stands now. */
export function standingOf(core: CoreExports, harts: number, inputs: number): Standing {
  const steps = Array.from({ length: harts }, (_, hart) => Number(core.stepsOf(hart)))
  return { cycle: Number(core.now()), inputs, events: Number(core.events()), steps }
}

/** The state of the core, with the pages given. */
export function takeKey(
  core: CoreExports,
  { harts, inputs, keyboard }: Standpoint,
  pages: Map<number, Page>,
  before: Key | undefined,
): Key {
  core.stateGather()
  const sections = Array.from({ length: core.stateSections() }, (_, index) => {
    const start = core.statePointer(index) >>> 0
    const bytes = new Uint8Array(core.memory.buffer, start, core.stateBytes(index))
    return piecesOf(bytes, before?.sections[index])
  })
  const counts = new Uint8Array(core.memory.buffer, core.counterPointer() >>> 0, countsBytes)
  const standing = standingOf(core, harts, inputs)
  const key = { ...standing, keyboard, sections, counts: counts.slice(), pages, bytes: 0 }
  measure(key, before)
  return key
}

/** Put everything of a key but its pages into the core. */
export function putKey(core: CoreExports, { sections, counts }: Key): void {
  sections.forEach((pieces, index) => {
    let at = core.statePointer(index) >>> 0
    for (const piece of pieces) {
      new Uint8Array(core.memory.buffer, at, piece.length).set(piece)
      at += piece.length
    }
  })
  core.stateSpread()
  new Uint8Array(core.memory.buffer, core.counterPointer() >>> 0, countsBytes).set(counts)
}

/** Count the bytes that a key does not share with the one before it. */
export function measure(key: Key, before: Key | undefined): void {
  let bytes = overhead + countsBytes
  for (const page of key.pages.values()) if (page !== null) bytes += pageBytes
  key.sections.forEach((pieces, section) =>
    pieces.forEach((piece, i) => {
      if (before?.sections[section]?.[i] !== piece) bytes += piece.length
    }),
  )
  key.bytes = bytes
}

function piecesOf(bytes: Uint8Array, before: Uint8Array[] = []): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pageBytes) {
    const piece = bytes.subarray(at, at + pageBytes)
    const old = before[pieces.length]
    pieces.push(old !== undefined && equalBytes(old, piece) ? old : piece.slice())
  }
  return pieces
}
