/**
 * Chooses 16-bit forms. An instruction has one when a compressed row of the table that expands to it can hold its operands; the
 * rows' order and the equivalences below give the same choice as the GNU assembler.
 */
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Fields } from './encode.ts'
import {
  decodeFields,
  encode,
  formatOf,
  immediateFits,
  instructionNamed,
  lookUp,
  registerFits,
  registerNames,
  shortRows,
} from './encode.ts'

/** Fields that make a compressed row a HINT when they are 0; those are never chosen automatically. */
const hintWhenZero: Record<string, (keyof Fields)[]> = {
  'c.addi': ['rd', 'imm'],
  'c.li': ['rd'],
  'c.lui': ['rd'],
  'c.slli': ['rd', 'imm'],
  'c.srli': ['imm'],
  'c.srai': ['imm'],
  'c.mv': ['rd'],
  'c.add': ['rd'],
}

/** Instructions whose sources may change places. */
const commutative = new Set(['add', 'and', 'or', 'xor'])

export interface Choice {
  row: Instruction
  fields: Fields
}

/** Whether `short` can hold the fields of the instruction it expands to. */
export function holds(short: Instruction, fields: Fields): boolean {
  const format = formatOf(short)
  const long = short.expands === undefined ? undefined : instructionNamed(short.expands)
  if (long === undefined || !immediateFits(format, fields.imm)) return false
  const longFormat = formatOf(long)
  for (const name of registerNames) {
    if (longFormat[name] !== undefined && !registerFits(format[name], fields[name])) return false
  }
  const word = encode(short, fields)
  const back = decodeFields(short, word)
  return (
    lookUp(word) === short &&
    back.imm === fields.imm &&
    registerNames.every((name) => longFormat[name] === undefined || back[name] === fields[name])
  )
}

function direct(name: string, fields: Fields): Choice | undefined {
  const row = shortRows.find(
    (short) =>
      short.expands === name &&
      holds(short, fields) &&
      !(hintWhenZero[short.name] ?? []).some((field) => fields[field] === 0),
  )
  return row && { row, fields }
}

/** The 16-bit form of an instruction, or undefined. */
export function compress(row: Instruction, fields: Fields): Choice | undefined {
  const choice = direct(row.name, fields)
  if (choice !== undefined) return choice
  if (commutative.has(row.name) && fields.rd === fields.rs2) {
    const swapped = direct(row.name, { ...fields, rs1: fields.rs2, rs2: fields.rs1 })
    if (swapped !== undefined) return swapped
  }
  // A copy is an addition of 0 in the base instruction set, and of x0 in the compressed one.
  if (row.name === 'addi' && fields.imm === 0 && fields.rs1 !== 0) {
    return direct('add', { rd: fields.rd, rs1: 0, rs2: fields.rs1, imm: 0 })
  }
  return undefined
}
