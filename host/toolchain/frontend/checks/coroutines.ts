/**
 * Functions that can be suspended: `await` and `yield` in their places, and result types that are written out.
 */
import ts from 'typescript'
import { formOf, formResult, isAsync, isGenerator } from '../coroutines.ts'
import type { CoroutineForm } from '../coroutines.ts'
import { functionAround, returnsValue } from '../nodes.ts'
import type { Message, Report } from './rule.ts'

const makeAsync = 'Write async before the function and Promise<…> as its result type.'
const topLevelAwait: Message = {
  cause: 'await at the top level of a file is not supported.',
  remedy: 'Put it into: export async function main(): Promise<void> { … }.',
}
const plainAwait: Message = {
  cause: 'await stands in a function that is not async.',
  remedy: makeAsync,
}
const plainForAwait: Message = {
  cause: 'for await stands in a function that is not async.',
  remedy: makeAsync,
}
const plainYield: Message = {
  cause: 'yield stands in a function that is no generator.',
  remedy: 'Write function* and Generator<…> as its result type.',
}
const yieldAsValue: Message = {
  cause: 'yield gives no value here: nothing can be sent into a generator.',
  remedy: 'Write yield as a statement of its own, and pass values by a variable.',
}
const emptyYield: Message = { cause: 'yield has no value.', remedy: 'Write the value behind it.' }

/** Types of nothing. */
const emptyTypes = new Set([
  ...[ts.SyntaxKind.VoidKeyword, ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.NeverKeyword],
  ...[ts.SyntaxKind.UnknownKeyword, ts.SyntaxKind.AnyKeyword],
])

export function checkCoroutine(node: ts.Node, report: Report): void {
  if (ts.isAwaitExpression(node)) checkAwait(node, report)
  if (ts.isForOfStatement(node) && node.awaitModifier) checkForAwait(node, report)
  if (ts.isYieldExpression(node)) checkYield(node, report)
  if (!ts.isFunctionLike(node)) return
  const form = formOf(node)
  if (form) checkResultType(node, form, report)
}

function checkAwait(node: ts.AwaitExpression, report: Report): void {
  const around = functionAround(node)
  if (around && isAsync(around)) return
  report(node.getFirstToken() ?? node, around ? plainAwait : topLevelAwait)
}

function checkForAwait(node: ts.ForOfStatement, report: Report): void {
  const around = functionAround(node)
  if (!around || !isAsync(around)) report(node.awaitModifier ?? node, plainForAwait)
}

function checkYield(node: ts.YieldExpression, report: Report): void {
  const around = functionAround(node)
  const keyword = node.getFirstToken() ?? node
  if (!around || !isGenerator(around)) report(keyword, plainYield)
  else if (!ts.isExpressionStatement(node.parent)) report(keyword, yieldAsValue)
  else if (!node.expression) report(node, emptyYield)
}

/** Result types of functions that can be suspended are written out. */
function checkResultType(node: ts.SignatureDeclaration, form: CoroutineForm, report: Report): void {
  const { type } = node
  if (type) {
    checkWrittenResult(node, type, form, report)
    return
  }
  if (!isGenerator(node) && !returnsValue(node)) return
  report(('name' in node && node.name) || node.getFirstToken() || node, {
    cause: isGenerator(node)
      ? 'The result type of this generator is not written out.'
      : 'This async function returns a value, but its result type is not written out.',
    remedy: `Write it behind the parameters, for instance: ${form.types[0]}<i32>.`,
  })
}

function checkWrittenResult(
  node: ts.SignatureDeclaration,
  type: ts.TypeNode,
  form: CoroutineForm,
  report: Report,
): void {
  const [name] = form.types
  const result = formResult(type, form)
  if (!result) {
    report(type, {
      cause: `The result type of ${described(node)} must be ${name}<T>.`,
      remedy: `Write ${name}<${isGenerator(node) ? '…' : type.getText()}>.`,
    })
  }
  const extra = ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []).slice(1) : []
  if (isGenerator(node) && extra.some(({ kind }) => !emptyTypes.has(kind))) {
    report(extra[0], {
      cause: 'A generator gives values by yield only: what it returns and is sent is lost.',
      remedy: `Write ${name}<${result?.getText()}>, and pass other values by a variable.`,
    })
  }
}

function described(node: ts.SignatureDeclaration): string {
  if (!isGenerator(node)) return 'an async function'
  return isAsync(node) ? 'an async generator' : 'a generator'
}
