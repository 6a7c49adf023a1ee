/**
 * Which variables inner functions capture, and which of these change: a variable that changes lives in a box (see rewrite.ts and
 * language/closures.ts), all others are copied.
 */
import ts from 'typescript'
import { functionAround, isLoopVariable, withParentheses } from './nodes.ts'
import type { SourceText } from './source.ts'

/** Variables of a file that must live in boxes. */
export class Boxes {
  private readonly symbols = new Set<ts.Symbol>()
  private readonly source: SourceText

  /** @param hoisted functions that live in boxes */
  constructor(source: SourceText, hoisted: ReadonlySet<ts.Symbol>) {
    this.source = source
    for (const symbol of hoisted) this.symbols.add(symbol)
    const captured = new Set<ts.Symbol>()
    const changed = new Set<ts.Symbol>()
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const symbol = localSymbol(source, node)
        if (symbol && isCapture(node, symbol)) captured.add(symbol)
        if (symbol && changes(node)) changed.add(symbol)
      }
      ts.forEachChild(node, visit)
    }
    if (hasInnerFunctions(source.tree)) visit(source.tree)
    for (const symbol of captured) if (changed.has(symbol)) this.symbols.add(symbol)
  }

  /** Whether a name stands for a variable in a box; also at its declaration. */
  has(name: ts.Node): boolean {
    if (this.symbols.size === 0 || !ts.isIdentifier(name)) return false
    const symbol = localSymbol(this.source, name)
    return symbol !== undefined && this.symbols.has(symbol)
  }

  /** Whether a name is that of a parameter. */
  isParameter(name: ts.Identifier): boolean {
    const declaration = localSymbol(this.source, name)?.valueDeclaration
    return declaration !== undefined && ts.isParameter(declaration)
  }
}

/** The variable that a name stands for, if it belongs to a function or a block. */
export function localSymbol(source: SourceText, name: ts.Identifier): ts.Symbol | undefined {
  const { parent } = name
  if (isMemberName(name)) return undefined
  const symbol =
    ts.isShorthandPropertyAssignment(parent) && parent.name === name
      ? source.checker.getShorthandAssignmentValueSymbol(parent)
      : source.checker.getSymbolAtLocation(name)
  const declaration = symbol?.valueDeclaration
  if (!declaration) return undefined
  const isVariable =
    ts.isVariableDeclaration(declaration) ||
    ts.isParameter(declaration) ||
    ts.isBindingElement(declaration) ||
    (ts.isFunctionDeclaration(declaration) && !ts.isSourceFile(declaration.parent))
  return isVariable ? symbol : undefined
}

/** Names of members, whose symbols would cost the types of their objects. */
function isMemberName(name: ts.Identifier): boolean {
  const { parent } = name
  if (ts.isPropertyAccessExpression(parent)) return parent.name === name
  if (ts.isPropertyAssignment(parent)) return parent.name === name
  if (ts.isBindingElement(parent)) return parent.propertyName === name
  return ts.isClassElement(parent) || ts.isTypeReferenceNode(parent)
}

/** The function that a variable belongs to; undefined for those of the file. */
export function ownerOf(symbol: ts.Symbol): ts.SignatureDeclaration | undefined {
  const declaration = symbol.valueDeclaration
  if (!declaration) return undefined
  return functionAround(ts.isParameter(declaration) ? declaration.name : declaration)
}

/** Whether a name stands in an inner function of the one that its variable belongs to. */
export function isCapture(name: ts.Identifier, symbol: ts.Symbol): boolean {
  const inner = functionAround(name)
  const declaration = symbol.valueDeclaration
  if (!inner || !declaration) return false
  const owner = ownerOf(symbol)
  // A variable of a block of the file is no global either.
  if (!owner) return !isGlobal(declaration)
  return owner !== inner && ts.findAncestor(inner, (around) => around === owner) !== undefined
}

/** Whether a variable is declared at the top level of the file. */
export function isGlobal(declaration: ts.Declaration): boolean {
  const statement = ts.findAncestor(declaration, ts.isVariableStatement)
  return statement !== undefined && ts.isSourceFile(statement.parent)
}

/** Whether a use of a name gives its variable another value, or declares it without one. */
function changes(name: ts.Identifier): boolean {
  const { parent } = name
  if (ts.isVariableDeclaration(parent) && parent.name === name) {
    return !parent.initializer && !isLoopVariable(parent)
  }
  const target = withParentheses(name)
  const around = target.parent
  if (ts.isPrefixUnaryExpression(around) || ts.isPostfixUnaryExpression(around)) {
    const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind
    return around.operator === PlusPlusToken || around.operator === MinusMinusToken
  }
  if (ts.isBinaryExpression(around) && around.left === target) {
    const { FirstAssignment, LastAssignment } = ts.SyntaxKind
    const { kind } = around.operatorToken
    return kind >= FirstAssignment && kind <= LastAssignment
  }
  return ts.isForOfStatement(around) && around.initializer === target
}

function hasInnerFunctions(tree: ts.SourceFile): boolean {
  const search = (node: ts.Node): boolean =>
    (ts.isFunctionLike(node) && functionAround(node) !== undefined) ||
    (ts.isArrowFunction(node) && !ts.isSourceFile(node.parent)) ||
    ts.forEachChild(node, search) === true
  return search(tree)
}
