/** Operands of an instruction as text gives them: a register, a number or symbol with an optional modifier, `offset(register)`. */
import type { Expression, Names, TokenReader } from './expression.ts'
import { parseExpression } from './expression.ts'
import { StatementError } from './lexer.ts'
import { registerNumber } from './registers.ts'

export type Modifier = 'hi' | 'lo' | 'pcrel_hi' | 'pcrel_lo'
const modifiers: readonly string[] = ['hi', 'lo', 'pcrel_hi', 'pcrel_lo']

interface Span {
  column: number
  length: number
  /** The operand as written. */
  text: string
}

export interface RegisterOperand extends Span {
  kind: 'register'
  number: number
}

export interface ExpressionOperand extends Span {
  kind: 'expression'
  modifier?: Modifier
  expression: Expression
}

export interface MemoryOperand extends Span {
  kind: 'memory'
  base: number
  /** 0 unless given. */
  offset: ExpressionOperand
}

export type Operand = RegisterOperand | ExpressionOperand | MemoryOperand

/** Reads operands separated by commas up to the end of the statement. `line` is the text the columns count in. */
export function parseOperands(reader: TokenReader, names: Names, line: string): Operand[] {
  const operands: Operand[] = []
  if (reader.atEnd) return operands
  do operands.push(parseOperand(reader, names, line))
  while (reader.accept(','))
  reader.expectEnd()
  return operands
}

function isRegister(reader: TokenReader, ahead = 0): boolean {
  const token = reader.peek(ahead)
  return token.kind === 'name' && registerNumber(token.text) !== undefined
}

function parseOperand(reader: TokenReader, names: Names, line: string): Operand {
  const first = reader.peek()
  const span = (): Span => {
    const text = line.slice(first.column, reader.behind)
    return { column: first.column, length: Math.max(text.length, 1), text }
  }
  if (isRegister(reader)) {
    const number = registerNumber(reader.next().text) ?? 0
    return { kind: 'register', number, ...span() }
  }
  if (reader.isOperator('(') && isRegister(reader, 1)) {
    const zero: Expression = { kind: 'number', value: 0n }
    const offset: ExpressionOperand = { kind: 'expression', expression: zero, ...span() }
    const base = parseBase(reader)
    return { kind: 'memory', base, offset, ...span() }
  }
  const modifier = parseModifier(reader)
  const expression = parseExpression(reader, names)
  const value: ExpressionOperand = { kind: 'expression', modifier, expression, ...span() }
  if (!reader.isOperator('(')) return value
  const base = parseBase(reader)
  return { kind: 'memory', base, offset: value, ...span() }
}

function parseModifier(reader: TokenReader): Modifier | undefined {
  const token = reader.peek()
  if (token.kind !== 'modifier') return undefined
  reader.next()
  const name = token.text.slice(1)
  if (!modifiers.includes(name)) {
    const remedy = 'Images are static: %hi, %lo, %pcrel_hi and %pcrel_lo are enough.'
    throw new StatementError(token, `${token.text} is not supported`, remedy)
  }
  if (!reader.isOperator('(')) {
    const cause = `${token.text} needs its argument in parentheses`
    throw new StatementError(token, cause, `Write ${token.text}(symbol).`)
  }
  return name as Modifier
}

/** `(register)` behind an offset. */
function parseBase(reader: TokenReader): number {
  reader.expect('(')
  const token = reader.name('a register')
  const number = registerNumber(token.text)
  if (number === undefined) {
    throw new StatementError(
      token,
      `${token.text} is no register`,
      'Registers are x0 to x31, a0, sp …',
    )
  }
  reader.expect(')')
  return number
}
