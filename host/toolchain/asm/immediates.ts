/** Operands of an instruction as numbers: immediates with and without modifiers, CSR names, fence sets. */
import { csrs } from '../../../assembly/tables/csrs.table.ts'
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Assembly, Place } from './assembly.ts'
import type { Fields } from './encode.ts'
import { formatOf, immediateFits, immediateRange, isCompressed, operandsOf } from './encode.ts'
import type { Expression } from './expression.ts'
import { StatementError } from './lexer.ts'
import type { RelocationType } from './object.ts'
import type { ExpressionOperand, Modifier } from './operands.ts'

const csrNumbers = new Map(csrs.map((csr) => [csr.name, csr.number]))

/** What is left to patch in an instruction that has been encoded with an immediate of 0. */
export interface Pending {
  type: RelocationType
  expression: Expression
  place: Place
}

const storeFormats = new Set<string>(['S'])

/** The relocation that stands for a modifier in an instruction of a format, or undefined where it has no place. */
function modifierRelocation(row: Instruction, modifier: Modifier): RelocationType | undefined {
  const upper = row.format === 'U'
  if (upper) return modifier === 'hi' ? 'HI20' : modifier === 'pcrel_hi' ? 'PCREL_HI20' : undefined
  const low = modifier === 'lo' ? 'LO12' : modifier === 'pcrel_lo' ? 'PCREL_LO12' : undefined
  if (low === undefined || formatOf(row).sign !== 11 || isCompressed(row)) return undefined
  return `${low}_${storeFormats.has(row.format) ? 'S' : 'I'}`
}

export function setImmediate(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  operand: ExpressionOperand,
): Pending | undefined {
  const { modifier, expression } = operand
  const constant = assembly.constantOf(expression)
  if (modifier !== undefined) {
    const type = modifierRelocation(row, modifier)
    if (type === undefined) {
      const remedy = '%hi goes with lui, %pcrel_hi with auipc, %lo and %pcrel_lo with the rest.'
      throw new StatementError(operand, `%${modifier} does not belong to ${row.name}`, remedy)
    }
    if (constant === undefined || modifier.startsWith('pcrel')) {
      return { type, expression, place: operand }
    }
    const value = Number(BigInt.asIntN(32, constant))
    fields.imm = modifier === 'hi' ? upperPart(value) : lowPart(value)
    return undefined
  }
  if (constant === undefined) {
    const cause = `${row.name} needs a number here that is known at this line`
    throw new StatementError(
      operand,
      cause,
      'For a part of an address write %lo(symbol) or %hi(symbol).',
    )
  }
  const upper = operandsOf(row).includes('upper')
  fields.imm = upper
    ? upperImmediate(row, constant, operand)
    : plainImmediate(row, constant, operand)
  return undefined
}

function plainImmediate(row: Instruction, constant: bigint, place: Place): number {
  const format = formatOf(row)
  // A 32-bit pattern such as 0xffffffff counts as the negative number it is.
  const pattern = constant >= 0x8000_0000n && constant <= 0xffff_ffffn
  const value = Number(format.sign !== undefined && pattern ? constant - (1n << 32n) : constant)
  if (immediateFits(format, value)) return value
  const { least, most, step } = immediateRange(format) ?? { least: 0, most: 0, step: 1 }
  const steps = step === 1 ? '' : ` in steps of ${step}`
  const cause = `${constant} does not fit: ${row.name} takes ${least} to ${most}${steps}`
  throw new StatementError(place, cause, 'Load larger numbers into a register with li.')
}

function upperImmediate(row: Instruction, constant: bigint, place: Place): number {
  const compressed = isCompressed(row)
  const value = Number(constant)
  const imm = (value << 12) | 0
  const inRange = value >= 0 && value <= 0xf_ffff
  if (inRange && (!compressed || immediateFits(formatOf(row), imm))) return imm
  const range = compressed ? '1 to 31 or 0xfffe0 to 0xfffff' : '0 to 0xfffff'
  const remedy = 'The operand is the upper 20 bits; li loads a whole number.'
  throw new StatementError(place, `${constant} does not fit: ${row.name} takes ${range}`, remedy)
}

function symbolName(operand: ExpressionOperand): string | undefined {
  return operand.expression.kind === 'symbol' ? operand.expression.name : undefined
}

export function csrNumber(assembly: Assembly, operand: ExpressionOperand): number {
  const name = symbolName(operand)
  const known = name === undefined ? undefined : csrNumbers.get(name)
  if (known !== undefined) return known
  const constant = assembly.constantOf(operand.expression)
  if (constant === undefined || constant < 0n || constant > 0xfffn) {
    const cause = `${operand.text} is no control and status register of this machine`
    throw new StatementError(
      operand,
      cause,
      'Give its name in small letters, or a number to 0xfff.',
    )
  }
  return Number(constant)
}

export function fenceSet(assembly: Assembly, operand: ExpressionOperand): number {
  const letters = symbolName(operand) ?? ''
  if (/^(?=.)i?o?r?w?$/.test(letters)) {
    return [...letters].reduce((set, letter) => set | (8 >> 'iorw'.indexOf(letter)), 0)
  }
  return smallNumber(assembly, operand, 15)
}

export function smallNumber(assembly: Assembly, operand: ExpressionOperand, most: number): number {
  const value = assembly.constant(operand.expression, operand, 'the operand')
  if (value >= 0n && value <= BigInt(most)) return Number(value)
  throw new StatementError(operand, `${value} is not 0 to ${most}`, 'Choose a smaller number.')
}

/** Upper part for `lui` or `auipc`, rounded so that a signed low part completes it. */
export function upperPart(value: number): number {
  return ((value + 0x800) & 0xffff_f000) | 0
}

/** Signed low 12 bits. */
export function lowPart(value: number): number {
  return (value << 20) >> 20
}
