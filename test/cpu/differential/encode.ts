/** Machine words from rows of the instruction table: the decoder's fields read backwards. */
import type { Format, Instruction } from '../../../assembly/tables/instructions.types.ts'
import { formats } from '../../../assembly/tables/instructions.types.ts'
import type { RegisterField } from '../../../assembly/tables/instructions.types.ts'

export interface Operands {
  rd?: number
  rs1?: number
  rs2?: number
  imm?: number
}

export function formatOf(row: Instruction): Format {
  return formats[row.format]
}

export function encode(row: Instruction, operands: Operands): number {
  const format = formatOf(row)
  let word = row.match
  word |= registerBits(format.rd, operands.rd ?? 0)
  word |= registerBits(format.rs1, operands.rs1 ?? 0)
  word |= registerBits(format.rs2, operands.rs2 ?? 0)
  for (const { at, width, to } of format.imm ?? []) {
    word |= (((operands.imm ?? 0) >> to) & (2 ** width - 1)) << at
  }
  return word >>> 0
}

function registerBits(field: RegisterField | undefined, register: number): number {
  if (!field || 'fixed' in field) return 0
  return (field.width === 5 ? register : register & 7) << field.at
}
