/**
 * Destructuring, and other declarations and assignments that are supported in some forms only.
 */
import ts from 'typescript'
import { isLoopVariable, withParentheses } from '../nodes.ts'
import {
  isPattern,
  isPatternTarget,
  isSupportedPattern,
  patternAssignment,
  targetsOf,
} from '../patterns.ts'
import { rule } from './rule.ts'
import type { Check, Message } from './rule.ts'

const destructuring: Message = {
  cause: 'This form of destructuring is not supported.',
  remedy:
    'Use const { x, y } = point or const [x, y] = list with plain defaults, or read each value by its own name.',
}

export const patternChecks: readonly Check[] = [
  rule((node) => isPattern(node) && !isSimplePattern(node), destructuring),
  rule(isOddAssignment, destructuring),
  rule(isOddLoop, {
    cause: 'A for..of loop declares one variable, without a value.',
    remedy: 'Write: for (const value of list) { … }.',
  }),
  rule(isDoubleAssignment, {
    cause: 'The target of this assignment would be computed twice.',
    remedy: 'Keep the object in a const, and assign to its member.',
  }),
]

/** A pattern whose value is there: the rewrite makes one variable of each name. */
function isSimplePattern(pattern: ts.BindingPattern): boolean {
  const declaration = pattern.parent
  if (ts.isParameter(declaration)) {
    if (!('body' in declaration.parent) || declaration.dotDotDotToken) return false
  } else if (ts.isVariableDeclaration(declaration)) {
    if (!declaration.initializer && !isLoopVariable(declaration)) return false
  }
  return isSupportedPattern(pattern)
}

/** An assignment to a pattern that is no statement, or has other targets than variables, members and elements. */
function isOddAssignment(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node) || !isPatternTarget(node)) return false
  const isStatement = patternAssignment(withParentheses(node).parent) === node
  return !isStatement || targetsOf(node.left) === undefined
}

/** Whether a `for..of` declares something else than one variable without a value. */
function isOddLoop(node: ts.Node): boolean {
  if (!ts.isForOfStatement(node) || !ts.isVariableDeclarationList(node.initializer)) return false
  const { declarations } = node.initializer
  return declarations.length !== 1 || declarations[0].initializer !== undefined
}

const conditionalAssignments = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
])

/** An assignment by ??=, ||= or &&= to something else than a name or a member of one. */
function isDoubleAssignment(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node) || !conditionalAssignments.has(node.operatorToken.kind)) {
    return false
  }
  let target: ts.Expression = node.left
  while (ts.isPropertyAccessExpression(target)) target = target.expression
  return !ts.isIdentifier(target) && target.kind !== ts.SyntaxKind.ThisKeyword
}
