/**
 * `Promise` as a value, where it is more than ../promises.ts rewrites.
 */
import ts from 'typescript'
import { isMadePromise, isPromiseMethod } from '../promises.ts'
import type { Message } from './rule.ts'

export function checkPromise(node: ts.Node): Message | undefined {
  if (!ts.isIdentifier(node) || node.text !== 'Promise') return undefined
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
    const method = parent.name.text
    if (isPromiseMethod(method) && ts.isCallExpression(parent.parent)) return undefined
    return {
      cause: `Promise.${method} is not available in guest programs.`,
      remedy:
        'Use Promise.all, race, any, allSettled, resolve or reject in a call, or TaskSource of "nothread/guest".',
    }
  }
  if (!ts.isNewExpression(parent) || isMadePromise(parent)) return undefined
  return {
    cause: 'The type of this promise is left out, or the function that resolves it.',
    remedy: 'Write: new Promise<i32>((resolve, reject) => { … }).',
  }
}
