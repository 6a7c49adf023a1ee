/** What snapshots consist of (docs/snapshots.md): names of the sections, and what is in the two that are JSON. */

import type { Input } from './input.ts'
import type { KeyboardState } from './keyboard.ts'
import type { Configuration } from './options.ts'
import type { RunReport } from './report.ts'
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
  /** Exceptions of each hart, which are no state; absent in files of older builds. */
  exceptions?: number[]
}

/** What waits outside the core to enter it. */
export interface Waiting {
  inputs: Input[]
  keyboard: KeyboardState
}

/** A snapshot taken apart, with what it shares with its base. */
export interface Snapshot {
  header: SnapshotHeader
  waiting: Waiting
  /** Sections of the core and the disk by tag. */
  sections: ReadonlyMap<string, Uint8Array>
  /** Pages of RAM that are not zero, by number. */
  pages: ReadonlyMap<number, Uint8Array>
  /** What deltas against it name it by. */
  hash: Uint8Array
  /** The hash of its own base; undefined when it is whole. */
  base: Uint8Array | undefined
}

/** A snapshot that others are deltas against, as a file or taken apart. */
export type Base = Uint8Array | Snapshot

/** Names of the core's sections in its order; devices follow by number. */
export const hartTag = 'HART'
export const coreTags = ['NUMS', hartTag, 'EVNT', 'BLKS']
export const eventTag = 'EVNT'
export const headTag = 'HEAD'
export const waitingTag = 'WAIT'
export const baseTag = 'BASE'
export const ramTag = 'RAM '
export const diskTag = 'DISK'

/** A page of RAM. */
export const pageBytes = 4096
/** A page in the section of RAM, after its number. */
export const pageEntryBytes = 4 + pageBytes

/** Name of the core's section with a number. */
export function coreTag(index: number): string {
  return coreTags[index] ?? `D${String(index - coreTags.length).padStart(3, '0')}`
}

/** The first digits of a file's hash, for people. */
export function shortHash(hash: Uint8Array): string {
  return Array.from(hash.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
