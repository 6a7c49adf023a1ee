/**
 * Names and types that TypeScript programs use elsewhere and guest programs do not have, with what to use instead.
 */
import ts from 'typescript'
import type { SourceText } from '../source.ts'
import type { Message } from './rule.ts'

const timers =
  'Write await sleep(5 * millisecond) in an async function of its own; sleep is in "nothread/guest".'
const members = 'Name the members: an object has those of its class. For any keys use a Map.'
const written = 'Write the type with the members you need.'

/** What to use instead, by name. */
const values = new Map<string, string>([
  ['setTimeout', timers],
  ['setInterval', 'Use Interval of "nothread/guest", or sleep in a loop.'],
  ['setImmediate', timers],
  ['queueMicrotask', 'Call an async function, or ThreadPool.queue of "nothread/guest".'],
  ['RegExp', 'Use indexOf, includes, startsWith or a loop over charCodeAt.'],
  ['BigInt', 'Use i64 or u64.'],
  ['require', 'Write import at the top of the file.'],
  ['process', 'Use parameter("name", default), and exit(code), of "nothread/guest".'],
  ['structuredClone', 'Copy the fields, or list.slice().'],
  ['WeakMap', 'Use a Map, and delete what is not needed any more.'],
  ['WeakSet', 'Use a Set, and delete what is not needed any more.'],
  ['WeakRef', 'Use the reference itself, and null for none.'],
  ['Proxy', 'Write a class with the methods.'],
  ['Reflect', members],
  ['Intl', 'Use toFixed, padStart and the methods of Date.'],
  ['fetch', 'Use UdpSocket of "nothread/guest".'],
])

const types = new Map<string, string>([
  ...['Partial', 'Required', 'Pick', 'Omit', 'Exclude', 'Extract', 'NonNullable'].map(
    (name) => [name, written] as const,
  ),
  ...['ReturnType', 'Parameters', 'Awaited', 'InstanceType'].map(
    (name) => [name, written] as const,
  ),
  ['object', 'Name a class or an interface, or make the function generic.'],
])

/** What is to be said of a name that is not there; undefined for all others. */
export function absentName(node: ts.Node, source: SourceText): Message | undefined {
  if (ts.isTypeQueryNode(node)) {
    return { cause: 'typeof as a type is not supported.', remedy: written }
  }
  if (node.kind === ts.SyntaxKind.ObjectKeyword)
    return absent('The type object', types.get('object'))
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
    const { text } = node.typeName
    return types.has(text) && isFree(node.typeName, source)
      ? absent(text, types.get(text))
      : undefined
  }
  if (!ts.isIdentifier(node) || isMemberName(node) || !isFree(node, source)) return undefined
  if (node.text === 'Object' && ts.isPropertyAccessExpression(node.parent)) {
    return absent(`Object.${node.parent.name.text}`, members)
  }
  return absent(node.text, values.get(node.text))
}

function absent(name: string, remedy: string | undefined): Message | undefined {
  if (remedy === undefined) return undefined
  return { cause: `${name} is not available in guest programs.`, remedy }
}

/** Whether the program itself declares no such name. */
function isFree(name: ts.Identifier, { checker }: SourceText): boolean {
  return (checker.getSymbolAtLocation(name)?.declarations ?? []).length === 0
}

function isMemberName({ parent, ...name }: ts.Identifier): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.name.pos === name.pos
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return false
  return ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)
}

const integerLimit = 2n ** 64n

/** An integer that no type holds; asc would take the rest of a division by 2 ** 64. */
export function hugeNumber(node: ts.Node): Message | undefined {
  if (!ts.isNumericLiteral(node)) return undefined
  const text = node.getText().replace(/_/g, '')
  if (!/^(?:0x[\da-f]+|0b[01]+|0o[0-7]+|\d+)$/i.test(text) || BigInt(text) < integerLimit) {
    return undefined
  }
  return {
    cause: 'This number does not fit into 64 bits.',
    remedy: 'Write it with a decimal point, as a floating-point number: 1e20 or 123.0.',
  }
}
