/**
 * Applies relocations: RISC-V ELF psABI, "Relocations", the subset of a static RV32 image. Shared by the assembler, which
 * resolves what stays within a section, and by linkers.
 */
import { formatOf, immediateBits, instructionNamed } from './encode.ts'
import type { ObjectFile, ObjectSection, Relocation, RelocationType } from './object.ts'

/** A relocation that cannot be applied: the target is out of reach, or missing. */
export class RelocationError extends Error {
  readonly section: ObjectSection
  readonly relocation: Relocation

  constructor(section: ObjectSection, relocation: Relocation, cause: string) {
    super(cause)
    this.name = 'RelocationError'
    this.section = section
    this.relocation = relocation
  }
}

/** Where a linker has put an object. */
export interface Placement {
  /** Address of each section. */
  sections: readonly number[]
  /** Address or value of a symbol; undefined when nobody defines it. */
  symbol(index: number): number | undefined
}

/** Distance each pc-relative immediate reaches in both directions. */
const reaches: Partial<Record<RelocationType, number>> = {
  BRANCH: 1 << 12,
  JAL: 1 << 20,
  RVC_BRANCH: 1 << 8,
  RVC_JUMP: 1 << 11,
}

/** Upper part, rounded so that the signed low part completes it. */
function upper(value: number): number {
  return (value + 0x800) & 0xffff_f000
}

/** The immediate bits of a format with the given instruction as its example. */
function bitsLike(name: string, imm: number): number {
  const row = instructionNamed(name)
  return row === undefined ? 0 : immediateBits(formatOf(row), imm)
}

/** Whether a distance can be patched into a branch or jump. */
export function reachable(type: RelocationType, distance: number): boolean {
  const reach = reaches[type]
  return reach === undefined || (distance >= -reach && distance < reach && distance % 2 === 0)
}

/** Adds the immediate of a branch or jump to its instruction. */
export function patchBranch(
  view: DataView,
  offset: number,
  type: RelocationType,
  distance: number,
): void {
  if (type === 'RVC_BRANCH' || type === 'RVC_JUMP') {
    const name = type === 'RVC_JUMP' ? 'c.j' : 'c.beqz'
    view.setUint16(offset, view.getUint16(offset, true) | bitsLike(name, distance), true)
    return
  }
  const name = type === 'JAL' ? 'jal' : 'beq'
  view.setUint32(offset, (view.getUint32(offset, true) | bitsLike(name, distance)) >>> 0, true)
}

/** Patched copies of all sections of an object. Throws `RelocationError`. */
export function relocate(object: ObjectFile, placement: Placement): Uint8Array[] {
  return object.sections.map((section, index) => {
    const bytes = section.bytes.slice()
    const view = new DataView(bytes.buffer)
    const base = placement.sections[index]
    for (const relocation of section.relocations) {
      applyRelocation(object, section, relocation, view, base, placement)
    }
    return bytes
  })
}

function valueOf(
  object: ObjectFile,
  section: ObjectSection,
  relocation: Relocation,
  placement: Placement,
): number {
  const symbol = object.symbols[relocation.symbol]
  const address = placement.symbol(relocation.symbol) ?? (symbol.weak ? 0 : undefined)
  if (address === undefined) {
    throw new RelocationError(section, relocation, `${symbol.name} is not defined`)
  }
  return (address + relocation.addend) | 0
}

function applyRelocation(
  object: ObjectFile,
  section: ObjectSection,
  relocation: Relocation,
  view: DataView,
  base: number,
  placement: Placement,
): void {
  const { offset, type } = relocation
  const value = valueOf(object, section, relocation, placement)
  const distance = (value - (base + offset)) | 0
  const or = (bits: number): void => {
    view.setUint32(offset, (view.getUint32(offset, true) | bits) >>> 0, true)
  }
  switch (type) {
    case 'BRANCH':
    case 'JAL':
    case 'RVC_BRANCH':
    case 'RVC_JUMP':
      if (!reachable(type, distance)) {
        const { name } = object.symbols[relocation.symbol]
        const cause = `${name === '' ? 'the target' : name} is ${distance} bytes away, out of reach`
        throw new RelocationError(section, relocation, cause)
      }
      return patchBranch(view, offset, type, distance)
    case 'CALL_PLT':
      or(bitsLike('auipc', upper(distance)))
      return view.setUint32(
        offset + 4,
        view.getUint32(offset + 4, true) | bitsLike('jalr', distance),
        true,
      )
    case 'HI20':
      return or(bitsLike('lui', upper(value)))
    case 'PCREL_HI20':
      return or(bitsLike('auipc', upper(distance)))
    case 'LO12_I':
      return or(bitsLike('addi', value))
    case 'LO12_S':
      return or(bitsLike('sw', value))
    case 'PCREL_LO12_I':
      return or(bitsLike('addi', pairDistance(object, section, relocation, value, base, placement)))
    case 'PCREL_LO12_S':
      return or(bitsLike('sw', pairDistance(object, section, relocation, value, base, placement)))
    default:
      return applyData(view, offset, type, value)
  }
}

/** The distance that the `auipc` at a `%pcrel_lo` label was given. */
function pairDistance(
  object: ObjectFile,
  section: ObjectSection,
  relocation: Relocation,
  label: number,
  base: number,
  placement: Placement,
): number {
  const at = (label - base) >>> 0
  const partner = section.relocations.find(
    (other) => other.offset === at && other.type === 'PCREL_HI20',
  )
  if (partner === undefined) {
    const cause = '%pcrel_lo needs the label of an auipc with %pcrel_hi in the same section'
    throw new RelocationError(section, relocation, cause)
  }
  return (valueOf(object, section, partner, placement) - label) | 0
}

function applyData(view: DataView, offset: number, type: RelocationType, value: number): void {
  switch (type) {
    case '32':
      return view.setUint32(offset, value >>> 0, true)
    case 'SET8':
      return view.setUint8(offset, value & 0xff)
    case 'SET16':
      return view.setUint16(offset, value & 0xffff, true)
    case 'ADD8':
      return view.setUint8(offset, (view.getUint8(offset) + value) & 0xff)
    case 'ADD16':
      return view.setUint16(offset, (view.getUint16(offset, true) + value) & 0xffff, true)
    case 'ADD32':
      return view.setUint32(offset, (view.getUint32(offset, true) + value) >>> 0, true)
    case 'SUB8':
      return view.setUint8(offset, (view.getUint8(offset) - value) & 0xff)
    case 'SUB16':
      return view.setUint16(offset, (view.getUint16(offset, true) - value) & 0xffff, true)
    case 'SUB32':
      return view.setUint32(offset, (view.getUint32(offset, true) - value) >>> 0, true)
  }
}
