/**
 * Types that asc has no equal of.
 */
import ts from 'typescript'
import { isNullType, literalUnion } from '../plainTypes.ts'
import { isOfFunctionType, isValueType } from '../sugar.ts'
import { rule } from './rule.ts'
import type { Check, Message } from './rule.ts'

const dictionary: Message = {
  cause: 'Objects with any keys are not supported.',
  remedy: 'Use a Map: new Map<string, i32>().',
}

export const typeChecks: readonly Check[] = [
  rule(isMixedUnion, {
    cause: 'A union of types is not supported, except T | null.',
    remedy: 'Use one class with a field that tells the cases apart, or classes with a common base.',
  }),
  rule(isUnnamedType, {
    cause: 'The type of an object has no name here.',
    remedy: 'Give it one, and write that: type Order = { id: i32 }.',
  }),
  rule((node) => ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Record', dictionary),
  rule(
    (node) => ts.isIndexSignatureDeclaration(node) && ts.isTypeLiteralNode(node.parent),
    dictionary,
  ),
  rule((node) => ts.isTypeOperatorNode(node) && node.operator !== ts.SyntaxKind.ReadonlyKeyword, {
    cause: 'keyof and unique types are not supported.',
    remedy: 'Name the type itself.',
  }),
  optionalValue,
  rule(
    ({ kind, parent }) => kind === ts.SyntaxKind.UndefinedKeyword && !ts.isUnionTypeNode(parent),
    {
      cause: 'The type undefined stands alone.',
      remedy: 'Use T | undefined, or void as a result.',
    },
  ),
]

/** A union that is neither one type and null nor of literals of one type. */
function isMixedUnion(node: ts.Node): boolean {
  return ts.isUnionTypeNode(node) && !isOneTypeOrNull(node) && literalUnion(node) === undefined
}

/** One type, and null or undefined. */
function isOneTypeOrNull(node: ts.UnionTypeNode): boolean {
  const nulls = node.types.filter(isNullType).length
  return nulls > 0 && nulls === node.types.length - 1
}

function isUnnamedType(node: ts.Node): boolean {
  if (!ts.isTypeLiteralNode(node) || ts.isTypeAliasDeclaration(node.parent)) return false
  return !node.members.some(ts.isIndexSignatureDeclaration)
}

/** A field or parameter of a type without null that may be left out. */
function optionalValue(node: ts.Node): Message | undefined {
  const isOptional =
    (ts.isParameter(node) && !isOfFunctionType(node)) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node)
  const hasValue = 'initializer' in node && node.initializer !== undefined
  if (!isOptional || !node.questionToken || hasValue || !isValueType(node.type)) return undefined
  return {
    cause: `What may be left out has type ${node.type?.getText()}, and numbers have no null.`,
    remedy: `Write ${node.name.getText()}: ${node.type?.getText()} = … with the value for it.`,
  }
}
