/**
 * Classes, interfaces, enums and objects that are written out, where they are more than the guest language has.
 */
import ts from 'typescript'
import { functionAround } from '../nodes.ts'
import { isTextEnum } from '../plainTypes.ts'
import { rule } from './rule.ts'
import type { Check, Message } from './rule.ts'
import { nestedClass } from './kinds.ts'

export const objectChecks: readonly Check[] = [
  rule((node) => ts.isClassDeclaration(node) && functionAround(node) !== undefined, nestedClass),
  rule((node) => ts.isEnumMember(node) && hasText(node) && !isTextEnum(node.parent), {
    cause: 'The members of an enum are either all numbers or all texts.',
    remedy: 'Make two enums, or give every member a text.',
  }),
  rule(overridesNothing, {
    cause: 'The class of this member extends no other, so that there is nothing to override.',
    remedy: 'Leave out override, or name the base class: class A extends B.',
  }),
  optionalMethod,
  callableInterface,
  rule(isUnnamedJson, {
    cause: 'Nothing tells the class of this object.',
    remedy: 'Write JSON.object().set("id", 7).toString().',
  }),
  rule(ts.isSpreadAssignment, {
    cause: 'An object cannot be spread into another.',
    remedy: 'Write each field: { x: point.x, y: point.y }.',
  }),
  rule((node) => ts.isObjectLiteralExpression(node.parent) && isFunctionMember(node), {
    cause: 'An object that is written out has fields only.',
    remedy: 'Declare a class with the methods, or a field with an arrow function.',
  }),
  rule((node) => ts.isSpreadElement(node) && ts.isNewExpression(node.parent), {
    cause: 'A list cannot be spread into the arguments of a constructor.',
    remedy: 'Pass the list itself, or each value by its index.',
  }),
  rule(isMemberTest, {
    cause: 'The operator in is not supported: an object has the members of its class.',
    remedy: 'Ask instanceof, or use a Map and its has().',
  }),
]

function hasText({ initializer }: ts.EnumMember): boolean {
  return initializer !== undefined && ts.isStringLiteralLike(initializer)
}

/** Whether a member overrides one of a base class, and the class has none. */
function overridesNothing(node: ts.Node): boolean {
  if (node.kind !== ts.SyntaxKind.OverrideKeyword || !ts.isClassLike(node.parent.parent))
    return false
  const clauses = node.parent.parent.heritageClauses ?? []
  return clauses.every((clause) => clause.token !== ts.SyntaxKind.ExtendsKeyword)
}

function optionalMethod(node: ts.Node): Message | undefined {
  if (!ts.isMethodSignature(node) || !node.questionToken) return undefined
  return {
    cause: 'A method of an interface cannot be left out.',
    remedy: `Leave the question mark out, or write a field: ${node.name.getText()}: (() => void) | null.`,
  }
}

function callableInterface(node: ts.Node): Message | undefined {
  if (!ts.isCallSignatureDeclaration(node) || !ts.isInterfaceDeclaration(node.parent))
    return undefined
  return {
    cause: 'An interface cannot be called.',
    remedy: `Write the type of the function: type ${node.parent.name.text} = ….`,
  }
}

/** `JSON.stringify({ … })` */
function isUnnamedJson(node: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(node) &&
    ts.isCallExpression(node.parent) &&
    node.parent.arguments[0] === node &&
    node.parent.expression.getText() === 'JSON.stringify'
  )
}

function isFunctionMember(node: ts.Node): boolean {
  return ts.isMethodDeclaration(node) || ts.isAccessor(node)
}

/** `'name' in object` */
function isMemberTest(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword
}
