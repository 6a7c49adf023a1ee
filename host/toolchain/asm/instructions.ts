/**
 * From a mnemonic and its operands to words: rows of the instruction table, pseudo-instructions by text, and the few that build
 * several instructions themselves (li, la, lla, call, tail, jump, loads and stores of a symbol).
 */
import { csrs } from '../../../assembly/tables/csrs.table.ts'
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Assembly, Place } from './assembly.ts'
import { branchForms } from './branches.ts'
import { compress, holds } from './compress.ts'
import type { Fields, ShownOperand } from './encode.ts'
import {
  encode,
  formatOf,
  immediateFits,
  immediateRange,
  instructionNamed,
  isCompressed,
  noFields,
  operandsOf,
} from './encode.ts'
import type { Expression } from './expression.ts'
import { TokenReader } from './expression.ts'
import { endToken, StatementError, tokenize } from './lexer.ts'
import type { RelocationType } from './object.ts'
import type { ExpressionOperand, MemoryOperand, Modifier, Operand } from './operands.ts'
import { parseOperands } from './operands.ts'
import { pseudoInstructions } from './pseudo.table.ts'
import { unknownInstruction, wrongOperands } from './suggest.ts'

const csrNumbers = new Map(csrs.map((csr) => [csr.name, csr.number]))

/** Bits 26 and 25 of AMOs by the suffix of the mnemonic. */
const orderings: [string, number][] = [
  ['.aqrl', 3 << 25],
  ['.aq', 1 << 26],
  ['.rl', 1 << 25],
]

/** A row of the table and bits its mnemonic adds. */
export function findRow(mnemonic: string): { row: Instruction; extra: number } | undefined {
  const row = instructionNamed(mnemonic)
  if (row !== undefined) return { row, extra: 0 }
  const ordering = orderings.find(([suffix]) => mnemonic.endsWith(suffix))
  if (ordering === undefined) return undefined
  const base = instructionNamed(mnemonic.slice(0, -ordering[0].length))
  const ordered = base?.format === 'AMO' || base?.format === 'LR'
  return ordered && base !== undefined ? { row: base, extra: ordering[1] } : undefined
}

const kindLetters = { register: 'r', expression: 'e', memory: 'm' } as const

function signature(operands: Operand[]): string {
  return operands.map(({ kind }) => kindLetters[kind]).join('')
}

function rowSignature(row: Instruction): string {
  const letters: Partial<Record<ShownOperand, string>> = {
    rd: 'r',
    rs1: 'r',
    rs2: 'r',
    sp: 'r',
    'offset(rs1)': 'm',
    '(rs1)': 'm',
  }
  return operandsOf(row)
    .map((operand) => letters[operand] ?? 'e')
    .join('')
}

/** Assembles one instruction. `reader` stands behind the mnemonic, `line` is the text that columns count in. */
export function assembleInstruction(
  assembly: Assembly,
  mnemonic: { text: string } & Place,
  reader: TokenReader,
  line: string,
): void {
  const name = mnemonic.text.toLowerCase()
  const operands = parseOperands(reader, assembly, line)
  const kinds = signature(operands)
  const found = findRow(name)
  if (found !== undefined && rowSignature(found.row) === kinds) {
    assembleRow(assembly, found.row, found.extra, operands, mnemonic)
    return
  }
  const builder = builders[name]
  if (builder !== undefined && builder(assembly, operands, mnemonic, kinds)) return
  const pseudo = pseudoInstructions.find((entry) => entry.name === name && entry.operands === kinds)
  if (pseudo !== undefined) {
    expand(assembly, pseudo.becomes, operands, mnemonic, line)
    return
  }
  if (found === undefined && !isMnemonic(name)) throw unknownInstruction(mnemonic, name)
  throw wrongOperands(mnemonic, name)
}

function isMnemonic(name: string): boolean {
  return name in builders || pseudoInstructions.some((entry) => entry.name === name)
}

