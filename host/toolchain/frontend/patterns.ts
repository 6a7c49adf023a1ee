/**
 * Patterns: a value is taken apart into names, in declarations, parameters, loops and assignments.
 *
 *     const { x, y: z = 1 } = value            const __value0 = value, x = __value0.x, z = __or(__value0.y, 1)
 *     const [a, [b], ...c] = list              const __value0 = list, a = __value0[0], __part0 = __value0[1], b = __part0[0], c = __value0.slice(2)
 *     function f({ x }: P) { … }               function f(__parameter0: P) { const x = __parameter0.x; … }
 *     [a, b] = [b, a]                          { const __new0 = b, __new1 = a; a = __new0; b = __new1 }
 */
import ts from 'typescript'
import type { EditList } from './edits.ts'

/** What the rewrite of patterns needs to know. */
export interface PatternContext {
  edits: EditList
  /** The line breaks of a range. */
  lines: (start: number, end: number) => string
  /** A variable or member as it stands in the rewritten text. */
  place(node: ts.Expression): string
  /** The first value of a variable as it stands in the rewritten text. */
  valueOf(name: ts.Node, value: string): string
}

export function isPattern(node: ts.Node): node is ts.BindingPattern {
  return ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)
}

/** Whether a pattern can be taken apart: rests of lists only, and defaults that need no rewriting. */
export function isSupportedPattern(pattern: ts.BindingPattern): boolean {
  return pattern.elements.every((element) => {
    if (ts.isOmittedExpression(element)) return true
    const { name, propertyName, initializer, dotDotDotToken } = element
    if (dotDotDotToken && (ts.isObjectBindingPattern(pattern) || isPattern(name))) return false
    if (propertyName && !ts.isIdentifier(propertyName)) return false
    return initializer === undefined || isPlain(initializer)
  })
}

const plainKinds = new Set([
  ...[ts.SyntaxKind.Identifier, ts.SyntaxKind.NumericLiteral, ts.SyntaxKind.StringLiteral],
  ...[ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword],
  ...[ts.SyntaxKind.PropertyAccessExpression, ts.SyntaxKind.PrefixUnaryExpression],
  ...[ts.SyntaxKind.NewExpression, ts.SyntaxKind.CallExpression, ts.SyntaxKind.ThisKeyword],
  ...[ts.SyntaxKind.ArrayLiteralExpression, ts.SyntaxKind.ParenthesizedExpression],
])

/** Whether an expression is the same before and after the rewrite. */
function isPlain(node: ts.Node): boolean {
  if (ts.isTypeNode(node)) return true
  if (ts.isOptionalChain(node) || !plainKinds.has(node.kind)) return false
  return ts.forEachChild(node, (child) => !isPlain(child)) !== true
}

/** The assignment of a statement that takes a value apart. */
export function patternAssignment(node: ts.Node): ts.BinaryExpression | undefined {
  if (!ts.isExpressionStatement(node)) return undefined
  let { expression } = node
  while (ts.isParenthesizedExpression(expression)) expression = expression.expression
  return ts.isBinaryExpression(expression) && isPatternTarget(expression) ? expression : undefined
}

/** Whether a value is assigned to several targets at once. */
export function isPatternTarget({ left, operatorToken }: ts.BinaryExpression): boolean {
  const isPatternLike = ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left)
  return operatorToken.kind === ts.SyntaxKind.EqualsToken && isPatternLike
}

/** The targets with the parts of the value they get; undefined if one is no variable, member or element. */
export function targetsOf(
  left: ts.Expression,
): { target: ts.Expression; part: string }[] | undefined {
  const all = ts.isArrayLiteralExpression(left)
    ? left.elements.map((target, index) => ({ target, part: `[${index}]` }))
    : (left as ts.ObjectLiteralExpression).properties.map((property) => {
        const target = ts.isPropertyAssignment(property) ? property.initializer : property.name
        return { target: target as ts.Expression, part: `.${property.name?.getText()}` }
      })
  const parts = all.filter(({ target }) => !ts.isOmittedExpression(target))
  const isTarget = ({ target }: { target: ts.Expression }): boolean =>
    ts.isIdentifier(target) ||
    ts.isPropertyAccessExpression(target) ||
    ts.isElementAccessExpression(target)
  return parts.every(isTarget) ? parts : undefined
}

