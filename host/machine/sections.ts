/**
 * The file format of snapshots (docs/snapshots.md): a magic number, a version, tagged sections with lengths, and a hash over all of it.
 * A reader skips sections it does not know when they say that they may be skipped.
 */

import { oneLine } from './oneLine.ts'

/** A file that is no snapshot, or a broken one, or one that this version cannot use. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'

  constructor(message: string) {
    super(oneLine(message))
  }
}

export interface Section {
  /** Four letters. */
  tag: string
  bytes: Uint8Array
  /** A reader that does not know the tag may leave it out. */
  optional?: boolean
  /** The content is the change against the section of the base (delta.ts), after the length of the whole in a 32-bit word. */
  patch?: boolean
}

/** "NTSNAP", and a line end that a text transfer would spoil. */
const magic = [0x4e, 0x54, 0x53, 0x4e, 0x41, 0x50, 0x0d, 0x0a]
export const formatVersion = 1
const headerBytes = 12
const sectionHeaderBytes = 12
const endTag = 'END '
const hashBytes = 32
const optionalFlag = 1
const patchFlag = 2

/** The bytes of a snapshot file. */
export async function writeSections(sections: readonly Section[]): Promise<Uint8Array> {
  const length = sections.reduce((sum, { bytes }) => sum + sectionHeaderBytes + bytes.length, 0)
  const file = new Uint8Array(headerBytes + length + sectionHeaderBytes + hashBytes)
  const view = new DataView(file.buffer)
  file.set(magic)
  view.setUint32(8, formatVersion, true)
  let at = headerBytes
  for (const section of sections) at = putSection(file, at, section)
  const hash = await sha256(file.subarray(0, at))
  putSection(file, at, { tag: endTag, bytes: hash })
  return file
}

function putSection(file: Uint8Array, at: number, section: Section): number {
  const { tag, bytes, optional, patch } = section
  const view = new DataView(file.buffer)
  for (let i = 0; i < 4; i++) file[at + i] = tag.charCodeAt(i)
  const flags = (optional === true ? optionalFlag : 0) | (patch === true ? patchFlag : 0)
  view.setUint32(at + 4, flags, true)
  view.setUint32(at + 8, bytes.length, true)
  file.set(bytes, at + sectionHeaderBytes)
  return at + sectionHeaderBytes + bytes.length
}

/** The sections of a snapshot file, in order. Throws a SnapshotError that says what is wrong with it. */
export async function readSections(file: Uint8Array): Promise<Section[]> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < headerBytes || !magic.every((byte, i) => file[i] === byte)) {
    throw new SnapshotError('this is no snapshot')
  }
  const version = view.getUint32(8, true)
  if (version !== formatVersion) {
    throw new SnapshotError(`format ${version}, this nothread reads format ${formatVersion}`)
  }
  const sections: Section[] = []
  for (let at = headerBytes; ;) {
    const section = takeSection(file, view, at)
    if (section.tag === endTag) {
      if (at + sectionHeaderBytes + section.bytes.length !== file.length) {
        throw new SnapshotError('the snapshot has bytes behind its end')
      }
      await checkHash(file.subarray(0, at), section.bytes)
      return sections
    }
    sections.push(section)
    at += sectionHeaderBytes + section.bytes.length
  }
}

/** The hash by which a delta names its base: the content of the last section. */
export function hashOfFile(file: Uint8Array): Uint8Array {
  return file.subarray(file.length - hashBytes)
}

function takeSection(file: Uint8Array, view: DataView, at: number): Section {
  const left = file.length - at - sectionHeaderBytes
  if (left < 0) throw new SnapshotError('the snapshot is cut off: its end is missing')
  const tag = String.fromCharCode(...file.subarray(at, at + 4))
  if (!/^[ -~]{4}$/.test(tag)) throw new SnapshotError('a section has no readable name')
  const length = view.getUint32(at + 8, true)
  if (length > left) {
    throw new SnapshotError(
      `the snapshot is cut off: section "${tag}" has ${length} bytes, ${left} are left`,
    )
  }
  const start = at + sectionHeaderBytes
  const flags = view.getUint32(at + 4, true)
  if ((flags & ~(optionalFlag | patchFlag)) !== 0) {
    throw new SnapshotError(`section "${tag}" has unknown flags; use the nothread that made it`)
  }
  const bytes = file.subarray(start, start + length)
  return { tag, bytes, optional: (flags & optionalFlag) !== 0, patch: (flags & patchFlag) !== 0 }
}

async function checkHash(content: Uint8Array, expected: Uint8Array): Promise<void> {
  const actual = await sha256(content)
  if (expected.length === actual.length && actual.every((byte, i) => byte === expected[i])) return
  throw new SnapshotError('the snapshot is damaged: its content does not match its hash')
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource))
}
