/**
 * Reads statically linked RV32 executables: System V gABI chapters 4 and 5, RISC-V ELF psABI. Every header field that the
 * image depends on is checked, and a broken one is refused with its name. Segments go to their physical addresses, as
 * QEMU loads them. Left out: dynamic linking, thread-local storage, compressed debug sections.
 */
import { readLines } from '../dwarf/reader.ts'
import { ByteReader } from './bytes.ts'
import * as elf from './constants.ts'
import { ElfError } from './error.ts'
import type { FileHeader } from './header.ts'
import { checkEntrySize, checkTable, hex, incomplete, reader, readFileHeader } from './header.ts'
import type { Image, ImageSymbol, Segment, SymbolKind } from './image.ts'
import { segmentAt } from './image.ts'

const addressSpace = 0x1_0000_0000

interface Section {
  index: number
  name: string
  type: number
  flags: number
  offset: number
  size: number
  link: number
  entrySize: number
}

export { looksLikeElf } from './header.ts'

/** Reads an executable. Throws `ElfError` when a field is broken or the file is not for this machine. */
export function readImage(file: Uint8Array): Image {
  const header = readFileHeader(file)
  const segments = readSegments(file, header)
  const sections = readSections(file, header)
  const debug = new Map<string, Uint8Array>()
  const others = new Map<string, Uint8Array>()
  for (const section of sections) {
    if (!holdsExtraBytes(section)) continue
    const bytes = file.slice(section.offset, section.offset + section.size)
    if (!section.name.startsWith('.debug_')) others.set(section.name, bytes)
    else if ((section.flags & elf.SHF_COMPRESSED) === 0) debug.set(section.name, bytes)
  }
  return {
    entry: header.entry,
    segments,
    symbols: readSymbols(file, sections),
    lines: readLines(debug).filter((row) => row.line === 0 || segmentAt({ segments }, row.address)),
    sections: others,
    machineFlags: header.flags,
  }
}

function readSegments(file: Uint8Array, header: FileHeader): Segment[] {
  const { programOffset, programCount, entry } = header
  checkTable(file, 'e_phoff', programOffset, programCount * elf.programHeaderBytes)
  const segments: Segment[] = []
  let entryCovered = false
  for (let index = 0; index < programCount; index++) {
    const at = programOffset + index * elf.programHeaderBytes
    const loaded = readSegment(file, at, `segment ${index}`)
    if (loaded === undefined) continue
    segments.push(loaded.segment)
    const offset = entry - loaded.virtualAddress
    entryCovered ||= offset >= 0 && offset < loaded.segment.memorySize
  }
  if (segments.length === 0) {
    throw new ElfError('e_phnum', 'there is no segment to load', 'Link it as an executable.')
  }
  checkOverlap(segments)
  if (!entryCovered) {
    const remedy = 'Give the linker the entry symbol (-e _start).'
    throw new ElfError('e_entry', `${hex(entry)} lies in no segment`, remedy)
  }
  return segments
}

function readSegment(
  file: Uint8Array,
  position: number,
  owner: string,
): { segment: Segment; virtualAddress: number } | undefined {
  const fields = reader(file, position, owner)
  const type = fields.u32('p_type')
  const offset = fields.u32('p_offset')
  const virtualAddress = fields.u32('p_vaddr')
  const address = fields.u32('p_paddr')
  const fileSize = fields.u32('p_filesz')
  const memorySize = fields.u32('p_memsz')
  const flags = fields.u32('p_flags') & 7
  if (type === elf.PT_INTERP || type === elf.PT_DYNAMIC) {
    throw new ElfError(`${owner} p_type`, 'the program is dynamically linked', 'Link it -static.')
  }
  if (type !== elf.PT_LOAD || memorySize === 0) return undefined
  if (fileSize > memorySize) {
    const problem = `${fileSize} bytes in the file, only ${memorySize} (p_memsz) in memory`
    throw new ElfError(`${owner} p_filesz`, problem, incomplete)
  }
  if (offset > file.length || fileSize > file.length - offset) {
    const problem = `bytes ${hex(offset)} to ${hex(offset + fileSize)} are not inside the file`
    throw new ElfError(`${owner} p_offset`, `${problem} of ${hex(file.length)} bytes`, incomplete)
  }
  if (address + memorySize > addressSpace) {
    const problem = `${hex(memorySize)} bytes at ${hex(address)} reach beyond 4 GiB`
    throw new ElfError(`${owner} p_memsz`, problem, 'Link it to addresses of the RAM.')
  }
  const bytes = file.slice(offset, offset + fileSize)
  return { segment: { address, bytes, memorySize, flags }, virtualAddress }
}

function checkOverlap(segments: Segment[]): void {
  const sorted = [...segments].sort((a, b) => a.address - b.address)
  for (let index = 1; index < sorted.length; index++) {
    const before = sorted[index - 1]
    const { address } = sorted[index]
    if (before.address + before.memorySize <= address) continue
    const problem = `${hex(address)} lies inside the segment at ${hex(before.address)}`
    throw new ElfError(`segment ${segments.indexOf(sorted[index])} p_paddr`, problem, incomplete)
  }
}

