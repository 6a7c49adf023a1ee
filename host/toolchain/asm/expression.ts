/**
 * Expressions of the assembler. A value is an integer plus at most one symbol, minus at most one: what a relocation can say.
 * Arithmetic is done in 64 bits, as GNU as does, and cut to 32 where the value is used.
 */
import type { Token } from './lexer.ts'
import { exactNumber, StatementError } from './lexer.ts'

/** A place in a section under construction. */
export interface Location {
  section: number
  fragment: number
  offset: number
}

export type Expression =
  | { kind: 'number'; value: bigint }
  | { kind: 'symbol'; name: string; token: Token }
  | { kind: 'location'; location: Location }
  | { kind: 'unary'; operator: string; operand: Expression; token: Token }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression; token: Token }

/** A symbol of the object file, or a place in it. */
export type Base = { symbol: string } | { location: Location }

export interface Value {
  constant: bigint
  plus?: Base
  minus?: Base
}

/** What an expression needs to know while it is parsed. */
export interface Names {
  /** The expression a name stands for now, or undefined for a symbol that stays one. */
  lookUp(token: Token): Expression | undefined
  /** The label a reference such as `1f` means. */
  localLabel(token: Token): string
  /** The current place, `.`. */
  here(): Location
}

/** Operators by rank, weakest first; those of one rank associate to the left. */
const ranks: string[][] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<>', '<', '<=', '>', '>='],
  ['+', '-'],
  ['|', '&', '^'],
  ['*', '/', '%', '<<', '>>'],
]

const prefixes = new Set(['-', '+', '~', '!'])

/** Most operators and parentheses of one expression; a longer one is refused, so that no input can exhaust the stack. */
const mostOperators = 500

/** Counts the operators of one expression down. */
interface Budget {
  left: number
}

/** Reads tokens one after the other. */
export class TokenReader {
  readonly #tokens: Token[]
  #at = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Column behind the token read last. */
  get behind(): number {
    const last = this.#tokens[this.#at - 1]
    return last === undefined ? 0 : last.column + last.length
  }

  get atEnd(): boolean {
    return this.peek().kind === 'end'
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'operator' && token.text === text
  }

  accept(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.#at++
    return true
  }

  expect(text: string): void {
    if (this.accept(text)) return
    throw new StatementError(this.peek(), `expected '${text}'`, `Write '${text}' here.`)
  }

  expectEnd(): void {
    if (this.atEnd) return
    const { text } = this.peek()
    throw new StatementError(
      this.peek(),
      `unexpected '${text}'`,
      'Remove it, or separate by a comma.',
    )
  }

  /** Refuses an argument that is missing. */
  name(what: string): Token {
    const token = this.peek()
    if (token.kind === 'name') return this.next()
    throw new StatementError(token, `expected ${what}`, `Write ${what} here.`)
  }
}

export function parseExpression(reader: TokenReader, names: Names): Expression {
  return parseRank(reader, names, 0, { left: mostOperators })
}

function parseRank(reader: TokenReader, names: Names, rank: number, budget: Budget): Expression {
  if (rank === ranks.length) return parsePrimary(reader, names, budget)
  let left = parseRank(reader, names, rank + 1, budget)
  while (reader.peek().kind === 'operator' && ranks[rank].includes(reader.peek().text)) {
    const token = reader.next()
    spend(budget, token)
    const right = parseRank(reader, names, rank + 1, budget)
    left = fold({ kind: 'binary', operator: token.text, left, right, token })
  }
  return left
}

/** Characters are numbers too. */
function numberOf({ text, value }: Token): bigint {
  return text.startsWith("'") ? BigInt(value) : exactNumber(text)
}

function spend(budget: Budget, token: Token): void {
  if (budget.left-- > 0) return
  throw new StatementError(token, 'the expression is too long', 'Name parts of it with .equ.')
}

function parsePrimary(reader: TokenReader, names: Names, budget: Budget): Expression {
  const token = reader.next()
  if (token.kind === 'number') return { kind: 'number', value: numberOf(token) }
  if (token.kind === 'localLabel') return { kind: 'symbol', name: names.localLabel(token), token }
  if (token.kind === 'name') {
    if (token.text === '.') return { kind: 'location', location: names.here() }
    return names.lookUp(token) ?? { kind: 'symbol', name: token.text, token }
  }
  if (token.kind === 'operator' && prefixes.has(token.text)) {
    spend(budget, token)
    const operand = parsePrimary(reader, names, budget)
    return fold({ kind: 'unary', operator: token.text, operand, token })
  }
  if (token.kind === 'operator' && token.text === '(') {
    spend(budget, token)
    const inner = parseRank(reader, names, 0, budget)
    reader.expect(')')
    return inner
  }
  const found = token.kind === 'end' ? 'the statement ends' : `'${token.text}' is none`
  throw new StatementError(token, `expected an expression, ${found}`, 'Give a number or a symbol.')
}

