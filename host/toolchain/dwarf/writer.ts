/**
 * Writes DWARF 5 for an image: one compilation unit with a line table (section 6.2) and one entry per function, so that
 * debuggers set breakpoints by line and name the functions. Left out: types, variables, call frames.
 */
import { ByteSink } from '../elf/bytes.ts'
import type { Image, ImageSymbol, SourceLine } from '../elf/image.ts'
import { segmentAt } from '../elf/image.ts'
import * as dwarf from './constants.ts'

const lineBase = -5
const lineRange = 14
const opcodeBase = 13
/** Operands of the standard opcodes 1 to 12. */
const operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]

const unitAbbreviation = 1
const functionAbbreviation = 2

/** The debugging sections of an image, by name; none when it has no lines. */
export function writeDwarf(image: Image): Map<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>()
  const sequences = splitSequences(image)
  if (sequences.length === 0) return sections
  sections.set('.debug_line', writeLineTable(sequences))
  sections.set('.debug_info', writeInformation(image, sequences))
  sections.set('.debug_abbrev', writeAbbreviations())
  return sections
}

/** Rows of one stretch of code without gaps, and the address behind it. */
interface Sequence {
  rows: SourceLine[]
  end: number
}

function splitSequences(image: Image): Sequence[] {
  const lines = [...image.lines].sort((a, b) => a.address - b.address)
  const sequences: Sequence[] = []
  let current: Sequence | undefined
  for (const row of lines) {
    if (current !== undefined && row.address >= current.end) current = undefined
    if (row.line === 0) {
      if (current !== undefined) current.end = row.address
      current = undefined
    } else {
      if (current === undefined) {
        current = { rows: [], end: endOfCode(image, row.address) }
        sequences.push(current)
      }
      current.rows.push(row)
    }
  }
  return sequences
}

function endOfCode(image: Image, address: number): number {
  const segment = segmentAt(image, address)
  return segment === undefined ? address + 2 : segment.address + segment.memorySize
}

function writeLineTable(sequences: Sequence[]): Uint8Array {
  const files = [...new Set(sequences.flatMap(({ rows }) => rows.map((row) => row.file)))]
  const numbers = new Map(files.map((file, index) => [file, index]))
  const out = new ByteSink()
  out.u32(0).u16(5).u8(4).u8(0).u32(0)
  const headerStart = out.length
  out.u8(1).u8(1).u8(1).u8(lineBase).u8(lineRange).u8(opcodeBase)
  for (const count of operandCounts) out.u8(count)
  writePaths(out, ['.'], false)
  writePaths(out, files, true)
  out.patchU32(headerStart - 4, out.length - headerStart)
  for (const sequence of sequences) writeSequence(out, sequence, numbers)
  out.patchU32(0, out.length - 4)
  return out.toBytes()
}

/** A directory or file table: paths in line, files with the directory index 0. */
function writePaths(out: ByteSink, paths: string[], withDirectory: boolean): void {
  out.u8(withDirectory ? 2 : 1)
  out.uleb(dwarf.DW_LNCT_path).uleb(dwarf.DW_FORM_string)
  if (withDirectory) out.uleb(dwarf.DW_LNCT_directory_index).uleb(dwarf.DW_FORM_udata)
  out.uleb(paths.length)
  for (const path of paths) {
    out.string(path)
    if (withDirectory) out.uleb(0)
  }
}

function writeSequence(out: ByteSink, sequence: Sequence, numbers: Map<string, number>): void {
  let { address } = sequence.rows[0]
  let [file, line, column] = [1, 1, 0]
  out.u8(0).uleb(5).u8(dwarf.DW_LNE_set_address).u32(address)
  for (const row of sequence.rows) {
    const number = numbers.get(row.file) ?? 0
    if (number !== file) out.u8(dwarf.DW_LNS_set_file).uleb(number)
    if (row.column !== column) out.u8(dwarf.DW_LNS_set_column).uleb(row.column)
    writeRow(out, row.address - address, row.line - line)
    file = number
    ;({ address, line, column } = row)
  }
  out.u8(dwarf.DW_LNS_advance_pc).uleb(sequence.end - address)
  out.u8(0).uleb(1).u8(dwarf.DW_LNE_end_sequence)
}

/** One row, as a special opcode where both steps are small enough for one byte. */
function writeRow(out: ByteSink, addressStep: number, lineStep: number): void {
  const inRange = lineStep >= lineBase && lineStep < lineBase + lineRange
  const opcode = lineStep - lineBase + lineRange * addressStep + opcodeBase
  if (inRange && opcode <= 255) {
    out.u8(opcode)
    return
  }
  if (addressStep !== 0) out.u8(dwarf.DW_LNS_advance_pc).uleb(addressStep)
  if (lineStep !== 0) out.u8(dwarf.DW_LNS_advance_line).sleb(lineStep)
  out.u8(dwarf.DW_LNS_copy)
}

const abbreviations: [number, number, boolean, [number, number][]][] = [
  [
    unitAbbreviation,
    dwarf.DW_TAG_compile_unit,
    true,
    [
      [dwarf.DW_AT_producer, dwarf.DW_FORM_string],
      [dwarf.DW_AT_language, dwarf.DW_FORM_data2],
      [dwarf.DW_AT_name, dwarf.DW_FORM_string],
      [dwarf.DW_AT_comp_dir, dwarf.DW_FORM_string],
      [dwarf.DW_AT_low_pc, dwarf.DW_FORM_addr],
      [dwarf.DW_AT_high_pc, dwarf.DW_FORM_addr],
      [dwarf.DW_AT_stmt_list, dwarf.DW_FORM_sec_offset],
    ],
  ],
  [
    functionAbbreviation,
    dwarf.DW_TAG_subprogram,
    false,
    [
      [dwarf.DW_AT_name, dwarf.DW_FORM_string],
      [dwarf.DW_AT_low_pc, dwarf.DW_FORM_addr],
      [dwarf.DW_AT_high_pc, dwarf.DW_FORM_addr],
      [dwarf.DW_AT_external, dwarf.DW_FORM_data1],
    ],
  ],
]

function writeAbbreviations(): Uint8Array {
  const out = new ByteSink()
  for (const [code, tag, hasChildren, attributes] of abbreviations) {
    out
      .uleb(code)
      .uleb(tag)
      .u8(hasChildren ? 1 : 0)
    for (const [attribute, form] of attributes) out.uleb(attribute).uleb(form)
    out.uleb(0).uleb(0)
  }
  return out.uleb(0).toBytes()
}

function writeInformation(image: Image, sequences: Sequence[]): Uint8Array {
  const first = Math.min(...sequences.map(({ rows }) => rows[0].address))
  const last = Math.max(...sequences.map(({ end }) => end))
  const out = new ByteSink()
  out.u32(0).u16(5).u8(dwarf.DW_UT_compile).u8(4).u32(0)
  out.uleb(unitAbbreviation).string('nothread').u16(dwarf.DW_LANG_C11)
  out.string(sequences[0].rows[0].file).string('.')
  out.u32(first).u32(last).u32(0)
  for (const symbol of image.symbols) {
    if (symbol.address >= first && symbol.address < last) writeFunction(out, symbol)
  }
  out.uleb(0)
  out.patchU32(0, out.length - 4)
  return out.toBytes()
}

function writeFunction(out: ByteSink, symbol: ImageSymbol): void {
  if (symbol.kind !== 'function' || symbol.size === 0) return
  out.uleb(functionAbbreviation).string(symbol.name)
  out.u32(symbol.address).u32(symbol.address + symbol.size)
  out.u8(symbol.global === false ? 0 : 1)
}