function readSections(file: Uint8Array, header: FileHeader): Section[] {
  const { sectionOffset, sectionCount, nameSection } = header
  if (sectionCount === 0) return []
  checkTable(file, 'e_shoff', sectionOffset, sectionCount * elf.sectionHeaderBytes)
  const raw = Array.from({ length: sectionCount }, (_, index) =>
    readSection(file, sectionOffset + index * elf.sectionHeaderBytes, index),
  )
  if (nameSection === elf.SHN_UNDEF) return raw.map((entry) => entry.section)
  if (nameSection >= sectionCount) {
    const problem = `${nameSection} is no section, there are ${sectionCount}`
    throw new ElfError('e_shstrndx', problem, incomplete)
  }
  const names = raw[nameSection].section
  for (const { section, nameOffset } of raw) {
    if (section.type === elf.SHT_NULL) continue
    section.name = stringAt(file, names, nameOffset, `section ${section.index} sh_name`)
  }
  return raw.map((entry) => entry.section)
}

function readSection(
  file: Uint8Array,
  position: number,
  index: number,
): { section: Section; nameOffset: number } {
  const owner = `section ${index}`
  const fields = reader(file, position, owner)
  const nameOffset = fields.u32('sh_name')
  const type = fields.u32('sh_type')
  const flags = fields.u32('sh_flags')
  fields.skip(4, 'sh_addr')
  const offset = fields.u32('sh_offset')
  const size = fields.u32('sh_size')
  const link = fields.u32('sh_link')
  fields.skip(8, 'sh_info')
  const entrySize = fields.u32('sh_entsize')
  const inFile = type !== elf.SHT_NULL && type !== elf.SHT_NOBITS
  if (inFile && (offset > file.length || size > file.length - offset)) {
    const problem = `bytes ${hex(offset)} to ${hex(offset + size)} are not inside the file`
    throw new ElfError(`${owner} sh_offset`, `${problem} of ${hex(file.length)} bytes`, incomplete)
  }
  return { section: { index, name: '', type, flags, offset, size, link, entrySize }, nameOffset }
}

/** Sections that hold bytes of their own: neither loaded memory nor tables the image holds in another form. */
function holdsExtraBytes(section: Section): boolean {
  return (
    section.type !== elf.SHT_NULL &&
    section.type !== elf.SHT_NOBITS &&
    section.type !== elf.SHT_SYMTAB &&
    section.type !== elf.SHT_STRTAB &&
    section.type !== elf.SHT_RELA &&
    section.type !== elf.SHT_RISCV_ATTRIBUTES &&
    (section.flags & elf.SHF_ALLOC) === 0
  )
}

function stringAt(file: Uint8Array, table: Section, offset: number, field: string): string {
  if (table.type !== elf.SHT_STRTAB) {
    throw new ElfError(field, `section ${table.index} is no string table`, incomplete)
  }
  if (offset >= table.size) {
    const problem = `offset ${offset} is behind the string table's ${table.size} bytes`
    throw new ElfError(field, problem, incomplete)
  }
  const refuse = (name: string, problem: string): never => {
    throw new ElfError(name, problem, incomplete)
  }
  const end = table.offset + table.size
  return new ByteReader(file, refuse, table.offset + offset, end).string(field)
}

function readSymbols(file: Uint8Array, sections: Section[]): ImageSymbol[] {
  const table = sections.find((section) => section.type === elf.SHT_SYMTAB)
  if (table === undefined) return []
  const owner = `section ${table.index}`
  checkEntrySize(`${owner} sh_entsize`, table.entrySize, elf.symbolBytes, 1)
  const names = sections[table.link]
  if (names === undefined) {
    throw new ElfError(`${owner} sh_link`, `${table.link} is no section`, incomplete)
  }
  const symbols: ImageSymbol[] = []
  const count = Math.floor(table.size / elf.symbolBytes)
  for (let index = 1; index < count; index++) {
    const symbol = readSymbol(file, table.offset + index * elf.symbolBytes, names, index)
    if (symbol !== undefined) symbols.push(symbol)
  }
  return symbols
}

const symbolKinds: Record<number, SymbolKind | undefined> = {
  [elf.STT_NOTYPE]: 'label',
  [elf.STT_OBJECT]: 'object',
  [elf.STT_FUNC]: 'function',
}

function readSymbol(
  file: Uint8Array,
  position: number,
  names: Section,
  index: number,
): ImageSymbol | undefined {
  const fields = reader(file, position, `symbol ${index}`)
  const nameOffset = fields.u32('st_name')
  const address = fields.u32('st_value')
  const size = fields.u32('st_size')
  const info = fields.u8('st_info')
  fields.skip(1, 'st_other')
  const section = fields.u16('st_shndx')
  const type = symbolKinds[info & 15]
  if (section === elf.SHN_UNDEF || type === undefined) return undefined
  const name = stringAt(file, names, nameOffset, `symbol ${index} st_name`)
  // Mapping symbols ($x, $d) and compiler-local labels only serve other tools.
  if (name === '' || name.startsWith('$') || name.startsWith('.L')) return undefined
  const kind = section === elf.SHN_ABS ? 'absolute' : type
  return { name, address, size, kind, global: info >> 4 !== elf.STB_LOCAL }
}
