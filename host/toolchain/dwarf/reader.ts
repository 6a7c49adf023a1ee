/**
 * Reads source lines from `.debug_line`, versions 2 to 5: DWARF 5 section 6.2, and the older header of DWARF 4. Units of
 * other versions are passed over by their length. Left out: is_stmt, prologue and basic-block marks, 64-bit DWARF.
 */
import { ByteReader } from '../elf/bytes.ts'
import type { SourceLine } from '../elf/image.ts'
import { DwarfError } from './error.ts'
import { runLineProgram } from './program.ts'
import { readFileTable } from './files.ts'

/** What a line program needs of its unit's header. */
export interface LineHeader {
  minimumInstructionLength: number
  lineBase: number
  lineRange: number
  opcodeBase: number
  /** Operands of each standard opcode, from index 1. */
  operandCounts: number[]
  /** Paths by file number of the line program. */
  files: string[]
}

/** First length that announces 64-bit DWARF or is reserved. */
const firstReservedLength = 0xffff_fff0

/**
 * All rows of all units, sorted by address. `sections` maps section names to bytes; `.debug_line` is enough for version 4,
 * `.debug_line_str` and `.debug_str` supply names of version 5. Throws `DwarfError`.
 */
export function readLines(sections: ReadonlyMap<string, Uint8Array>): SourceLine[] {
  const table = sections.get('.debug_line')
  if (table === undefined) return []
  const rows: SourceLine[] = []
  let start = 0
  while (start < table.length) {
    const owner = `.debug_line unit at ${start}`
    const refuse = (field: string, problem: string): never => {
      throw new DwarfError(`${owner} ${field}`, problem)
    }
    const units = new ByteReader(table, refuse, start)
    const length = units.u32('unit_length')
    if (length >= firstReservedLength) units.fail('unit_length', 'this is not 32-bit DWARF')
    const unit = units.slice(length, 'unit_length')
    readUnit(unit, sections, rows)
    start = units.position
  }
  return tidy(rows)
}

function readUnit(
  unit: ByteReader,
  sections: ReadonlyMap<string, Uint8Array>,
  rows: SourceLine[],
): void {
  const version = unit.u16('version')
  if (version < 2 || version > 5) return
  if (version === 5) {
    const addressSize = unit.u8('address_size')
    if (addressSize !== 4) unit.fail('address_size', `${addressSize} bytes, 4 are expected`)
    unit.skip(1, 'segment_selector_size')
  }
  const headerLength = unit.u32('header_length')
  if (headerLength > unit.left) unit.fail('header_length', `${headerLength} is behind the unit`)
  const programStart = unit.position + headerLength
  const minimumInstructionLength = unit.u8('minimum_instruction_length')
  if (version >= 4) unit.skip(1, 'maximum_operations_per_instruction')
  unit.skip(1, 'default_is_stmt')
  const lineBase = unit.i8('line_base')
  const lineRange = unit.u8('line_range')
  if (lineRange === 0) unit.fail('line_range', '0 divides nothing')
  const opcodeBase = unit.u8('opcode_base')
  if (opcodeBase === 0) unit.fail('opcode_base', '0 leaves no opcode')
  const operandCounts = [0]
  for (let opcode = 1; opcode < opcodeBase; opcode++) {
    operandCounts.push(unit.u8('standard_opcode_lengths'))
  }
  const files = readFileTable(unit, version, sections)
  unit.position = programStart
  const header = { minimumInstructionLength, lineBase, lineRange, opcodeBase, operandCounts, files }
  runLineProgram(unit, header, rows)
}

/**
 * Sorts by address. Where several rows share an address the last one rules, and the end of one sequence yields to the
 * beginning of another.
 */
function tidy(rows: SourceLine[]): SourceLine[] {
  const order = rows.map((row, index) => ({ row, index }))
  const isEnd = (row: SourceLine): number => (row.line === 0 ? 0 : 1)
  order.sort(
    (a, b) => a.row.address - b.row.address || isEnd(a.row) - isEnd(b.row) || a.index - b.index,
  )
  return order
    .filter(({ row }, at) => order[at + 1]?.row.address !== row.address)
    .map(({ row }) => row)
}
