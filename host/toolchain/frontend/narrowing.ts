/**
 * What a test tells about the code behind it, beyond what asc itself concludes: after `e instanceof MyError` the variable is used as
 * one of that class, and a member that was tested for null is used as an object.
 *
 *     if (e instanceof MyError) e.code          changetype<MyError>(e).code
 *     if (this.next) this.next.value            this.next!.value
 *     if (!(e instanceof MyError)) throw e
 *     e.code                                    changetype<MyError>(e).code
 *
 * A variable that another function may change is tested again where it is used (`x!`, `x as MyError`), which throws if it has become another.
 */
import ts from 'typescript'
import { isGlobal, localSymbol } from './captures.ts'
import type { Boxes } from './captures.ts'
import { References } from './references.ts'
import type { SourceText } from './source.ts'

/** What is known of a variable or member. */
interface Fact {
  key: string
  /** The class that it is of; without one it is not null. */
  type?: string
}

/** Text around a use. */
export interface Narrowed {
  before: string
  behind: string
}

/** The uses in one file of which more is known. */
export class Narrowings {
  private readonly uses = new Map<ts.Node, Fact>()
  private readonly references: References
  private readonly source: SourceText
  private readonly boxes: Boxes

  constructor(source: SourceText, boxes: Boxes) {
    this.source = source
    this.boxes = boxes
    this.references = new References(source)
    const visit = (node: ts.Node): void => {
      this.consider(node)
      ts.forEachChild(node, visit)
    }
    visit(source.tree)
  }

  /** What to write around a use of a variable or member. */
  around(node: ts.Node): Narrowed | undefined {
    const fact = this.uses.get(node)
    if (!fact) return undefined
    if (fact.type === undefined) return { before: '', behind: '!' }
    const isSure = ts.isIdentifier(node) && !this.mayChange(node, fact.key)
    return isSure
      ? { before: `changetype<${fact.type}>(`, behind: ')' }
      : { before: '(', behind: ` as ${fact.type})` }
  }

  private mayChange(name: ts.Identifier, key: string): boolean {
    return (this.boxes.has(name) || this.isGlobal(name)) && !this.references.isConstant(key)
  }

  private isGlobal(name: ts.Identifier): boolean {
    const declaration = localSymbol(this.source, name)?.valueDeclaration
    return declaration !== undefined && isGlobal(declaration)
  }

  /** Conditions, and the code that runs only if they hold or do not hold. */
  private consider(node: ts.Node): void {
    if (ts.isIfStatement(node)) {
      const { expression, thenStatement, elseStatement } = node
      this.assume(expression, true, [thenStatement])
      if (elseStatement) this.assume(expression, false, [elseStatement])
      const rest = statementsBehind(node)
      if (leaves(thenStatement)) this.assume(expression, false, rest)
      if (elseStatement && leaves(elseStatement)) this.assume(expression, true, rest)
    } else if (ts.isConditionalExpression(node)) {
      this.assume(node.condition, true, [node.whenTrue])
      this.assume(node.condition, false, [node.whenFalse])
    } else if (ts.isWhileStatement(node)) this.assume(node.expression, true, [node.statement])
    else if (ts.isForStatement(node) && node.condition) {
      const { condition, statement, incrementor } = node
      this.assume(condition, true, incrementor ? [statement, incrementor] : [statement])
    } else if (ts.isBinaryExpression(node)) {
      const { AmpersandAmpersandToken, BarBarToken } = ts.SyntaxKind
      const { kind } = node.operatorToken
      if (kind === AmpersandAmpersandToken) this.assume(node.left, true, [node.right])
      if (kind === BarBarToken) this.assume(node.left, false, [node.right])
    }
  }

  private assume(condition: ts.Expression, isTrue: boolean, region: readonly ts.Node[]): void {
    if (region.length === 0) return
    for (const fact of this.factsOf(condition, isTrue)) {
      const visit = (node: ts.Node): void => {
        if (this.isUse(node, fact, region)) this.uses.set(node, fact)
        ts.forEachChild(node, visit)
      }
      region.forEach(visit)
    }
  }

