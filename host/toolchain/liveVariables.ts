/**
 * Which variables of an async function or a generator are read behind each of its suspensions, by the source: what the compiler has to keep,
 * whatever it makes of it. A variable is needed behind an `await` when it stands in scope there and is read further down, or anywhere in a
 * loop around the `await` that it was declared outside of. Inner functions may read what they capture at any time.
 */
import ts from 'typescript'
import { functionAround, lineOf } from './frontend/nodes.ts'
import { parseSource } from './frontend/source.ts'
import type { SourceText } from './frontend/source.ts'

/** Names of the variables that are read behind a suspension, by its line. */
export type LiveVariables = ReadonlyMap<number, readonly string[]>

interface Variable {
  name: string
  /** Where it is declared, and the node in which it can be seen. */
  declaredAt: number
  scope: ts.Node
  reads: ts.Node[]
}

/** What the source tells of a function that can be suspended. */
export interface SuspendingFunction {
  isGenerator: boolean
  reads: LiveVariables
}

/** The async function or generator that begins in `line` of a text; undefined if there is none. */
export function suspendingFunction(text: string, line: number): SuspendingFunction | undefined {
  const source = parseSource('source.ts', text)
  const fn = functionIn(source, line)
  if (!fn?.body) return undefined
  return { isGenerator: fn.asteriskToken !== undefined, reads: liveVariables(source, fn) }
}

function liveVariables(source: SourceText, fn: ts.FunctionLikeDeclaration): LiveVariables {
  const variables = variablesOf(source, fn)
  const found = new Map<number, string[]>()
  for (const suspension of suspensionsOf(fn)) {
    const names = variables.filter((variable) => isLive(variable, suspension, fn))
    const at = lineOf(suspension)
    found.set(at, [...new Set([...(found.get(at) ?? []), ...names.map(({ name }) => name)])])
  }
  return found
}

function descendants(node: ts.Node, enters: (node: ts.Node) => boolean = () => true): ts.Node[] {
  const all: ts.Node[] = []
  const visit = (child: ts.Node): void => {
    all.push(child)
    if (enters(child)) ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return all
}

function functionIn(source: SourceText, line: number): ts.FunctionLikeDeclaration | undefined {
  return descendants(source.tree).find(
    (node): node is ts.FunctionLikeDeclaration =>
      ts.isFunctionLike(node) && lineOf(node) === line && isSuspending(node),
  )
}

function isSuspending(node: ts.SignatureDeclaration): boolean {
  const isAsync = ts.canHaveModifiers(node)
    ? ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
    : false
  return isAsync === true || ('asteriskToken' in node && node.asteriskToken !== undefined)
}

/** `await`, `yield` and `for await` of the function itself. */
function suspensionsOf(fn: ts.FunctionLikeDeclaration): ts.Node[] {
  return descendants(fn, (node) => !ts.isFunctionLike(node)).filter(
    (node) =>
      ts.isAwaitExpression(node) ||
      ts.isYieldExpression(node) ||
      (ts.isForOfStatement(node) && node.awaitModifier !== undefined),
  )
}

function variablesOf(source: SourceText, fn: ts.FunctionLikeDeclaration): Variable[] {
  const variables = new Map<ts.Symbol, Variable>()
  const nodes = descendants(fn)
  for (const node of nodes) {
    if (!ts.isVariableDeclaration(node) && !ts.isParameter(node) && !ts.isBindingElement(node))
      continue
    const symbol = ts.isIdentifier(node.name) && source.checker.getSymbolAtLocation(node.name)
    if (!symbol || functionAround(node) !== fn) continue
    const scope = scopeOf(node, fn)
    variables.set(symbol, { name: symbol.name, declaredAt: node.getStart(), scope, reads: [] })
  }
  const self: Variable = { name: 'this', declaredAt: fn.getStart(), scope: fn, reads: [] }
  for (const node of nodes) {
    if (node.kind === ts.SyntaxKind.ThisKeyword) self.reads.push(node)
    if (ts.isIdentifier(node) && isRead(node)) symbolOf(source, node, variables)?.reads.push(node)
  }
  return [self, ...variables.values()]
}

function symbolOf(
  { checker }: SourceText,
  node: ts.Identifier,
  variables: ReadonlyMap<ts.Symbol, Variable>,
): Variable | undefined {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  return symbol && variables.get(symbol)
}

/** Whether a name is neither a declaration nor only assigned to. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return parent.name !== node
  }
  const isTarget = ts.isBinaryExpression(parent) && parent.left === node
  return !(isTarget && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
}

/** What a variable can be seen in: the statement or block that declares it. */
function scopeOf(node: ts.Node, fn: ts.Node): ts.Node {
  const isScope = (outer: ts.Node): boolean =>
    ts.isBlock(outer) || ts.isCatchClause(outer) || isLoop(outer) || ts.isCaseBlock(outer)
  return ts.findAncestor(node.parent, (outer) => outer === fn || isScope(outer)) ?? fn
}

function isLoop(node: ts.Node): boolean {
  return ts.isIterationStatement(node, false)
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  return node.pos >= outer.pos && node.end <= outer.end
}

function isLive(variable: Variable, suspension: ts.Node, fn: ts.Node): boolean {
  const { declaredAt, scope, reads } = variable
  if (!isInside(suspension, scope) || declaredAt > suspension.getStart()) return false
  // What the pattern of a `for await` declares is new behind it.
  const from = ts.isForOfStatement(suspension) ? suspension.statement.pos : suspension.end
  const loops = loopsBetween(suspension, scope)
  return reads.some(
    (read) =>
      functionAround(read) !== fn ||
      read.pos >= from ||
      loops.some((loop) => isInside(read, loop)) ||
      isAddedTo(read, suspension),
  )
}

/** Whether a variable is read before a suspension and written behind it: `sum += await next()`. */
function isAddedTo(read: ts.Node, suspension: ts.Node): boolean {
  const { parent } = read
  return ts.isBinaryExpression(parent) && parent.left === read && isInside(suspension, parent.right)
}

/** The loops around a suspension in which a variable of `scope` keeps its value from one round to the next. */
function loopsBetween(suspension: ts.Node, scope: ts.Node): ts.Node[] {
  const loops: ts.Node[] = isLoop(suspension) ? [suspension] : []
  for (let node = suspension.parent; node && isInside(node, scope); node = node.parent) {
    if (isLoop(node) && (node !== scope || ts.isForStatement(node))) loops.push(node)
  }
  return loops
}
