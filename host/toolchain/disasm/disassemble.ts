/**
 * Text of instruction words, in the syntax the assembler reads: from the instruction table, with the pseudo-instructions of
 * `asm/pseudo.table.ts` shown in their place. Words that are no instruction become `.4byte` or `.2byte`.
 */
import { csrs } from '../../../assembly/tables/csrs.table.ts'
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Fields, ShownOperand } from '../asm/encode.ts'
import {
  decodeFields,
  encode,
  instructionBytes,
  instructionNamed,
  isCompressed,
  lookUp,
  operandsOf,
} from '../asm/encode.ts'
import { pseudoInstructions } from '../asm/pseudo.table.ts'
import { abiNames } from '../asm/registers.ts'
import type { SymbolIndex } from '../elf/image.ts'

export interface DisassembleOptions {
  /** Pseudo-instructions, and 16-bit instructions by the name of what they stand for; true unless given. */
  aliases?: boolean
  /** Names targets of branches and jumps. */
  symbols?: SymbolIndex
}

export interface Disassembly {
  /** Size of the instruction. */
  bytes: 2 | 4
  /** `mnemonic operand, operand`. */
  text: string
  /** Address a branch or jump goes to, where the instruction tells it. */
  target?: number
  /** The instruction's row of the table; undefined for other words. */
  row?: Instruction
}

const csrNames = new Map(csrs.map((csr) => [csr.number, csr.name]))

/** Suffixes of AMOs by bits 26 and 25. */
const orderingSuffixes = ['', '.rl', '.aq', '.aqrl']
const orderingShift = 25
const orderingMask = 3 << orderingShift

const fenceTso = 0x8330000f

/** Instructions whose immediate is shown in base 16. */
const bitPatterns = new Set(['lui', 'auipc', 'andi', 'ori', 'xori', 'slli', 'srli', 'srai'])

interface Parts {
  mnemonic: string
  operands: string[]
}

/** The instruction at an address. `word` holds at least its 16 or 32 bits, as two's complement or not. */
export function disassemble(
  word: number,
  address: number,
  options: DisassembleOptions = {},
): Disassembly {
  const bytes = instructionBytes(word)
  const bits = bytes === 2 ? word & 0xffff : word >>> 0
  const row = lookUp(bits)
  if (row === undefined || !isWhole(row, bits)) return raw(bits, bytes)
  const fields = decodeFields(row, bits)
  const aliases = options.aliases ?? true
  const parts = aliases
    ? aliasParts(row, fields, bits, address)
    : rowParts(row, fields, bits, address)
  const target = targetOf(row, fields, address)
  const name = target === undefined ? undefined : options.symbols?.describe(target)
  const operands = parts.operands.join(', ')
  const text = `${parts.mnemonic} ${operands}`.trim() + (name === undefined ? '' : ` <${name}>`)
  return { bytes, text, target, row }
}

function raw(bits: number, bytes: 2 | 4): Disassembly {
  if (bits === fenceTso) return { bytes, text: 'fence.tso' }
  return { bytes, text: `.${bytes}byte 0x${bits.toString(16).padStart(bytes * 2, '0')}` }
}

function isOrdered(row: Instruction): boolean {
  return row.format === 'AMO' || row.format === 'LR'
}

/** Whether text can say every bit of the word; bits that are reserved and set cannot be told. */
function isWhole(row: Instruction, bits: number): boolean {
  const fields = decodeFields(row, bits)
  if (row.format === 'FENCE' && fields.imm >> 8 !== 0) return false
  const ordering = isOrdered(row) ? bits & orderingMask : 0
  return (encode(row, fields) | ordering) >>> 0 === bits
}

function targetOf(row: Instruction, fields: Fields, address: number): number | undefined {
  return operandsOf(row).includes('target') ? (address + fields.imm) >>> 0 : undefined
}

function rowParts(row: Instruction, fields: Fields, bits: number, address: number): Parts {
  const suffix = isOrdered(row) ? orderingSuffixes[(bits >>> orderingShift) & 3] : ''
  const operands = operandsOf(row).map((operand) => operandText(row, operand, fields, address))
  return { mnemonic: row.name + suffix, operands }
}

function operandText(
  row: Instruction,
  operand: ShownOperand,
  fields: Fields,
  address: number,
): string {
  switch (operand) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      return abiNames[fields[operand]]
    case 'sp':
      return 'sp'
    case 'imm':
      return bitPatterns.has(row.expands ?? row.name) ? signedHex(fields.imm) : String(fields.imm)
    case 'upper':
      return `0x${((fields.imm >>> 12) & 0xf_ffff).toString(16)}`
    case 'target':
      return `0x${((address + fields.imm) >>> 0).toString(16)}`
    case 'offset(rs1)':
      return `${fields.imm}(${abiNames[fields.rs1]})`
    case '(rs1)':
      return `(${abiNames[fields.rs1]})`
    case 'csr':
      return csrNames.get(fields.imm) ?? `0x${fields.imm.toString(16)}`
    case 'uimm':
      return String(fields.rs1)
    case 'pred':
      return fenceSet(fields.imm >> 4)
    case 'succ':
      return fenceSet(fields.imm)
  }
}

function signedHex(value: number): string {
  return value < 0 ? String(value) : `0x${value.toString(16)}`
}

function fenceSet(bits: number): string {
  const letters = [...'iorw'].filter((_, index) => (bits & (8 >> index)) !== 0)
  return letters.length === 0 ? '0' : letters.join('')
}

// Pseudo-instructions.

interface AliasPattern {
  name: string
  /** Matches the base instruction's operands. */
  pattern: RegExp
  /** Number of operands. */
  count: number
}

const patternsByLetter: Record<string, string> = {
  r: '([a-z]+\\d*)',
  e: '([-\\w.]+)',
  m: '([-\\w.]+\\([a-z]+\\d*\\))',
}

/** Aliases by the mnemonic they stand for, in the table's order. */
const aliasPatterns = makeAliases()

function makeAliases(): Map<string, AliasPattern[]> {
  const patterns = new Map<string, AliasPattern[]>()
  for (const { name, operands: letters, becomes, shown } of pseudoInstructions) {
    if (!shown) continue
    const [base, ...rest] = becomes.split(/ (.*)/)
    const body = rest
      .join('')
      .replace(/\bx0\b/g, 'zero')
      .replace(/\bx1\b/g, 'ra')
      .replace(/[()]/g, '\\$&')
      .replace(
        /\$(\d)/g,
        (_, index: string) => `(?<o${index}>${patternsByLetter[letters[Number(index)]]})`,
      )
    const list = patterns.get(base) ?? []
    list.push({ name, pattern: new RegExp(`^${body}$`), count: letters.length })
    patterns.set(base, list)
  }
  return patterns
}

function aliasParts(row: Instruction, fields: Fields, bits: number, address: number): Parts {
  const long = isCompressed(row) ? instructionNamed(row.expands ?? '') : undefined
  const base = rowParts(long ?? row, fields, long === undefined ? bits : 0, address)
  const text = base.operands.join(', ')
  for (const { name, pattern, count } of aliasPatterns.get(base.mnemonic) ?? []) {
    const match = pattern.exec(text)
    if (match === null) continue
    const operands = Array.from({ length: count }, (_, index) => match.groups?.[`o${index}`] ?? '')
    return { mnemonic: name, operands }
  }
  return base
}