  private isUse(node: ts.Node, fact: Fact, region: readonly ts.Node[]): boolean {
    if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return false
    if (isDeclaredOrAssigned(node) || this.references.keyOf(node) !== fact.key) return false
    // The class says more than that there is an object.
    if (fact.type === undefined && this.uses.get(node)?.type !== undefined) return false
    return this.references.isKept(fact.key, node, region)
  }

  /** What follows if a condition is true, or if it is false. */
  private factsOf(condition: ts.Expression, isTrue: boolean): Fact[] {
    if (ts.isParenthesizedExpression(condition)) return this.factsOf(condition.expression, isTrue)
    if (ts.isPrefixUnaryExpression(condition)) {
      const { operator, operand } = condition
      return operator === ts.SyntaxKind.ExclamationToken ? this.factsOf(operand, !isTrue) : []
    }
    if (ts.isBinaryExpression(condition)) return this.factsOfBinary(condition, isTrue)
    return isTrue ? this.notNull(condition) : []
  }

  private factsOfBinary(condition: ts.BinaryExpression, isTrue: boolean): Fact[] {
    const { left, right, operatorToken } = condition
    const both = (): Fact[] => [...this.factsOf(left, isTrue), ...this.factsOf(right, isTrue)]
    switch (operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken:
        return isTrue ? both() : []
      case ts.SyntaxKind.BarBarToken:
        return isTrue ? [] : both()
      case ts.SyntaxKind.InstanceOfKeyword:
        return isTrue ? this.ofClass(left, right) : []
      case ts.SyntaxKind.ExclamationEqualsToken:
      case ts.SyntaxKind.ExclamationEqualsEqualsToken:
        return isTrue && isNull(right) ? this.notNull(left) : []
      case ts.SyntaxKind.EqualsEqualsToken:
      case ts.SyntaxKind.EqualsEqualsEqualsToken:
        return !isTrue && isNull(right) ? this.notNull(left) : []
      default:
        return []
    }
  }

  private ofClass(value: ts.Expression, type: ts.Expression): Fact[] {
    const key = this.references.keyOf(value)
    return key === undefined || key === 'this' ? [] : [{ key, type: type.getText() }]
  }

  /** asc knows by itself which local variables are not null. */
  private notNull(value: ts.Expression): Fact[] {
    const key = this.references.keyOf(value)
    if (key === undefined || key === 'this') return []
    const isLocal = ts.isIdentifier(value) && !this.boxes.has(value) && !this.isGlobal(value)
    return isLocal ? [] : [{ key }]
  }
}

function isNull(node: ts.Expression): boolean {
  const isUndefined = ts.isIdentifier(node) && node.text === 'undefined'
  return isUndefined || node.kind === ts.SyntaxKind.NullKeyword
}

/** Places where a name is no value: its declaration, the target of an assignment, the name of a member. */
function isDeclaredOrAssigned(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return true
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    const { FirstAssignment, LastAssignment } = ts.SyntaxKind
    const { kind } = parent.operatorToken
    return kind >= FirstAssignment && kind <= LastAssignment
  }
  if (ts.isPrefixUnaryExpression(parent)) {
    return parent.operator !== ts.SyntaxKind.ExclamationToken
  }
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPostfixUnaryExpression(parent)) return true
  return !ts.isExpression(node) || (ts.isForOfStatement(parent) && parent.initializer === node)
}

/** Whether a statement never comes to its end. */
function leaves(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) {
    const last = statement.statements.at(-1)
    return last !== undefined && leaves(last)
  }
  const isJump = ts.isBreakStatement(statement) || ts.isContinueStatement(statement)
  return isJump || ts.isReturnStatement(statement) || ts.isThrowStatement(statement)
}

/** The statements of the same block behind one. */
function statementsBehind(statement: ts.Statement): readonly ts.Statement[] {
  const { parent } = statement
  const isList = ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent)
  if (!isList) return []
  return parent.statements.slice(parent.statements.indexOf(statement) + 1)
}
