/**
 * What inner functions use of the functions around them before it is there, and `this` in functions that have none.
 */
import ts from 'typescript'
import { isCapture, localSymbol, ownerOf } from '../captures.ts'
import type { TooEarly } from '../hoisting.ts'
import { functionAround } from '../nodes.ts'
import type { SourceText } from '../source.ts'
import type { Message, Report } from './rule.ts'

/** A function that is used before it can be there. */
export function tooEarly({ use, captured }: TooEarly): Message {
  const { text } = use
  if (captured !== undefined) {
    return {
      cause: `"${text}" is used here, but it captures "${captured}", which is declared behind.`,
      remedy: `Move the declaration of "${captured}" above this line.`,
    }
  }
  return {
    cause: `"${text}" is used before its declaration, which takes plain parameters in all functions of this block.`,
    remedy: `Move the declaration of "${text}" above this line, or the functions out of this one.`,
  }
}

/** A variable that an inner function captures has to be there when the function is made. */
export function checkCapture(node: ts.Identifier, source: SourceText, report: Report): void {
  const symbol = localSymbol(source, node)
  if (!symbol?.valueDeclaration || !isCapture(node, symbol)) return
  const inner = outermostInside(node, ownerOf(symbol))
  const isOwnName = ts.isFunctionLike(symbol.valueDeclaration) || isInitializer(inner, symbol)
  if (isOwnName || symbol.valueDeclaration.getStart() < inner.getStart()) return
  report(node, {
    cause: `The inner function uses "${node.text}", which is declared behind it.`,
    remedy: `Move the declaration of "${node.text}" above the inner function.`,
  })
}

/** The outermost function around a node that is inside of `owner`. */
function outermostInside(node: ts.Node, owner: ts.Node | undefined): ts.Node {
  let inner = node
  for (let around = functionAround(node); around && around !== owner;) {
    inner = around
    around = functionAround(around)
  }
  return inner
}

/** Whether a function is the value that a variable is declared with. */
function isInitializer(inner: ts.Node, { valueDeclaration }: ts.Symbol): boolean {
  return (
    valueDeclaration !== undefined &&
    ts.isVariableDeclaration(valueDeclaration) &&
    valueDeclaration.initializer === inner
  )
}

/** Only arrow functions take the `this` of the method around them. */
export function checkThis(node: ts.Node, report: Report): void {
  const inner = functionAround(node)
  if (!inner || ts.isArrowFunction(inner)) return
  if (!ts.isFunctionDeclaration(inner) && !ts.isFunctionExpression(inner)) return
  report(node, {
    cause: 'A function that is not a method has no "this".',
    remedy: 'Write it as an arrow function inside of a method, or pass the object as a parameter.',
  })
}
