/**
 * Writes an image as an RV32 executable with section headers, symbols and DWARF lines, so that other tools read it:
 * System V gABI chapters 4 and 5. Segments keep their order; file offsets are congruent to addresses modulo 16.
 */
import { writeDwarf } from '../dwarf/writer.ts'
import { writeAttributes } from './attributes.ts'
import { ByteSink } from './bytes.ts'
import * as elf from './constants.ts'
import type { Image, ImageSymbol, Segment } from './image.ts'
import { segmentFlags } from './image.ts'

const segmentAlignment = 16

interface Section {
  name: string
  type: number
  flags: number
  address: number
  offset: number
  size: number
  link: number
  info: number
  alignment: number
  entrySize: number
}

function section(name: string, type: number, rest: Partial<Section>): Section {
  const zero = { flags: 0, address: 0, offset: 0, size: 0, link: 0, info: 0, entrySize: 0 }
  return { name, type, alignment: 1, ...zero, ...rest }
}

/** The file of an image. `sections` become unloaded sections; lines become `.debug_line` and its companions. */
export function writeImage(image: Image): Uint8Array {
  const out = new ByteSink()
  out.bytes(new Uint8Array(elf.fileHeaderBytes))
  const programOffset = out.length
  const offsets = writeSegments(out, image.segments, programOffset)
  const sections = [section('', elf.SHT_NULL, { alignment: 0 })]
  image.segments.forEach((segment, index) => {
    sections.push(...segmentSections(segment, offsets[index]))
  })
  for (const [name, bytes] of [...image.sections, ...writeDwarf(image)]) {
    sections.push(section(name, elf.SHT_PROGBITS, { offset: out.length, size: bytes.length }))
    out.bytes(bytes)
  }
  const attributes = writeAttributes()
  const place = { offset: out.length, size: attributes.length }
  sections.push(section('.riscv.attributes', elf.SHT_RISCV_ATTRIBUTES, place))
  out.bytes(attributes)
  writeSymbols(out, image.symbols, sections)
  const sectionOffset = writeSections(out, sections)
  patchFileHeader(out, {
    entry: image.entry,
    flags: image.machineFlags ?? 0,
    programOffset,
    programCount: image.segments.length,
    sectionOffset,
    sectionCount: sections.length,
  })
  return out.toBytes()
}

function writeSegments(out: ByteSink, segments: Segment[], programOffset: number): number[] {
  out.bytes(new Uint8Array(segments.length * elf.programHeaderBytes))
  return segments.map((segment, index) => {
    out.align(segmentAlignment).bytes(new Uint8Array(segment.address % segmentAlignment))
    const offset = out.length
    out.bytes(segment.bytes)
    const fields = [
      elf.PT_LOAD,
      offset,
      segment.address,
      segment.address,
      segment.bytes.length,
      segment.memorySize,
      segment.flags,
      segmentAlignment,
    ]
    const at = programOffset + index * elf.programHeaderBytes
    fields.forEach((value, field) => out.patchU32(at + field * 4, value))
    return offset
  })
}

function defaultName(flags: number): string {
  if ((flags & segmentFlags.execute) !== 0) return '.text'
  return (flags & segmentFlags.write) !== 0 ? '.data' : '.rodata'
}

/** The bytes of a segment as one section, and its zeros as a second one. */
function segmentSections(segment: Segment, offset: number): Section[] {
  const { bytes, memorySize } = segment
  const flags =
    elf.SHF_ALLOC |
    ((segment.flags & segmentFlags.write) !== 0 ? elf.SHF_WRITE : 0) |
    ((segment.flags & segmentFlags.execute) !== 0 ? elf.SHF_EXECINSTR : 0)
  const sections: Section[] = []
  if (bytes.length > 0) {
    const name = segment.name ?? defaultName(segment.flags)
    const place = { flags, address: segment.address, offset, size: bytes.length, alignment: 4 }
    sections.push(section(name, elf.SHT_PROGBITS, place))
  }
  if (memorySize > bytes.length) {
    const address = segment.address + bytes.length
    const place = { flags, address, offset: offset + bytes.length, size: memorySize - bytes.length }
    sections.push(section('.bss', elf.SHT_NOBITS, place))
  }
  return sections
}

