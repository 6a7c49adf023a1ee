/**
 * A section under construction: fragments of fixed bytes, each followed by a tail whose size depends on addresses (a branch that may be
 * short or long, an alignment). Layout grows branches until all reach their targets; they never shrink, so it ends.
 */
import { ByteSink } from '../elf/bytes.ts'
import type { Expression, Location } from './expression.ts'
import type { RelocationType } from './object.ts'
import type { Line } from './source.ts'

/** Something to patch when addresses are known. */
export interface Fixup {
  location: Location
  type: FixupType
  expression: Expression
  line: Line
  /** Where the operand stands, for messages. */
  column: number
  length: number
}

/** A relocation type, or a value that must turn out to be a number: data of some bytes, or a LEB128. */
export type FixupType = RelocationType | 'data8' | 'data16' | 'data32' | 'data64'

/** One way to write a branch: its instructions (as words with their size) and which of them carries the target. */
export interface BranchForm {
  words: { word: number; bytes: 2 | 4 }[]
  /** Byte offset of the instruction with the target, and its relocation. */
  targetAt: number
  type: RelocationType
  /** Largest distance forwards and backwards from that instruction. */
  reach: number
}

/** A number of variable length: DWARF 5 section 7.6. */
export interface Leb {
  kind: 'leb'
  signed: boolean
  value: bigint
  size: number
  fixup: Fixup
}

/** Padding up to a place. */
export interface Org {
  kind: 'org'
  fill: number
  size: number
  fixup: Fixup
}

export type Tail =
  | Leb
  | Org
  | { kind: 'branch'; forms: BranchForm[]; chosen: number; fixup: Fixup }
  | {
      kind: 'align'
      alignment: number
      /** Bytes that are repeated; no-operations unless given. */
      fill: Uint8Array | undefined
      most: number
    }

export interface Fragment {
  fixed: ByteSink
  tail?: Tail
  /** Offset in the section; known after layout. */
  start: number
  tailBytes: number
}

/** Most bytes that an .org passes. */
const mostPadding = 1 << 26
const mostRounds = 10_000

/** Padding in code: no-operations, and a zero where not even a halfword fits. */
const nop = [0x13, 0, 0, 0]
const compressedNop = [0x01, 0]

export class SectionBuilder {
  readonly index: number
  readonly name: string
  flags: number
  /** Zeros only: no bytes in the file. */
  readonly zeros: boolean
  alignment = 1
  readonly fragments: Fragment[] = [newFragment()]
  readonly lines: { location: Location; line: Line; column: number }[] = []

  constructor(index: number, name: string, flags: number, zeros: boolean) {
    this.index = index
    this.name = name
    this.flags = flags
    this.zeros = zeros
  }

  /** Where the next byte goes. */
  get here(): Location {
    const fragment = this.fragments.length - 1
    return { section: this.index, fragment, offset: this.current.length }
  }

  get current(): ByteSink {
    return this.fragments[this.fragments.length - 1].fixed
  }

  /** Bytes so far, with tails at their smallest. */
  get roughSize(): number {
    let size = 0
    for (const fragment of this.fragments) size += fragment.fixed.length
    return size
  }

  /** Ends the fragment with a tail and begins the next one. */
  append(tail: Tail): void {
    const fragment = this.fragments[this.fragments.length - 1]
    fragment.tail = tail
    if (tail.kind === 'align') this.alignment = Math.max(this.alignment, tail.alignment)
    this.fragments.push(newFragment())
  }

  /** Section offset of a place; final after layout. */
  offsetOf(location: Location): number {
    return this.fragments[location.fragment].start + location.offset
  }

  get size(): number {
    const last = this.fragments[this.fragments.length - 1]
    return last.start + last.fixed.length
  }

  /** Gives fragments their offsets with the tails as chosen so far. */
  place(): void {
    let offset = 0
    for (const fragment of this.fragments) {
      fragment.start = offset
      offset += fragment.fixed.length
      fragment.tailBytes = fragment.tail === undefined ? 0 : tailSize(fragment.tail, offset)
      offset += fragment.tailBytes
    }
  }

