/**
 * Changes of bytes against an older state of the same bytes, as snapshots keep them (docs/snapshots.md): per part of 4 KiB that differs its
 * number, a mask of its 64 blocks of 64 bytes, and the blocks that differ.
 */

import { concatenate } from '../bytes.ts'
import { SnapshotError } from './sections.ts'

const partBytes = 4096
const blockBytes = 64
const entryBytes = 12
const wordsPerBlock = blockBytes / 4

/** The parts in which `now` differs from `before`; null stands for zeros, and a shorter one ends in zeros. */
export function patchOf(
  parts: Iterable<[number: number, before: Uint8Array | null, now: Uint8Array | null]>,
): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const [number, before, now] of parts) {
    const entry = entryOf(number, before ?? zeros, now ?? zeros)
    if (entry !== undefined) pieces.push(entry)
  }
  return concatenate(pieces)
}

const zeros = new Uint8Array(partBytes)

function entryOf(number: number, before: Uint8Array, now: Uint8Array): Uint8Array | undefined {
  if (before === now) return undefined
  const [a, b] = [wordsOf(before), wordsOf(now)]
  const blocks: number[] = []
  for (let block = 0; block < partBytes / blockBytes; block++) {
    if (differ(a, b, block * wordsPerBlock)) blocks.push(block)
  }
  if (blocks.length === 0) return undefined
  const entry = new Uint8Array(entryBytes + blocks.length * blockBytes)
  const view = new DataView(entry.buffer)
  view.setUint32(0, number, true)
  const bytes = new Uint8Array(b.buffer, b.byteOffset, partBytes)
  blocks.forEach((block, i) => {
    const half = block < 32 ? 4 : 8
    view.setUint32(half, view.getUint32(half, true) | (1 << (block & 31)), true)
    const start = block * blockBytes
    entry.set(bytes.subarray(start, start + blockBytes), entryBytes + i * blockBytes)
  })
  return entry
}

/** A part as words; a copy when it is short or lies at an odd place. */
function wordsOf(part: Uint8Array): Uint32Array {
  if (part.length === partBytes && part.byteOffset % 4 === 0) {
    return new Uint32Array(part.buffer, part.byteOffset, partBytes / 4)
  }
  const whole = new Uint8Array(partBytes)
  whole.set(part)
  return new Uint32Array(whole.buffer)
}

function differ(a: Uint32Array, b: Uint32Array, start: number): boolean {
  for (let i = start; i < start + wordsPerBlock; i++) if (a[i] !== b[i]) return true
  return false
}

/**
 * The parts that a patch changes, whole, after their numbers. `before` gives a part as it was. Throws a SnapshotError for a patch that is
 * none, or that goes beyond `most` parts.
 */
export function* patched(
  patch: Uint8Array,
  most: number,
  before: (number: number) => Uint8Array | null,
): Generator<[number: number, now: Uint8Array]> {
  const view = new DataView(patch.buffer, patch.byteOffset, patch.byteLength)
  let last = -1
  for (let at = 0; at < patch.length;) {
    if (at + entryBytes > patch.length) throw new SnapshotError('a change ends within its header')
    const number = view.getUint32(at, true)
    if (number <= last || number >= most) {
      throw new SnapshotError(`a change of part ${number} is out of order or out of range`)
    }
    last = number
    const part = new Uint8Array(partBytes)
    part.set(before(number) ?? zeros)
    at = putBlocks(part, patch, view, at)
    yield [number, part]
  }
}

/** Overwrite the blocks of one entry; returns where the next one begins. */
function putBlocks(part: Uint8Array, patch: Uint8Array, view: DataView, at: number): number {
  const masks = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)]
  let from = at + entryBytes
  for (let block = 0; block < partBytes / blockBytes; block++) {
    if (((masks[block >> 5] >>> (block & 31)) & 1) === 0) continue
    if (from + blockBytes > patch.length) throw new SnapshotError('a change is cut off')
    part.set(patch.subarray(from, from + blockBytes), block * blockBytes)
    from += blockBytes
  }
  return from
}

/** Bytes cut into parts, beside those of an older state. */
export function* partsOf(
  before: Uint8Array,
  now: Uint8Array,
): Generator<[number: number, before: Uint8Array, now: Uint8Array]> {
  for (let at = 0; at < now.length; at += partBytes) {
    yield [at / partBytes, before.subarray(at, at + partBytes), now.subarray(at, at + partBytes)]
  }
}

/** Bytes of a given length after a patch. Throws a SnapshotError. */
export function patchBytes(before: Uint8Array, patch: Uint8Array, length: number): Uint8Array {
  const now = new Uint8Array(length)
  now.set(before.subarray(0, length))
  const part = (number: number) => before.subarray(number * partBytes, (number + 1) * partBytes)
  for (const [number, bytes] of patched(patch, Math.ceil(length / partBytes), part)) {
    const start = number * partBytes
    now.set(bytes.subarray(0, length - start), start)
  }
  return now
}