const symbolTypes = {
  label: elf.STT_NOTYPE,
  absolute: elf.STT_NOTYPE,
  object: elf.STT_OBJECT,
  function: elf.STT_FUNC,
}

/** `.symtab` with local symbols first, as the format asks, and `.strtab`. */
function writeSymbols(out: ByteSink, symbols: ImageSymbol[], sections: Section[]): void {
  const locals = symbols.filter((symbol) => symbol.global === false)
  const globals = symbols.filter((symbol) => symbol.global !== false)
  const names = new StringTable()
  const loaded = sections.length
  out.align(4)
  const offset = out.length
  out.bytes(new Uint8Array(elf.symbolBytes))
  for (const symbol of [...locals, ...globals]) {
    const binding = symbol.global === false ? elf.STB_LOCAL : elf.STB_GLOBAL
    out.u32(names.add(symbol.name)).u32(symbol.address).u32(symbol.size)
    out.u8((binding << 4) | symbolTypes[symbol.kind]).u8(0)
    out.u16(symbol.kind === 'absolute' ? elf.SHN_ABS : sectionOf(symbol.address, sections))
  }
  sections.push(
    section('.symtab', elf.SHT_SYMTAB, {
      offset,
      size: out.length - offset,
      link: loaded + 1,
      info: locals.length + 1,
      alignment: 4,
      entrySize: elf.symbolBytes,
    }),
  )
  const bytes = names.toBytes()
  sections.push(section('.strtab', elf.SHT_STRTAB, { offset: out.length, size: bytes.length }))
  out.bytes(bytes)
}

/** The section that holds an address; an address one past its end still counts, for labels such as `_end`. */
function sectionOf(address: number, sections: Section[]): number {
  const loaded = (entry: Section): boolean => (entry.flags & elf.SHF_ALLOC) !== 0
  const inside = sections.findIndex(
    (entry) => loaded(entry) && address >= entry.address && address < entry.address + entry.size,
  )
  if (inside >= 0) return inside
  const behind = sections.findIndex(
    (entry) => loaded(entry) && address === entry.address + entry.size,
  )
  return behind >= 0 ? behind : elf.SHN_ABS
}

/** Appends `.shstrtab` and the section headers; the offset of the headers. */
function writeSections(out: ByteSink, sections: Section[]): number {
  const names = new StringTable()
  sections.push(section('.shstrtab', elf.SHT_STRTAB, { offset: out.length }))
  const nameOffsets = sections.map((entry) => names.add(entry.name))
  const bytes = names.toBytes()
  sections[sections.length - 1].size = bytes.length
  out.bytes(bytes).align(4)
  const offset = out.length
  sections.forEach((entry, index) => {
    out.u32(nameOffsets[index]).u32(entry.type).u32(entry.flags).u32(entry.address)
    out.u32(entry.offset).u32(entry.size).u32(entry.link).u32(entry.info)
    out.u32(entry.alignment).u32(entry.entrySize)
  })
  return offset
}

class StringTable {
  readonly #out = new ByteSink().u8(0)
  readonly #offsets = new Map<string, number>([['', 0]])

  /** Offset of a string, added when it is new. */
  add(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    const offset = this.#out.length
    this.#out.string(text)
    this.#offsets.set(text, offset)
    return offset
  }

  toBytes(): Uint8Array {
    return this.#out.toBytes()
  }
}

interface HeaderFields {
  entry: number
  flags: number
  programOffset: number
  programCount: number
  sectionOffset: number
  sectionCount: number
}

function patchFileHeader(out: ByteSink, header: HeaderFields): void {
  const { entry, flags, programOffset, programCount, sectionOffset, sectionCount } = header
  const words = [
    elf.magic[0] | (elf.magic[1] << 8) | (elf.magic[2] << 16) | (elf.magic[3] << 24),
    elf.ELFCLASS32 | (elf.ELFDATA2LSB << 8) | (elf.EV_CURRENT << 16),
    0,
    0,
    elf.ET_EXEC | (elf.EM_RISCV << 16),
    elf.EV_CURRENT,
    entry,
    programOffset,
    sectionOffset,
    flags,
    elf.fileHeaderBytes | (elf.programHeaderBytes << 16),
    programCount | (elf.sectionHeaderBytes << 16),
    sectionCount | ((sectionCount - 1) << 16),
  ]
  words.forEach((word, index) => out.patchU32(index * 4, word))
}