  /**
   * Chooses branch forms. `target` gives the section offset of a fixup's expression, or undefined when it lies in another
   * section or object; then the last form is taken. `number` gives the value of a number of variable length.
   */
  layOut(target: (fixup: Fixup) => number | undefined, number: (fixup: Fixup) => bigint): void {
    // An .org may chase a label behind itself for ever; it is refused later.
    for (let changed = true, rounds = 0; changed && rounds < mostRounds; rounds++) {
      changed = false
      this.place()
      for (const fragment of this.fragments) {
        const { tail } = fragment
        if (tail?.kind === 'org') {
          const end = fragment.start + fragment.fixed.length
          const needed = Math.max((target(tail.fixup) ?? end) - end, 0)
          if (needed !== tail.size) changed = true
          tail.size = Math.min(needed, mostPadding)
        }
        if (tail?.kind === 'leb') {
          const value = number(tail.fixup)
          // A negative one without a sign has no end; it is refused later.
          tail.value = value < 0n && !tail.signed ? 0n : value
          const needed = Math.max(tail.size, lebBytes(tail.value, tail.signed).length)
          if (needed !== tail.size) changed = true
          tail.size = needed
        }
        if (tail?.kind !== 'branch') continue
        const at = fragment.start + fragment.fixed.length
        const form = neededForm(tail.forms, tail.chosen, at, target(tail.fixup))
        if (form !== tail.chosen) changed = true
        tail.chosen = form
      }
    }
  }

  /** The bytes, after layout. */
  toBytes(): Uint8Array {
    const out = new ByteSink()
    for (const { fixed, tail, tailBytes } of this.fragments) {
      out.bytes(fixed.toBytes())
      if (tail?.kind === 'branch') {
        for (const { word, bytes } of tail.forms[tail.chosen].words) {
          if (bytes === 2) out.u16(word)
          else out.u32(word)
        }
      } else if (tail?.kind === 'align') out.bytes(padding(tail, tailBytes))
      else if (tail?.kind === 'org') out.bytes(new Uint8Array(tailBytes).fill(tail.fill))
      else if (tail?.kind === 'leb') out.bytes(lebBytes(tail.value, tail.signed, tail.size))
    }
    return out.toBytes()
  }
}

/** The bytes of a number of variable length, of at least `size`. */
export function lebBytes(value: bigint, signed: boolean, size = 1): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (let done = false; !done;) {
    const byte = Number(rest & 0x7fn)
    rest >>= 7n
    const end = signed && (byte & 0x40) !== 0 ? -1n : 0n
    done = rest === end && bytes.length + 1 >= size
    bytes.push(done ? byte : byte | 0x80)
  }
  return Uint8Array.from(bytes)
}

function newFragment(): Fragment {
  return { fixed: new ByteSink(), start: 0, tailBytes: 0 }
}

function formBytes(form: BranchForm): number {
  return form.words.reduce((sum, { bytes }) => sum + bytes, 0)
}

function tailSize(tail: Tail, offset: number): number {
  if (tail.kind === 'branch') return formBytes(tail.forms[tail.chosen])
  if (tail.kind === 'leb' || tail.kind === 'org') return tail.size
  const missing = -offset & (tail.alignment - 1)
  return missing > tail.most ? 0 : missing
}

/** The first form from `chosen` on that reaches; without a known target the widest one. */
function neededForm(
  forms: BranchForm[],
  chosen: number,
  at: number,
  target: number | undefined,
): number {
  for (let form = chosen; form < forms.length - 1; form++) {
    if (target === undefined) continue
    const distance = target - (at + forms[form].targetAt)
    if (distance >= -forms[form].reach && distance < forms[form].reach) return form
  }
  return forms.length - 1
}

function padding(tail: Extract<Tail, { kind: 'align' }>, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  if (tail.fill !== undefined) return bytes.map((_, at) => tail.fill![at % tail.fill!.length])
  let at = count % 2
  if ((count - at) % 4 === 2) {
    bytes.set(compressedNop, at)
    at += 2
  }
  for (; at < count; at += 4) bytes.set(nop, at)
  return bytes
}
