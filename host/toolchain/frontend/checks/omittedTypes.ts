/**
 * Types that the program leaves out, and that do not follow from a value.
 */
import ts from 'typescript'
import { lacksTypes } from '../collections.ts'
import { formOf } from '../coroutines.ts'
import { returnsValue } from '../nodes.ts'
import { leavesTypeOut, typeOfValue } from '../plainTypes.ts'
import type { SourceText } from '../source.ts'
import type { Check, Message } from './rule.ts'

export const omittedTypeChecks: readonly Check[] = [
  variable,
  result,
  fieldOrParameter,
  parameter,
  collection,
]

function variable(node: ts.Node): Message | undefined {
  if (!ts.isVariableDeclaration(node) || node.type || node.initializer) return undefined
  const { parent } = node.parent
  if (!ts.isVariableStatement(parent) && !ts.isForStatement(parent)) return undefined
  const name = node.name.getText()
  return {
    cause: `The variable ${name} has neither a type nor a value.`,
    remedy: `Write let ${name}: i32 = 0, with the type and the value that it has.`,
  }
}

function result(node: ts.Node): Message | undefined {
  const isDeclared = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
  if (!isDeclared || node.type || formOf(node) || !returnsValue(node)) return undefined
  return {
    cause: 'This function returns a value, but its result type is not written out.',
    remedy: `Write it behind the parameters: ${node.name?.getText() ?? 'name'}(…): i32.`,
  }
}

/** A field or parameter whose value does not tell its type. */
function fieldOrParameter(node: ts.Node, source: SourceText): Message | undefined {
  if (!leavesTypeOut(node) || typeOfValue(node.initializer, source) !== undefined) return undefined
  const name = node.name.getText()
  return {
    cause: `The type of ${name} is left out and does not follow from its value.`,
    remedy: `Write it behind the name: ${name}: i32 = ….`,
  }
}

/** A parameter with neither a type nor a value, in a function that nothing else tells the type of. */
function parameter(node: ts.Node): Message | undefined {
  if (!ts.isParameter(node) || node.type || node.initializer || node.dotDotDotToken)
    return undefined
  const { parent } = node
  const isOwn = ts.isFunctionDeclaration(parent) || ts.isMethodDeclaration(parent)
  if (!isOwn && !ts.isConstructorDeclaration(parent)) return undefined
  return {
    cause: 'This parameter has no type.',
    remedy: `Write it behind the name: ${node.name.getText()}: i32.`,
  }
}

function collection(node: ts.Node, source: SourceText): Message | undefined {
  if (!lacksTypes(node, source)) return undefined
  return {
    cause: 'The types of this Map are left out and do not follow from its first pair.',
    remedy: 'Write them: new Map<string, i32>([…]).',
  }
}