/** Replaces an operation on numbers by its result. */
function fold(expression: Expression): Expression {
  if (expression.kind === 'unary' && expression.operand.kind === 'number') {
    return { kind: 'number', value: unary(expression.operator, expression.operand.value) }
  }
  if (
    expression.kind === 'binary' &&
    expression.left.kind === 'number' &&
    expression.right.kind === 'number'
  ) {
    const { operator, left, right, token } = expression
    return { kind: 'number', value: binary(operator, left.value, right.value, token) }
  }
  return expression
}

function unary(operator: string, value: bigint): bigint {
  if (operator === '-') return BigInt.asIntN(64, -value)
  if (operator === '~') return ~value
  if (operator === '!') return value === 0n ? 1n : 0n
  return value
}

function truth(condition: boolean): bigint {
  return condition ? -1n : 0n
}

const operations: Record<string, (a: bigint, b: bigint) => bigint> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<<': (a, b) => (b < 0n || b > 63n ? 0n : a << b),
  '>>': (a, b) => (b < 0n || b > 63n ? 0n : BigInt.asUintN(64, a) >> b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<>': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
}

function binary(operator: string, left: bigint, right: bigint, token: Token): bigint {
  if ((operator === '/' || operator === '%') && right === 0n) {
    throw new StatementError(token, 'division by zero', 'Check the divisor.')
  }
  return BigInt.asIntN(64, operations[operator](left, right))
}

/** How symbols and pairs of places are resolved when an expression is evaluated. */
export interface Evaluator {
  /** The value of a name: of a constant or of a label, or the name itself when it is not defined here. */
  symbol(name: string, token: Token): Value
  /** The distance from `minus` to `plus`, or undefined while it is not known. */
  distance(plus: Base, minus: Base): bigint | undefined
}

const notRepresentable =
  'Symbols may be added to numbers and subtracted from each other within a section.'

export function evaluate(expression: Expression, evaluator: Evaluator): Value {
  switch (expression.kind) {
    case 'number':
      return { constant: expression.value }
    case 'location':
      return { constant: 0n, plus: { location: expression.location } }
    case 'symbol':
      return evaluator.symbol(expression.name, expression.token)
    case 'unary':
      return evaluateUnary(expression, evaluator)
    case 'binary':
      return evaluateBinary(expression, evaluator)
  }
}

function evaluateUnary(
  expression: Extract<Expression, { kind: 'unary' }>,
  evaluator: Evaluator,
): Value {
  const { constant, plus, minus } = evaluate(expression.operand, evaluator)
  if (expression.operator === '+') return { constant, plus, minus }
  if (expression.operator === '-') return { constant: -constant, plus: minus, minus: plus }
  if (plus === undefined && minus === undefined) {
    return { constant: unary(expression.operator, constant) }
  }
  const cause = `'${expression.operator}' cannot be applied to an address`
  throw new StatementError(expression.token, cause, notRepresentable)
}

function evaluateBinary(
  expression: Extract<Expression, { kind: 'binary' }>,
  evaluator: Evaluator,
): Value {
  const { operator, token } = expression
  const left = evaluate(expression.left, evaluator)
  const right = evaluate(expression.right, evaluator)
  if (operator === '+') return add(left, right, evaluator, token)
  const negative = { constant: -right.constant, plus: right.minus, minus: right.plus }
  if (operator === '-') return add(left, negative, evaluator, token)
  const comparison = ranks[2].includes(operator)
  const sides = comparison
    ? [add(left, negative, evaluator, token), { constant: 0n }]
    : [left, right]
  if (sides.every((side) => side.plus === undefined && side.minus === undefined)) {
    return { constant: binary(operator, sides[0].constant, sides[1].constant, token) }
  }
  throw new StatementError(
    token,
    `'${operator}' needs numbers that are known here`,
    notRepresentable,
  )
}

function add(left: Value, right: Value, evaluator: Evaluator, token: Token): Value {
  let constant = left.constant + right.constant
  let plus = [left.plus, right.plus].filter((base) => base !== undefined)
  let minus = [left.minus, right.minus].filter((base) => base !== undefined)
  for (const from of plus) {
    for (const to of minus) {
      const distance = evaluator.distance(from, to)
      if (distance === undefined || !plus.includes(from) || !minus.includes(to)) continue
      constant += distance
      plus = plus.filter((base) => base !== from)
      minus = minus.filter((base) => base !== to)
    }
  }
  if (plus.length > 1 || minus.length > 1) {
    throw new StatementError(token, 'addresses cannot be added to each other', notRepresentable)
  }
  return { constant: BigInt.asIntN(64, constant), plus: plus[0], minus: minus[0] }
}
