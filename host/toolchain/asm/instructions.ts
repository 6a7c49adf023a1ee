/**
 * From a mnemonic to what it stands for: a row of the instruction table, a pseudo-instruction built by code, or one that is other text.
 */
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import type { Assembly, Place } from './assembly.ts'
import { builders } from './builders.ts'
import type { ShownOperand } from './encode.ts'
import { instructionNamed, operandsOf } from './encode.ts'
import { TokenReader } from './expression.ts'
import { endToken, tokenize } from './lexer.ts'
import type { Operand } from './operands.ts'
import { parseOperands } from './operands.ts'
import { pseudoInstructions } from './pseudo.table.ts'
import { assembleRow } from './rows.ts'
import { unknownInstruction, wrongOperands } from './suggest.ts'

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