/** Rewrites the patterns of one file. */
export class Patterns {
  private readonly context: PatternContext
  private wholes = 0
  private nested = 0
  private news = 0
  private readonly parameters = new Map<ts.Node, string>()

  constructor(context: PatternContext) {
    this.context = context
  }

  /** Begins a declaration; the result is what belongs behind its value. */
  declaration(name: ts.BindingPattern, initializer: ts.Expression): string {
    const { edits, lines } = this.context
    const whole = `__value${this.wholes++}`
    const [start, end] = [name.getStart(), initializer.getStart()]
    edits.replace(start, end, `${whole} = ${lines(start, end)}`)
    return this.parts(name, whole, false)
      .map((part) => `, ${part}`)
      .join('')
  }

  /** The variables of a pattern with their values; an entry of a Map has no index. */
  parts(pattern: ts.BindingPattern, whole: string, isItem: boolean): string[] {
    return pattern.elements.flatMap((element, index) => {
      if (ts.isOmittedExpression(element)) return []
      const value = ts.isArrayBindingPattern(pattern)
        ? elementValue(element, whole, index, isItem)
        : memberValue(element, whole)
      const { name } = element
      if (!isPattern(name)) return [`${name.text} = ${this.context.valueOf(name, value)}`]
      const part = `__part${this.nested++}`
      return [`${part} = ${value}`, ...this.parts(name, part, false)]
    })
  }

  /** Gives a parameter a name of its own. */
  parameter({ name }: ts.ParameterDeclaration): void {
    const [start, end] = [name.getStart(), name.getEnd()]
    this.context.edits.replace(start, end, this.nameOf(name) + this.context.lines(start, end))
  }

  /** What a function's body begins with: the names of its parameters' patterns. */
  parameterParts({ parameters }: ts.SignatureDeclaration): string {
    const names = parameters.map(({ name }) => name).filter(isPattern)
    return names
      .map((name) => ` const ${this.parts(name, this.nameOf(name), false).join(', ')};`)
      .join('')
  }

  private nameOf(parameter: ts.Node): string {
    const name = this.parameters.get(parameter) ?? `__parameter${this.parameters.size}`
    this.parameters.set(parameter, name)
    return name
  }

  /** Begins an assignment; the caller rewrites the value. */
  assignment(statement: ts.Node, { left, right }: ts.BinaryExpression): void {
    const targets = targetsOf(left) ?? []
    const isSwap =
      ts.isArrayLiteralExpression(left) &&
      ts.isArrayLiteralExpression(right) &&
      right.elements.length === left.elements.length &&
      targets.length === left.elements.length &&
      !right.elements.some(ts.isSpreadElement)
    const values = isSwap ? [...right.elements] : [right]
    const names = values.map(() => `__new${this.news++}`)
    this.putNames(statement, values, names)
    const assigned = targets.map(({ target, part }, index) => {
      const value = isSwap ? names[index] : names[0] + part
      return ` ${this.context.place(target)} = ${value};`
    })
    const last = values[values.length - 1]
    const { edits } = this.context
    const [start, end] = [last.getEnd(), statement.getEnd()]
    edits.replace(start, end, `;${this.context.lines(start, end)}${assigned.join('')} }`)
  }

  private putNames(statement: ts.Node, values: ts.Expression[], names: string[]): void {
    let before = statement.getStart()
    values.forEach((value, index) => {
      const lines = this.context.lines(before, value.getStart())
      const opening = index === 0 ? '{ const' : ','
      this.context.edits.replace(before, value.getStart(), `${opening} ${names[index]} = ${lines}`)
      before = value.getEnd()
    })
  }
}

function elementValue(
  { dotDotDotToken, initializer }: ts.BindingElement,
  whole: string,
  index: number,
  isItem: boolean,
): string {
  if (dotDotDotToken) return `${whole}.slice(${index})`
  const value = isItem ? `__part(${whole}, ${index})` : `${whole}[${index}]`
  return initializer ? `${whole}.length > ${index} ? ${value} : ${initializer.getText()}` : value
}

function memberValue(
  { name, propertyName, initializer }: ts.BindingElement,
  whole: string,
): string {
  const value = `${whole}.${(propertyName ?? name).getText()}`
  return initializer ? `__or(${value}, ${initializer.getText()})` : value
}
