/**
 * `Promise` as a value.
 *
 *     Promise.all(list)                      __promise_all(list)
 *     new Promise<i32>((resolve) => …)       __promise_made<i32>((resolve) => …)
 */
import ts from 'typescript'
import type { Rewriting } from './sugar.ts'

/** Functions of the runtime's promises.ts, by the name of the static method. */
const functions = new Map([
  ['all', 'all'],
  ['race', 'first'],
  ['any', 'any'],
  ['allSettled', 'allSettled'],
  ['resolve', 'resolved'],
  ['reject', 'rejected'],
])

/** What is imported of the runtime's promises.ts: the functions above, others for promises without results, and those of `new`. */
const imported = [
  ...['all', 'allVoid', 'first', 'any', 'anyVoid', 'allSettled'],
  ...['resolved', 'resolvedVoid', 'rejected', 'made', 'madeVoid'],
]

/** The import of what the rewrite puts in. */
export const promiseImport = `import { ${imported
  .map((name) => `${name} as __promise_${name}`)
  .join(', ')} } from "nothread/guest/promises";`

/** Whether a name is that of a static method that is there. */
export function isPromiseMethod(name: string): boolean {
  return functions.has(name)
}

/** The type argument of `new Promise<T>`. */
function madeType(node: ts.NewExpression): ts.TypeNode | undefined {
  const isPromise = node.expression.getText() === 'Promise'
  return isPromise && node.typeArguments?.length === 1 ? node.typeArguments[0] : undefined
}

/** Whether a Promise is made with a type and a function. */
export function isMadePromise(node: ts.NewExpression): boolean {
  return madeType(node) !== undefined && node.arguments?.length === 1
}

/** The edits for a use of `Promise`; false if the node is none. */
export function rewritePromise(node: ts.Node, { edits, lines }: Rewriting): boolean {
  if (ts.isNewExpression(node)) {
    const type = madeType(node)
    if (!type) return false
    const isVoid = type.kind === ts.SyntaxKind.VoidKeyword
    edits.replace(
      node.getStart(),
      node.expression.getEnd(),
      `__promise_made${isVoid ? 'Void' : ''}`,
    )
    if (isVoid) edits.blank(type.getStart() - 1, type.getEnd() + 1)
    return true
  }
  if (!ts.isPropertyAccessExpression(node) || node.expression.getText() !== 'Promise') return false
  const name = functions.get(node.name.text)
  if (name === undefined || !ts.isCallExpression(node.parent)) return false
  const isVoid = name === 'resolved' && node.parent.arguments.length === 0
  const [start, end] = [node.getStart(), node.getEnd()]
  edits.replace(start, end, `__promise_${name}${isVoid ? 'Void' : ''}${lines(start, end)}`)
  return true
}
