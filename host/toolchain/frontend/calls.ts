/**
 * Calls that asc knows only in another form.
 *
 *     console.log(a, b)                    console.log(`${a} ${b}`)
 *     Array.from(x, f)                     __lists(x).map(f)
 *     Array.from({ length: n }, f)         __filled(n, f)
 *     f(a, ...b)                           f(a, __spread(b))
 *     Math.min(a, b, ...c)                 Math.min(a, Math.min(b, __least(__lists(c))))
 *     list.map(f), list.map(String)        list.map((__a) => f(__a)), list.map((__a) => `${__a}`)
 *     String(x), Boolean(x), Number(x)     `${x}`, !!(x), __numberOf(x)
 *     list.push(...b)                      for (const __item of b) list.push(__item)
 */
import ts from 'typescript'
import type { SourceText } from './source.ts'
import type { Closing, Rewriting } from './sugar.ts'

/** Begins the rewrite of a call; the result is what belongs at its end. */
export function rewriteCall(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  if (!ts.isCallExpression(node)) return undefined
  if (isConsole(node)) return consoleCall(node, rewriting)
  if (isArrayFrom(node)) return arrayFrom(node, rewriting)
  if (isSpreadPush(node)) return spreadPush(node, rewriting)
  const conversion = conversionOf(node, rewriting.source)
  if (conversion) return convert(node, conversion, rewriting)
  passFunction(node, rewriting)
  if (isMathExtreme(node)) return extreme(node, rewriting)
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

/** What stands around a value that is converted. */
const conversions = new Map([
  ['String', ['`${', '}`']],
  ['Boolean', ['!!(', ')']],
  ['Number', ['__numberOf(', ')']],
])

/** The name of a conversion that is called, or passed on; undefined if the program has a function of that name. */
function conversionName(node: ts.Expression, { checker }: SourceText): string | undefined {
  if (!ts.isIdentifier(node) || !conversions.has(node.text)) return undefined
  return checker.getSymbolAtLocation(node) ? undefined : node.text
}

function conversionOf(node: ts.CallExpression, source: SourceText): string | undefined {
  return node.arguments.length === 1 ? conversionName(node.expression, source) : undefined
}

/** Whether a value is made a number: the function has to be imported. */
export function isNumberOf(node: ts.Node, source: SourceText): boolean {
  return ts.isIdentifier(node) && conversionName(node, source) === 'Number' && isConverted(node)
}

function isConverted({ parent }: ts.Identifier): boolean {
  return ts.isCallExpression(parent)
}

function convert(
  node: ts.CallExpression,
  name: string,
  { edits, lines }: Rewriting,
): Closing | undefined {
  const [before, behind] = conversions.get(name) ?? []
  const [value] = node.arguments
  const start = node.getStart()
  edits.replace(start, value.getStart(), before + lines(start, value.getStart()))
  edits.blank(value.getEnd(), node.getEnd())
  return { position: value.getEnd(), text: behind }
}

/** Methods that pass more to a function than most functions take. */
const callers = new Set([
  ...['map', 'forEach', 'filter', 'find', 'findLast', 'findIndex', 'findLastIndex'],
  ...['some', 'every', 'flatMap'],
])

/** A function that takes fewer arguments than it gets is called by one that takes all. */
function passFunction(node: ts.CallExpression, { edits, source }: Rewriting): void {
  const [passed] = node.arguments
  if (!passed || !callers.has(memberName(node) ?? '')) return
  const name = conversionName(passed, source)
  if (name !== undefined) {
    const [before, behind] = conversions.get(name) ?? []
    edits.replace(passed.getStart(), passed.getEnd(), `(__a) => ${before}__a${behind}`)
    return
  }
  const count = parameterCount(passed, source)
  if (count === undefined) return
  const names = Array.from({ length: count }, (_, index) => `__a${index}`).join(', ')
  edits.insert(passed.getStart(), `(${names}) => `)
  edits.insert(passed.getEnd(), `(${names})`)
}

/** How many arguments a function of the file, or of the console, takes. */
function parameterCount(passed: ts.Expression, { checker }: SourceText): number | undefined {
  if (passed.getText() === 'console.log' || passed.getText() === 'print') return 1
  if (!ts.isIdentifier(passed)) return undefined
  const declaration = checker.getSymbolAtLocation(passed)?.valueDeclaration
  if (!declaration || !ts.isFunctionDeclaration(declaration)) return undefined
  const { parameters, parent } = declaration
  const isPlain = parameters.every(({ initializer, questionToken, dotDotDotToken }) =>
    [initializer, questionToken, dotDotDotToken].every((part) => part === undefined),
  )
  return isPlain && ts.isSourceFile(parent) ? parameters.length : undefined
}

/** Whether a call asks for the least or greatest of other than two numbers. */
function isMathExtreme(node: ts.CallExpression): boolean {
  const name = memberName(node)
  if (!isMemberOf(node, 'Math') || (name !== 'min' && name !== 'max')) return false
  return node.arguments.length > 0 && (node.arguments.length !== 2 || isSpreadMath(node))
}

/** Whether a list is spread into `Math.min` or `Math.max`: its function has to be imported. */
export function isSpreadMath(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) && isMemberOf(node, 'Math') && node.arguments.some(ts.isSpreadElement)
  )
}

/** asc's functions take two numbers. */
function extreme(node: ts.CallExpression, { edits, lines }: Rewriting): Closing | undefined {
  const parts = node.arguments
  const name = memberName(node) === 'min' ? 'min' : 'max'
  const list = name === 'min' ? '__least' : '__greatest'
  const last = parts.length - 1
  const start = node.getStart()
  edits.replace(start, parts.pos, (last > 0 ? `Math.${name}(` : '(') + lines(start, parts.pos))
  parts.forEach((part, index) => {
    if (ts.isSpreadElement(part)) {
      edits.replace(part.getStart(), part.expression.getStart(), `${list}(__lists(`)
      edits.insert(part.getEnd(), '))')
    } else if (last === 0) edits.insert(part.getStart(), '<f64>')
    if (index > 0 && index < last) edits.insert(part.getFullStart(), ` Math.${name}(`)
  })
  return { position: parts.end, text: ')'.repeat(Math.max(last - 1, 0)) }
}

/** asc collects the arguments for a rest parameter itself; a list among them is marked (language/rest.ts). */
function spreadArguments({ arguments: parts }: ts.CallExpression, { edits }: Rewriting): void {
  for (const part of parts) {
    if (!ts.isSpreadElement(part)) continue
    edits.replace(part.getStart(), part.expression.getStart(), '__spread(')
    edits.insert(part.getEnd(), ')')
  }
}
