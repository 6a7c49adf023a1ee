/**
 * What the place of a node in the syntax tree tells: the function around it, what a function gives back, parentheses, loops, lines.
 */
import ts from 'typescript'

/** The function whose body or parameters a node is in. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  const around = ts.findAncestor(
    node.parent,
    (candidate) => ts.isFunctionLike(candidate) && !ts.isFunctionTypeNode(candidate),
  )
  return around as ts.SignatureDeclaration | undefined
}

/** The body of a function: a block, or the expression of an arrow function; undefined if it is only declared. */
export function bodyOf(node: ts.SignatureDeclaration): ts.Node | undefined {
  return 'body' in node ? (node.body as ts.Node | undefined) : undefined
}

/** Whether a function has a `return` with a value, or an expression for a body. */
export function returnsValue(node: ts.SignatureDeclaration): boolean {
  const body = bodyOf(node)
  if (!body) return false
  if (!ts.isBlock(body)) return true
  const search = (inner: ts.Node): boolean =>
    (ts.isReturnStatement(inner) && inner.expression !== undefined) ||
    (!ts.isFunctionLike(inner) && ts.forEachChild(inner, search) === true)
  return search(body)
}

/** An expression with the parentheses around it. */
export function withParentheses(node: ts.Expression): ts.Expression {
  let outer = node
  while (ts.isParenthesizedExpression(outer.parent)) outer = outer.parent
  return outer
}

/** Whether a `for..of` declares a variable. */
export function isLoopVariable({ parent }: ts.VariableDeclaration): boolean {
  return ts.isForOfStatement(parent.parent)
}

/** The end of the parenthesis behind the parameters of a function; of an arrow function without one, its own end. */
export function parametersEnd(node: ts.SignatureDeclaration): number {
  const parenthesis = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.CloseParenToken)
  return parenthesis ? parenthesis.getEnd() : node.getEnd()
}

/** The line that a node begins in, from 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1
}