/** Assembles what a pseudo-instruction stands for; operands keep their columns, so that mistakes are shown where they are. */
function expand(
  assembly: Assembly,
  becomes: string,
  operands: Operand[],
  place: Place,
  line: string,
): void {
  const tokens = becomes.split(/(\$\d)/).flatMap((piece) => {
    const operand = piece.startsWith('$') ? operands[Number(piece.slice(1))] : undefined
    if (operand !== undefined) return tokenize(operand.text, operand.column).slice(0, -1)
    const { column, length } = place
    return tokenize(piece)
      .slice(0, -1)
      .map((token) => ({ ...token, column, length }))
  })
  const reader = new TokenReader([...tokens, endToken(line.length)])
  const mnemonic = reader.next()
  if (mnemonic.text === '.insn') assembly.emitInstruction(reader.next().value, 4)
  else assembleInstruction(assembly, mnemonic, reader, line)
}

// Rows of the table.

/** What is left to patch in an instruction that has been encoded with an immediate of 0. */
interface Pending {
  type: RelocationType
  expression: Expression
  place: Place
}

function assembleRow(
  assembly: Assembly,
  row: Instruction,
  extra: number,
  operands: Operand[],
  place: Place,
): void {
  const fields: Fields = { ...noFields }
  const { rd, rs1 } = formatOf(row)
  if (rd !== undefined && 'fixed' in rd) fields.rd = rd.fixed
  if (rs1 !== undefined && 'fixed' in rs1) fields.rs1 = rs1.fixed
  let pending: Pending | undefined
  let target: ExpressionOperand | undefined
  operandsOf(row).forEach((name, index) => {
    const operand = operands[index]
    if (name === 'target') target = operand as ExpressionOperand
    else pending = setOperand(assembly, row, fields, name, operand) ?? pending
  })
  if (rd !== undefined && rs1 !== undefined && shareBits(row)) fields.rs1 = fields.rd
  if (isCompressed(row) && !holds(row, target ? { ...fields, imm: 0 } : fields)) {
    const remedy =
      'Use the 32-bit instruction, or registers s0, s1, a0 to a5 where it asks for them.'
    throw new StatementError(place, `${row.name} cannot hold these operands`, remedy)
  }
  if (target !== undefined) {
    const mayShrink = assembly.options.compressed && row.format === 'B'
    const forms = branchForms(row, fields, mayShrink)
    assembly.emitBranch(forms, target.expression, target)
    return
  }
  emit(assembly, row, fields, extra, pending)
}

/** Whether rd and rs1 are the same bits of the word, as in most compressed formats. */
function shareBits(row: Instruction): boolean {
  const { rd, rs1 } = formatOf(row)
  return rd !== undefined && rs1 !== undefined && 'at' in rd && 'at' in rs1 && rd.at === rs1.at
}

function emit(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  extra: number,
  pending?: Pending,
): void {
  if (pending !== undefined) assembly.fixup(pending.type, pending.expression, pending.place)
  const mayShrink = assembly.options.compressed && pending === undefined && extra === 0
  const short = mayShrink && !isCompressed(row) ? compress(row, fields) : undefined
  const choice = short ?? { row, fields }
  const word = (encode(choice.row, choice.fields) | extra) >>> 0
  assembly.emitInstruction(word, isCompressed(choice.row) ? 2 : 4)
}

function setOperand(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  name: ShownOperand,
  operand: Operand,
): Pending | undefined {
  switch (name) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      if (operand.kind === 'register') fields[name] = operand.number
      return undefined
    case 'sp':
      if (operand.kind === 'register' && operand.number !== 2) {
        throw new StatementError(operand, `${row.name} works on sp only`, 'Write sp here.')
      }
      return undefined
    case 'offset(rs1)':
    case '(rs1)':
      return setMemory(assembly, row, fields, operand as MemoryOperand, name === '(rs1)')
    case 'csr':
      fields.imm = csrNumber(assembly, operand as ExpressionOperand)
      return undefined
    case 'pred':
    case 'succ':
      fields.imm |= fenceSet(assembly, operand as ExpressionOperand) << (name === 'pred' ? 4 : 0)
      return undefined
    case 'uimm':
      fields.rs1 = smallNumber(assembly, operand as ExpressionOperand, 31)
      return undefined
    default:
      return setImmediate(assembly, row, fields, operand as ExpressionOperand)
  }
}

