/**
 * Instruction words from fields and back, by the format table: one routine for every instruction. Fields are register
 * numbers and the immediate as the instruction uses it (`lui` and `auipc` with their 12 low zeros).
 */
import { instructions } from '../../../assembly/tables/instructions.table.ts'
import type {
  Format,
  Instruction,
  Operand,
  RegisterField,
} from '../../../assembly/tables/instructions.types.ts'
import { formats } from '../../../assembly/tables/instructions.types.ts'

export interface Fields {
  rd: number
  rs1: number
  rs2: number
  imm: number
}

export type RegisterName = 'rd' | 'rs1' | 'rs2'
export const registerNames: readonly RegisterName[] = ['rd', 'rs1', 'rs2']

export const noFields: Readonly<Fields> = { rd: 0, rs1: 0, rs2: 0, imm: 0 }

export function formatOf(row: Instruction): Format {
  return formats[row.format]
}

/** Operands as text shows them; `sp` is written though the encoding implies it. */
export type ShownOperand = Operand | 'sp'

const shownOperands: Partial<Record<Instruction['format'], ShownOperand[]>> = {
  CSP: ['sp', 'imm'],
  CIW: ['rd', 'sp', 'imm'],
}

export function operandsOf(row: Instruction): ShownOperand[] {
  return shownOperands[row.format] ?? formatOf(row).operands
}

export function isCompressed(row: Instruction): boolean {
  return row.extension === 'C'
}

/** Bytes of an instruction whose first halfword is given. */
export function instructionBytes(word: number): 2 | 4 {
  return (word & 3) === 3 ? 4 : 2
}

/** Smallest and largest immediate, and the step between two of them. */
export interface ImmediateRange {
  least: number
  most: number
  step: number
}

export function immediateRange(format: Format): ImmediateRange | undefined {
  const { imm, sign } = format
  if (imm === undefined) return undefined
  const step = 2 ** Math.min(...imm.map((piece) => piece.to))
  const end = 2 ** Math.max(...imm.map((piece) => piece.to + piece.width))
  return sign === undefined
    ? { least: 0, most: end - step, step }
    : { least: -end / 2, most: end / 2 - step, step }
}

export function immediateFits(format: Format, imm: number): boolean {
  const range = immediateRange(format)
  if (range === undefined) return imm === 0
  return imm >= range.least && imm <= range.most && imm % range.step === 0
}

function registerBits(field: RegisterField | undefined, value: number): number {
  if (field === undefined || 'fixed' in field) return 0
  return ((value & (field.width === 3 ? 7 : 31)) << field.at) >>> 0
}

/** Whether a register can stand in a field; a missing field holds only x0. */
export function registerFits(field: RegisterField | undefined, value: number): boolean {
  if (field === undefined) return value === 0
  if ('fixed' in field) return value === field.fixed
  return field.width === 5 || (value >= 8 && value <= 15)
}

/** The immediate's bits at their places. */
export function immediateBits(format: Format, imm: number): number {
  let word = 0
  for (const { at, width, to } of format.imm ?? []) {
    const bits = (imm >> to) & (width === 32 ? -1 : (1 << width) - 1)
    word |= bits << at
  }
  return word >>> 0
}

/** The word of an instruction whose fields fit. */
export function encode(row: Instruction, fields: Fields): number {
  const format = formatOf(row)
  let word = row.match | immediateBits(format, fields.imm)
  for (const name of registerNames) word |= registerBits(format[name], fields[name])
  return word >>> 0
}

function decodeRegister(field: RegisterField | undefined, word: number): number {
  if (field === undefined) return 0
  if ('fixed' in field) return field.fixed
  return field.width === 3 ? ((word >>> field.at) & 7) + 8 : (word >>> field.at) & 31
}

function decodeImmediate(format: Format, word: number): number {
  let imm = 0
  for (const { at, width, to } of format.imm ?? []) {
    imm |= ((word >>> at) & ((1 << width) - 1)) << to
  }
  if (format.sign === undefined) return imm | 0
  const unused = 31 - format.sign
  return (imm << unused) >> unused
}

/** The fields of a word that is the given instruction. */
export function decodeFields(row: Instruction, word: number): Fields {
  const format = formatOf(row)
  return {
    rd: decodeRegister(format.rd, word),
    rs1: decodeRegister(format.rs1, word),
    rs2: decodeRegister(format.rs2, word),
    imm: decodeImmediate(format, word),
  }
}

function matches(row: Instruction, word: number): boolean {
  if ((word & row.mask) >>> 0 !== row.match >>> 0) return false
  if (row.nonzero === undefined) return true
  const fields = decodeFields(row, word)
  return row.nonzero.every((name) => fields[name] !== 0)
}

const longRows = instructions.filter((row) => !isCompressed(row))
/** The 16-bit rows in the table's order, which decides between overlapping ones. */
export const shortRows = instructions.filter(isCompressed)

/** The instruction a word (or halfword, when its low bits say so) is, or undefined. */
export function lookUp(word: number): Instruction | undefined {
  const short = instructionBytes(word) === 2
  const bits = short ? word & 0xffff : word
  return (short ? shortRows : longRows).find((row) => matches(row, bits))
}

const byName = new Map(instructions.map((row) => [row.name, row]))

/** The table's row of a mnemonic, or undefined. */
export function instructionNamed(name: string): Instruction | undefined {
  return byName.get(name)
}
