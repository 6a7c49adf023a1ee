/**
 * What may not be there: a key of a Map, the last element of an empty list. Where the program looks whether it got something, the call
 * gives null instead of throwing (language/missing.ts):
 *
 *     map.get(key) ?? 0                                  __or(__maybe(map.get(key)), 0)
 *     const found = map.get(key); if (!found) …          const found = __maybe(map.get(key)); …
 */
import ts from 'typescript'
import { functionAround, withParentheses } from './nodes.ts'
import { localSymbol } from './captures.ts'
import { hasNull } from './plainTypes.ts'
import type { SourceText } from './source.ts'

/** Methods of lists and Maps that have nothing to give sometimes. */
const methods = new Set(['get', 'pop', 'shift', 'at', 'find', 'findLast'])

const comparisons = new Set([
  ...[ts.SyntaxKind.EqualsEqualsToken, ts.SyntaxKind.EqualsEqualsEqualsToken],
  ...[ts.SyntaxKind.ExclamationEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken],
])
const choices = new Set([
  ...[ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken],
  ...[ts.SyntaxKind.AmpersandAmpersandToken],
])

/** The calls of one file whose results may be missing. */
export class Missing {
  private readonly tested = new Set<ts.Symbol>()
  private readonly source: SourceText

  constructor(source: SourceText) {
    this.source = source
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && isTested(node)) {
        const symbol = localSymbol(source, node)
        if (symbol) this.tested.add(symbol)
      }
      ts.forEachChild(node, visit)
    }
    visit(source.tree)
  }

  /** Whether a node is a call whose result the program looks at. */
  has(node: ts.Node): node is ts.CallExpression {
    if (!ts.isCallExpression(node) || ts.isOptionalChain(node)) return false
    const { expression } = node
    const isMethod = ts.isPropertyAccessExpression(expression) && methods.has(expression.name.text)
    return isMethod && (isTested(node) || this.isKept(node))
  }

  /** Whether a call gives its result to something that may be null. */
  private isKept(call: ts.CallExpression): boolean {
    const value = withParentheses(call)
    const { parent } = value
    if (ts.isVariableDeclaration(parent)) return this.mayBeNull(parent)
    if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) {
      const type = functionAround(call)?.type
      return type !== undefined && hasNull(type)
    }
    const isAssigned =
      ts.isBinaryExpression(parent) &&
      parent.right === value &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    if (!isAssigned || !ts.isIdentifier(parent.left)) return false
    const declaration = localSymbol(this.source, parent.left)?.valueDeclaration
    return declaration !== undefined && ts.isVariableDeclaration(declaration)
      ? this.mayBeNull(declaration)
      : false
  }

  private mayBeNull({ name, type }: ts.VariableDeclaration): boolean {
    if (type) return hasNull(type)
    const symbol = ts.isIdentifier(name) ? localSymbol(this.source, name) : undefined
    return symbol !== undefined && this.tested.has(symbol)
  }
}

/** Whether the program looks if an expression has a value. */
function isTested(node: ts.Expression): boolean {
  const value = withParentheses(node)
  const { parent } = value
  if (ts.isPrefixUnaryExpression(parent)) {
    return parent.operator === ts.SyntaxKind.ExclamationToken
  }
  if (ts.isBinaryExpression(parent)) {
    const { left, right, operatorToken } = parent
    if (comparisons.has(operatorToken.kind)) return isNull(left === value ? right : left)
    return left === value && choices.has(operatorToken.kind)
  }
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
    return parent.expression === value
  }
  if (ts.isConditionalExpression(parent)) return parent.condition === value
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent)) &&
    parent.expression === value &&
    parent.questionDotToken !== undefined
  )
}

function isNull(node: ts.Expression): boolean {
  const isUndefined = ts.isIdentifier(node) && node.text === 'undefined'
  return isUndefined || node.kind === ts.SyntaxKind.NullKeyword
}
