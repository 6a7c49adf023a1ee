/** Pseudo-instructions that are built by code: loads of numbers and addresses, calls of any distance, accesses to a symbol. */
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Assembly, Place } from './assembly.ts'
import { branchForms } from './branches.ts'
import type { Fields } from './encode.ts'
import { encode, instructionNamed, noFields } from './encode.ts'
import { lowPart, upperPart } from './immediates.ts'
import { StatementError } from './lexer.ts'
import type { ExpressionOperand, Operand } from './operands.ts'
import { emit } from './rows.ts'

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

/** Assembles its operands, whose kinds are spelled as in the table; false when they are not what it takes. */
export type Builder = (
  assembly: Assembly,
  operands: Operand[],
  place: Place,
  kinds: string,
) => boolean

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

/** A copy of x0 is left long by GNU as; other copies are what the table says. */
const copyOfZero: Builder = (assembly, [to, from], _place, kinds) => {
  if (kinds !== 'rr' || from.kind !== 'register' || to.kind !== 'register') return false
  if (from.number !== 0) return false
  assembly.emitInstruction(encode(need('addi'), { ...noFields, rd: to.number }), 4)
  return true
}

export const builders: Record<string, Builder> = {
  mv: copyOfZero,
  move: copyOfZero,
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
