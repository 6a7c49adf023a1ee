/**
 * Makes pieces of asc's syntax tree that all stand at one place of the source.
 */
import { Node } from 'assemblyscript'
import type {
  Expression,
  Range,
  Statement,
  Token,
  TypeNode,
  VariableStatement,
} from 'assemblyscript'
import { values } from './internals.ts'

/** Numbers the names of variables, so that loops inside of each other have their own. */
let made = 0

export class Syntax {
  private readonly range: Range

  constructor(range: Range) {
    this.range = range
  }

  /** Names that no program has. */
  names(...names: string[]): string[] {
    made++
    return names.map((name) => `~${name}${made}`)
  }

  name(text: string): Expression {
    return Node.createIdentifierExpression(text, this.range)
  }

  number(value: number): Expression {
    return Node.createIntegerLiteralExpression(i64(value), this.range)
  }

  text(value: string): Expression {
    return Node.createStringLiteralExpression(value, this.range)
  }

  member(object: Expression, name: string): Expression {
    const property = Node.createIdentifierExpression(name, this.range)
    return Node.createPropertyAccessExpression(object, property, this.range)
  }

  element(list: Expression, index: Expression): Expression {
    return Node.createElementAccessExpression(list, index, this.range)
  }

  call(name: string, parameters: Expression[]): Expression {
    return Node.createCallExpression(this.name(name), null, parameters, this.range)
  }

  callMember(object: Expression, name: string, parameters: Expression[] = []): Expression {
    return Node.createCallExpression(this.member(object, name), null, parameters, this.range)
  }

  assign(target: Expression, value: Expression): Expression {
    return Node.createBinaryExpression(token('Equals'), target, value, this.range)
  }

  comma(parts: Expression[]): Expression {
    return Node.createCommaExpression(parts, this.range)
  }

  sum(left: Expression, right: Expression): Expression {
    return Node.createBinaryExpression(token('Plus'), left, right, this.range)
  }

  below(left: Expression, right: Expression): Expression {
    return Node.createBinaryExpression(token('LessThan'), left, right, this.range)
  }

  truth(value: boolean): Expression {
    return value ? Node.createTrueExpression(this.range) : Node.createFalseExpression(this.range)
  }

  /** `<type>value` */
  convert(type: string, value: Expression): Expression {
    const name = Node.createSimpleTypeName(type, this.range)
    const to = Node.createNamedType(name, null, false, this.range)
    return Node.createAssertionExpression(values.AssertionKind.Prefix, value, to, this.range)
  }

  not(value: Expression): Expression {
    return Node.createUnaryPrefixExpression(token('Exclamation'), value, this.range)
  }

  run(expression: Expression): Statement {
    return Node.createExpressionStatement(expression)
  }

  /** One variable, `const` or `let` by the flags. */
  declare(
    name: string,
    value: Expression,
    flags: number,
    type: TypeNode | null = null,
  ): VariableStatement {
    const identifier = Node.createIdentifierExpression(name, this.range)
    const declaration = Node.createVariableDeclaration(
      identifier,
      null,
      flags,
      type,
      value,
      this.range,
    )
    return Node.createVariableStatement(null, [declaration], this.range)
  }

  /** Variables by name. */
  let(variables: Record<string, Expression>): VariableStatement {
    const declarations = Object.entries(variables).map(
      ([name, value]) => this.declare(name, value, values.CommonFlags.Let).declarations[0],
    )
    return Node.createVariableStatement(null, declarations, this.range)
  }

  block(statements: Statement[]): Statement {
    return Node.createBlockStatement(statements, this.range)
  }

  /** `for (declared; at < list.length; ++at) body` */
  count(declared: Statement, at: string, list: string, body: Statement): Statement {
    const end = this.member(this.name(list), 'length')
    const below = this.below(this.name(at), end)
    const next = Node.createUnaryPrefixExpression(token('Plus_Plus'), this.name(at), this.range)
    return this.for(declared, below, next, body)
  }

  for(first: Statement, condition: Expression, next: Expression, body: Statement): Statement {
    return Node.createForStatement(first, condition, next, body, this.range)
  }

  while(condition: Expression, body: Statement): Statement {
    return Node.createWhileStatement(condition, body, this.range)
  }

  tryFinally(body: Statement[], last: Statement[]): Statement {
    return Node.createTryStatement(body, null, null, last, this.range)
  }
}

/** asc's enumeration of tokens as values. */
function token(name: 'Equals' | 'Exclamation' | 'LessThan' | 'Plus' | 'Plus_Plus'): Token {
  return values.Token[name]
}

/** asc's 64-bit integers in JavaScript; its declarations take them for another type. */
function i64(value: number): never {
  const { i64_new: make } = globalThis as unknown as { i64_new(low: number): never }
  return make(value)
}