function setMemory(
  assembly: Assembly,
  row: Instruction,
  fields: Fields,
  operand: MemoryOperand,
  withoutOffset: boolean,
): Pending | undefined {
  fields.rs1 = operand.base
  if (!withoutOffset) return setImmediate(assembly, row, fields, operand.offset)
  const offset = assembly.constant(operand.offset.expression, operand, 'the offset')
  if (offset !== 0n) {
    throw new StatementError(operand, `${row.name} takes no offset`, 'Write the register alone.')
  }
  return undefined
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

function setImmediate(
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

function csrNumber(assembly: Assembly, operand: ExpressionOperand): number {
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

function fenceSet(assembly: Assembly, operand: ExpressionOperand): number {
  const letters = symbolName(operand) ?? ''
  if (/^(?=.)i?o?r?w?$/.test(letters)) {
    return [...letters].reduce((set, letter) => set | (8 >> 'iorw'.indexOf(letter)), 0)
  }
  return smallNumber(assembly, operand, 15)
}

function smallNumber(assembly: Assembly, operand: ExpressionOperand, most: number): number {
  const value = assembly.constant(operand.expression, operand, 'the operand')
  if (value >= 0n && value <= BigInt(most)) return Number(value)
  throw new StatementError(operand, `${value} is not 0 to ${most}`, 'Choose a smaller number.')
}

// Pseudo-instructions of several instructions.

/** Upper part for `lui` or `auipc`, rounded so that a signed low part completes it. */
export function upperPart(value: number): number {
  return ((value + 0x800) & 0xffff_f000) | 0
}

/** Signed low 12 bits. */
export function lowPart(value: number): number {
  return (value << 20) >> 20
}

function need(name: string): Instruction {
  const row = instructionNamed(name)
  if (row === undefined) throw new Error(`the instruction table has no ${name}`)
  return row
}

/** Loads a number: `lui` for the upper part where there is one, `addi` for the rest. */
function loadNumber(assembly: Assembly, rd: number, value: number): void {
  const upper = upperPart(value)
  const low = lowPart(value)
  if (upper !== 0) emit(assembly, need('lui'), { ...noFields, rd, imm: upper }, 0)
  if (low !== 0 || upper === 0) {
    const rs1 = upper === 0 ? 0 : rd
    emit(assembly, need('addi'), { ...noFields, rd, rs1, imm: low }, 0)
  }
}

/** `auipc` and an instruction that adds the low part of the distance. */
function relativePair(
  assembly: Assembly,
  symbol: ExpressionOperand,
  upperRegister: number,
  second: string,
  fields: Fields,
): void {
  const label = assembly.anonymousLabel()
  const upper = { type: 'PCREL_HI20' as const, expression: symbol.expression, place: symbol }
  emit(assembly, need('auipc'), { ...noFields, rd: upperRegister }, 0, upper)
  const row = need(second)
  const token = { kind: 'name' as const, text: label, value: 0, column: symbol.column, length: 1 }
  emit(assembly, row, fields, 0, {
    type: row.format === 'S' ? 'PCREL_LO12_S' : 'PCREL_LO12_I',
    expression: { kind: 'symbol', name: label, token },
    place: symbol,
  })
}

/** A call of any distance: `auipc` and `jalr`. */
function farJump(assembly: Assembly, rd: number, scratch: number, symbol: ExpressionOperand): void {
  assembly.fixup('CALL_PLT', symbol.expression, symbol)
  assembly.emitInstruction(encode(need('auipc'), { ...noFields, rd: scratch }), 4)
  // Never compressed: one relocation covers both words.
  assembly.emitInstruction(encode(need('jalr'), { ...noFields, rd, rs1: scratch }), 4)
}

type Builder = (assembly: Assembly, operands: Operand[], place: Place, kinds: string) => boolean

const buildAddress: Builder = (assembly, operands, _place, kinds) => {
  const [register, symbol] = operands
  if (kinds !== 're' || register.kind !== 'register' || symbol.kind !== 'expression') return false
  const constant = assembly.constantOf(symbol.expression)
  if (constant !== undefined) {
    loadNumber(assembly, register.number, Number(BigInt.asIntN(32, constant)))
    return true
  }
  const fields = { ...noFields, rd: register.number, rs1: register.number }
  relativePair(assembly, symbol, register.number, 'addi', fields)
  return true
}

const buildNumber: Builder = (assembly, operands, _place, kinds) => {
  const [register, value] = operands
  if (kinds !== 're' || register.kind !== 'register' || value.kind !== 'expression') return false
  const constant = assembly.constantOf(value.expression)
  if (constant === undefined || value.modifier !== undefined) {
    throw new StatementError(value, 'li needs a number that is known here', 'Use la for addresses.')
  }
  if (constant < -0x8000_0000n || constant > 0xffff_ffffn) {
    const remedy = 'Registers hold -2147483648 to 4294967295.'
    throw new StatementError(value, `${constant} does not fit into 32 bits`, remedy)
  }
  loadNumber(assembly, register.number, Number(BigInt.asIntN(32, constant)))
  return true
}

/** `name symbol` and `name register, symbol`. */
function jumpBuilder(rd: number, scratch: number): Builder {
  return (assembly, operands, _place, kinds) => {
    const symbol = operands[operands.length - 1]
    const [first] = operands
    if (symbol?.kind !== 'expression') return false
    if (kinds === 'e') farJump(assembly, rd, scratch, symbol)
    else if (kinds === 're' && first.kind === 'register') {
      farJump(assembly, rd === 0 ? 0 : first.number, first.number, symbol)
    } else return false
    return true
  }
}

/** `jump symbol, register`: leaves the register as scratch. */
const buildJump: Builder = (assembly, operands, _place, kinds) => {
  const [symbol, scratch] = operands
  if (kinds !== 'er' || symbol.kind !== 'expression' || scratch.kind !== 'register') return false
  farJump(assembly, 0, scratch.number, symbol)
  return true
}

function symbolLoad(name: string): Builder {
  return (assembly, operands, _place, kinds) => {
    const [register, symbol] = operands
    if (kinds !== 're' || register.kind !== 'register' || symbol.kind !== 'expression') return false
    const fields = { ...noFields, rd: register.number, rs1: register.number }
    relativePair(assembly, symbol, register.number, name, fields)
    return true
  }
}

function symbolStore(name: string): Builder {
  return (assembly, operands, _place, kinds) => {
    const [source, symbol, scratch] = operands
    if (kinds !== 'rer' || source.kind !== 'register' || symbol.kind !== 'expression') return false
    if (scratch.kind !== 'register') return false
    const fields = { ...noFields, rs1: scratch.number, rs2: source.number }
    relativePair(assembly, symbol, scratch.number, name, fields)
    return true
  }
}

/** `j`, which unlike `jal x0` has a 16-bit form. */
const buildNearJump: Builder = (assembly, operands, _place, kinds) => {
  const [target] = operands
  if (kinds !== 'e' || target.kind !== 'expression') return false
  const forms = branchForms(need('jal'), noFields, assembly.options.compressed)
  assembly.emitBranch(forms, target.expression, target)
  return true
}

const buildUndefined: Builder = (assembly, operands) => {
  if (operands.length > 0) return false
  // All zeros, or a write to the read-only cycle counter: both are illegal by the specification.
  if (assembly.options.compressed) assembly.emitInstruction(0, 2)
  else assembly.emitInstruction(0xc000_1073, 4)
  return true
}

const builders: Record<string, Builder> = {
  li: buildNumber,
  la: buildAddress,
  lla: buildAddress,
  call: jumpBuilder(1, 1),
  tail: jumpBuilder(0, 6),
  jump: buildJump,
  j: buildNearJump,
  unimp: buildUndefined,
  ...Object.fromEntries(['lb', 'lh', 'lw', 'lbu', 'lhu'].map((name) => [name, symbolLoad(name)])),
  ...Object.fromEntries(['sb', 'sh', 'sw'].map((name) => [name, symbolStore(name)])),
}
