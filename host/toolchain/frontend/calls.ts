/**
 * Calls that asc knows only in another form.
 *
 *     console.log(a, b)                    console.log(`${a} ${b}`)
 *     Array.from(x, f)                     __lists(x).map(f)
 *     Array.from({ length: n }, f)         __filled(n, f)
 *     f(a, ...b)                           f(a, __spread(b))
 *     list.push(...b)                      for (const __item of b) list.push(__item)
 */
import ts from 'typescript'
import type { Closing, Rewriting } from './sugar.ts'

/** Begins the rewrite of a call; the result is what belongs at its end. */
export function rewriteCall(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  if (!ts.isCallExpression(node)) return undefined
  if (isConsole(node)) return consoleCall(node, rewriting)
  if (isArrayFrom(node)) return arrayFrom(node, rewriting)
  if (isSpreadPush(node)) return spreadPush(node, rewriting)
  spreadArguments(node, rewriting)
  return undefined
}

/** Whether a call makes a list of a number of values: its name has to be imported. */
export function isFilled(node: ts.Node): boolean {
  return ts.isCallExpression(node) && isArrayFrom(node) && lengthOf(node) !== undefined
}

/** Whether a list is appended to another; only a statement can be. */
export function isSpreadPush(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    memberName(node) === 'push' &&
    node.arguments.length === 1 &&
    ts.isSpreadElement(node.arguments[0]) &&
    ts.isExpressionStatement(node.parent)
  )
}

function memberName({ expression }: ts.CallExpression): string | undefined {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined
}

function isMemberOf({ expression }: ts.CallExpression, object: string): boolean {
  return ts.isPropertyAccessExpression(expression) && expression.expression.getText() === object
}

function isConsole(node: ts.CallExpression): boolean {
  return isMemberOf(node, 'console') && node.arguments.length !== 1
}

/** Several values become one text. */
function consoleCall(
  { arguments: parts }: ts.CallExpression,
  { edits, lines }: Rewriting,
): Closing | undefined {
  if (parts.some(ts.isSpreadElement)) return undefined
  const [first] = parts
  if (parts.length === 0) {
    edits.insert(parts.end, "''")
    return undefined
  }
  edits.insert(first.getStart(), '`${')
  for (let index = 1; index < parts.length; index++) {
    const [from, to] = [parts[index - 1].getEnd(), parts[index].getStart()]
    edits.replace(from, to, '} ${' + lines(from, to))
  }
  return { position: parts[parts.length - 1].getEnd(), text: '}`' }
}

function isArrayFrom(node: ts.CallExpression): boolean {
  const { length } = node.arguments
  return isMemberOf(node, 'Array') && memberName(node) === 'from' && (length === 1 || length === 2)
}

/** The n of `Array.from({ length: n }, f)`. */
function lengthOf({ arguments: parts }: ts.CallExpression): ts.Expression | undefined {
  const [from] = parts
  if (parts.length !== 2 || !ts.isObjectLiteralExpression(from) || from.properties.length !== 1)
    return undefined
  const [property] = from.properties
  return ts.isPropertyAssignment(property) && property.name.getText() === 'length'
    ? property.initializer
    : undefined
}

function arrayFrom(node: ts.CallExpression, { edits, lines }: Rewriting): Closing | undefined {
  const [from, make] = node.arguments
  const length = lengthOf(node)
  const start = length ?? from
  const name = length ? '__filled(' : '__lists('
  edits.replace(node.getStart(), start.getStart(), name + lines(node.getStart(), start.getStart()))
  if (length) edits.blank(length.getEnd(), from.getEnd())
  else if (node.arguments.length === 2) {
    edits.replace(from.getEnd(), make.getStart(), ').map(' + lines(from.getEnd(), make.getStart()))
  }
  return undefined
}

function spreadPush(node: ts.CallExpression, rewriting: Rewriting): Closing | undefined {
  const { edits, lines } = rewriting
  const callee = node.expression.getText()
  const [spread] = node.arguments as unknown as [ts.SpreadElement]
  const item = `__pushed${rewriting.number()}`
  const [start, list] = [node.getStart(), spread.expression]
  edits.replace(start, list.getStart(), `for (const ${item} of ${lines(start, list.getStart())}`)
  edits.replace(
    list.getEnd(),
    node.getEnd(),
    `) ${callee}(${item})${lines(list.getEnd(), node.getEnd())}`,
  )
  return undefined
}

/** asc collects the arguments for a rest parameter itself; a list among them is marked (language/rest.ts). */
function spreadArguments({ arguments: parts }: ts.CallExpression, { edits }: Rewriting): void {
  for (const part of parts) {
    if (!ts.isSpreadElement(part)) continue
    edits.replace(part.getStart(), part.expression.getStart(), '__spread(')
    edits.insert(part.getEnd(), ')')
  }
}
