/** Writes the line table of a compilation unit: DWARF 5 section 6.2. */
import type { ByteSink } from '../elf/bytes.ts'
import * as dwarf from './constants.ts'
import type { Sequence, Unit } from './units.ts'

const lineBase = -5
const lineRange = 14
const opcodeBase = 13
/** Operands of the standard opcodes 1 to 12. */
const operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]

export interface LineTable {
  /** Offset in `.debug_line`. */
  offset: number
  /** Numbers of the files that the unit's entries name. */
  files: ReadonlyMap<string, number>
}

export function writeLineTable(out: ByteSink, { file, sequences, functions }: Unit): LineTable {
  const offset = out.length
  const rows = sequences.flatMap((sequence) => sequence.rows)
  const names = [
    file,
    ...rows.map((row) => row.file),
    ...functions.map((item) => item.file),
  ].filter(Boolean)
  const files = new Map([...new Set(names)].map((name, index) => [name, index]))
  out.u32(0).u16(5).u8(4).u8(0).u32(0)
  const headerStart = out.length
  out.u8(1).u8(1).u8(1).u8(lineBase).u8(lineRange).u8(opcodeBase)
  for (const count of operandCounts) out.u8(count)
  writePaths(out, ['.'], false)
  writePaths(out, [...files.keys()], true)
  out.patchU32(headerStart - 4, out.length - headerStart)
  for (const sequence of sequences) writeSequence(out, sequence, files)
  out.patchU32(offset, out.length - offset - 4)
  return { offset, files }
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

function writeSequence(
  out: ByteSink,
  sequence: Sequence,
  numbers: ReadonlyMap<string, number>,
): void {
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
