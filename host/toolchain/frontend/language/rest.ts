/**
 * `f(a, ...list)`, written by the rewrite as `f(a, __spread(list))`: the function's rest parameter gets a list of its own.
 */
import { DiagnosticCode, Node } from 'assemblyscript'
import type { CallExpression, Expression, Signature } from 'assemblyscript'
import { calledName, values } from './internals.ts'
import type { ExpressionRef } from './internals.ts'
import { LISTS } from './lists.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

const SPREAD = '__spread'

/** Extend asc by lists among the arguments of a call. */
export function patchRest({ compiler, resolver }: Patch): void {
  compiler(
    'adjustArgumentsForRestParams',
    (original) =>
      function (parts: Expression[], signature: Signature, node): Expression[] {
        const first = signature.parameterTypes.length - 1
        const isSpread = signature.hasRest && parts.slice(first).some(isSpreadList)
        if (!isSpread) return original.call(this, parts, signature, node)
        const lists = listsOf(parts.slice(first))
        return [...parts.slice(0, first), new Syntax(node.range).call(LISTS, lists)]
      },
  )
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        if (!isSpreadList(expression)) return original.call(this, expression, type, constraints)
        this.error(DiagnosticCode.Not_implemented_0, expression.range, 'Spread')
        return this.module.unreachable()
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode) {
        if (!isSpreadList(node)) return original.call(this, node, flow, type, mode)
        if (mode !== values.ReportMode.Swallow) {
          this.error(DiagnosticCode.Not_implemented_0, node.range, 'Spread')
        }
        return null
      },
  )
}

function isSpreadList(part: Expression): part is CallExpression {
  return calledName(part) === SPREAD
}

/** Lists as they are, and runs of other values as lists. */
function listsOf(parts: Expression[]): Expression[] {
  const lists: Expression[] = []
  let run: Expression[] = []
  const close = (): void => {
    if (run.length > 0) lists.push(Node.createArrayLiteralExpression(run, run[0].range))
    run = []
  }
  for (const part of parts) {
    if (isSpreadList(part)) {
      close()
      lists.push(part.args[0])
    } else run.push(part)
  }
  close()
  return lists
}
