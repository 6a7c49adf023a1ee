/**
 * Variables and members of variables, `a`, `this.b`, `a.b.c`: which stand for the same place, and where they are assigned.
 */
import ts from 'typescript'
import { functionAround } from './nodes.ts'
import { localSymbol } from './captures.ts'
import type { SourceText } from './source.ts'

/** A place that is assigned. */
interface Assignment {
  key: string
  node: ts.Node
}

/** The references of one file. */
export class References {
  private readonly source: SourceText
  private readonly numbers = new Map<ts.Symbol, number>()
  private readonly assignments: Assignment[] = []

  constructor(source: SourceText) {
    this.source = source
    const visit = (node: ts.Node): void => {
      const target = assignedTarget(node)
      const key = target && this.keyOf(target)
      if (key !== undefined) this.assignments.push({ key, node })
      ts.forEachChild(node, visit)
    }
    visit(source.tree)
  }

  /** The same text for the same variable or member; undefined for other expressions. */
  keyOf(node: ts.Node): string | undefined {
    if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)) {
      return this.keyOf(node.expression)
    }
    if (node.kind === ts.SyntaxKind.ThisKeyword) return 'this'
    if (ts.isIdentifier(node)) return this.variable(node)
    if (!ts.isPropertyAccessExpression(node) || node.questionDotToken) return undefined
    const object = this.keyOf(node.expression)
    return object && `${object}.${node.name.text}`
  }

  private variable(name: ts.Identifier): string | undefined {
    const symbol = localSymbol(this.source, name)
    if (!symbol) return undefined
    if (!this.numbers.has(symbol)) this.numbers.set(symbol, this.numbers.size)
    return `${this.numbers.get(symbol)}`
  }

  /** Whether a place still has the value at `use` that it had at the beginning of `region`. */
  isKept(key: string, use: ts.Node, region: readonly ts.Node[]): boolean {
    const changes = this.assignments.filter((change) => `${key}.`.startsWith(`${change.key}.`))
    const [first] = region
    if (functionAround(use) !== functionAround(first)) return changes.length === 0
    const inside = changes.filter(({ node }) => region.some((part) => contains(part, node)))
    return inside.every(({ node }) => use.end <= node.end && !loopAround(node, use, region))
  }

  /** Whether a variable is never assigned behind its declaration. */
  isConstant(key: string): boolean {
    return this.assignments.every((change) => change.key !== key)
  }
}

/** What an assignment, `++` or `for..of` gives a value to. */
function assignedTarget(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) {
    const { FirstAssignment, LastAssignment } = ts.SyntaxKind
    const { kind } = node.operatorToken
    return kind >= FirstAssignment && kind <= LastAssignment ? node.left : undefined
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind
    const changes = node.operator === PlusPlusToken || node.operator === MinusMinusToken
    return changes ? node.operand : undefined
  }
  if (ts.isForOfStatement(node) && !ts.isVariableDeclarationList(node.initializer)) {
    return node.initializer
  }
  return undefined
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end
}

/** Whether a loop inside of a region leads from an assignment back to a use before it. */
function loopAround(change: ts.Node, use: ts.Node, region: readonly ts.Node[]): boolean {
  const isLoop = (node: ts.Node): boolean => ts.isIterationStatement(node, false)
  for (let around = change.parent; around; around = around.parent) {
    if (!region.some((part) => contains(part, around))) return false
    if (isLoop(around) && contains(around, use)) return true
  }
  return false
}
