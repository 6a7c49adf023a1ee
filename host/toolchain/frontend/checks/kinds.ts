/**
 * Syntax that is not supported wherever it stands.
 */
import ts from 'typescript'
import { formOfTypeName } from '../coroutines.ts'
import type { Message } from './rule.ts'

export const nestedClass: Message = {
  cause: 'A class inside a function or an expression is not supported.',
  remedy: 'Move the class to the top level of the file.',
}
const computedType: Message = {
  cause: 'Types computed from other types are not supported.',
  remedy: 'Write a class or an interface with the members you need.',
}

/** Unsupported syntax by kind of node. */
const kinds = new Map<ts.SyntaxKind, Message>([
  [
    ts.SyntaxKind.ForInStatement,
    {
      cause: 'for..in is not supported.',
      remedy: 'Use an array with a counting loop, or the keys() of a Map.',
    },
  ],
  [
    ts.SyntaxKind.TupleType,
    {
      cause: 'Tuple types are not supported.',
      remedy: 'Write a class with one field for each part, or use an array of one type.',
    },
  ],
  [ts.SyntaxKind.ClassExpression, nestedClass],
  [ts.SyntaxKind.MappedType, computedType],
  [ts.SyntaxKind.ConditionalType, computedType],
  [ts.SyntaxKind.IntersectionType, computedType],
  [
    ts.SyntaxKind.AnyKeyword,
    {
      cause:
        'The type any is not supported: every value has a type that is known when it is compiled.',
      remedy: 'Name the type, or make the function generic.',
    },
  ],
  [
    ts.SyntaxKind.UnknownKeyword,
    {
      cause: 'The type unknown is not supported.',
      remedy: 'Name the type, or make the function generic.',
    },
  ],
  [
    ts.SyntaxKind.RegularExpressionLiteral,
    {
      cause: 'Regular expressions are not supported.',
      remedy: 'Use indexOf, includes, startsWith or a loop over charCodeAt.',
    },
  ],
  [
    ts.SyntaxKind.BigIntLiteral,
    { cause: 'BigInt literals are not supported.', remedy: 'Leave the n out and use i64 or u64.' },
  ],
  [
    ts.SyntaxKind.DeleteExpression,
    { cause: 'delete is not supported.', remedy: 'Assign null, or use a Map and its delete().' },
  ],
])

/** What is to be said of a node of its kind. */
export function unsupportedKind({ kind }: ts.Node): Message | undefined {
  return kinds.get(kind)
}

/** Types that nobody asks for: of caught errors, and what a generator returns and is sent. */
export function isIgnored({ kind, parent }: ts.Node): boolean {
  const { AnyKeyword, UnknownKeyword, UndefinedKeyword } = ts.SyntaxKind
  if (kind === AnyKeyword || kind === UnknownKeyword) {
    if (ts.isVariableDeclaration(parent) && ts.isCatchClause(parent.parent)) return true
  } else if (kind !== UndefinedKeyword) return false
  const isForm = ts.isTypeReferenceNode(parent) && formOfTypeName(parent.typeName.getText())
  return isForm !== undefined && isForm !== false && parent.typeArguments?.[0].kind !== kind
}
