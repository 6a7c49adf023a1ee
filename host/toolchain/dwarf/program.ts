/** The line-number state machine: DWARF 5 section 6.2.5, with one operation per instruction. */
import type { ByteReader } from '../elf/bytes.ts'
import type { SourceLine } from '../elf/image.ts'
import * as dwarf from './constants.ts'
import type { LineHeader } from './reader.ts'

/** The registers that matter for rows. */
interface State {
  address: number
  file: number
  line: number
  column: number
}

function initialState(): State {
  return { address: 0, file: 1, line: 1, column: 0 }
}

/** Runs a unit's program up to its end and appends its rows; the end of a sequence becomes a row with line 0. */
export function runLineProgram(unit: ByteReader, header: LineHeader, rows: SourceLine[]): void {
  let state = initialState()
  const emit = (): void => {
    const file = header.files[state.file] ?? ''
    const line = Math.max(state.line, 0)
    rows.push({ address: state.address >>> 0, file, line, column: state.column })
  }
  while (unit.left > 0) {
    const opcode = unit.u8('opcode')
    if (opcode >= header.opcodeBase) {
      special(state, header, opcode)
      emit()
    } else if (opcode === 0) {
      if (extended(unit, header, state, rows)) state = initialState()
    } else {
      standard(unit, header, state, opcode, emit)
    }
  }
}

function special(state: State, header: LineHeader, opcode: number): void {
  const adjusted = opcode - header.opcodeBase
  const advance = Math.floor(adjusted / header.lineRange)
  state.address += advance * header.minimumInstructionLength
  state.line += header.lineBase + (adjusted % header.lineRange)
}

/** Executes an extended opcode; true at the end of a sequence. */
function extended(unit: ByteReader, header: LineHeader, state: State, rows: SourceLine[]): boolean {
  const body = unit.slice(unit.uleb('extended opcode length'), 'extended opcode')
  if (body.left === 0) return false
  switch (body.u8('extended opcode')) {
    case dwarf.DW_LNE_end_sequence:
      rows.push({ address: state.address >>> 0, file: '', line: 0, column: 0 })
      return true
    case dwarf.DW_LNE_set_address:
      state.address = body.u32('DW_LNE_set_address')
      return false
    case dwarf.DW_LNE_define_file:
      header.files.push(body.string('DW_LNE_define_file'))
      return false
    default:
      return false
  }
}

function standard(
  unit: ByteReader,
  header: LineHeader,
  state: State,
  opcode: number,
  emit: () => void,
): void {
  switch (opcode) {
    case dwarf.DW_LNS_copy:
      emit()
      break
    case dwarf.DW_LNS_advance_pc:
      state.address += unit.uleb('DW_LNS_advance_pc') * header.minimumInstructionLength
      break
    case dwarf.DW_LNS_advance_line:
      state.line += unit.sleb('DW_LNS_advance_line')
      break
    case dwarf.DW_LNS_set_file:
      state.file = unit.uleb('DW_LNS_set_file')
      break
    case dwarf.DW_LNS_set_column:
      state.column = unit.uleb('DW_LNS_set_column')
      break
    case dwarf.DW_LNS_const_add_pc:
      state.address +=
        Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumInstructionLength
      break
    case dwarf.DW_LNS_fixed_advance_pc:
      state.address += unit.u16('DW_LNS_fixed_advance_pc')
      break
    default:
      for (let count = header.operandCounts[opcode]; count > 0; count--) unit.uleb('operand')
  }
}
