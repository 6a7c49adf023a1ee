/**
 * Indices and sizes: `list[n / 2]`, `'-'.repeat(n)` and `new Array<T>(n)` take a floating-point number where it has an integer for a
 * value, and throw a RangeError where it has not. In all other places asc asks for a cast.
 */
import type {
  ElementAccessExpression,
  Expression,
  Function,
  Node,
  ParenthesizedExpression,
} from 'assemblyscript'
import { typesOf, values } from './internals.ts'
import type { ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Patch } from './patch.ts'

/** Extend asc by indices and sizes that are floating-point numbers. */
export function patchWholeNumbers({ compiler }: Patch): void {
  const asked = new WeakSet<Node>()
  const ask = (node: Expression): void => {
    if (!node.range.source.isLibrary) asked.add(inside(node))
  }
  compiler(
    'compileElementAccessExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        ask(expression.elementExpression)
        return original.call(this, expression, type, constraints)
      },
  )
  compiler(
    'compileAssignment',
    (original) =>
      function (expression, value, type): ExpressionRef {
        const target = inside(expression)
        if (target.kind === values.NodeKind.ElementAccess) {
          ask((target as ElementAccessExpression).elementExpression)
        }
        return original.call(this, expression, value, type)
      },
  )
  compiler(
    'compileCallDirect',
    (original) =>
      function (instance, parameters, node, thisArg, constraints): ExpressionRef {
        if (isStandard(instance)) sizes(instance, parameters).forEach(ask)
        return original.call(this, instance, parameters, node, thisArg, constraints)
      },
  )
  compiler(
    'convertExpression',
    (original) =>
      function (expression, from, to, explicit, node): ExpressionRef {
        const isAsked = !explicit && from.isFloatValue && to.isIntegerValue && asked.has(node)
        if (!isAsked || to.size > 32)
          return original.call(this, expression, from, to, explicit, node)
        const { f64, i32 } = typesOf(this)
        const value = original.call(this, expression, from, f64, false, node)
        const whole = callLibrary(this, 'whole', [value])
        return original.call(this, whole, i32, to, true, node)
      },
  )
}

/** An expression without the parentheses around it. */
function inside(expression: Expression): Expression {
  let inner = expression
  while (inner.kind === values.NodeKind.Parenthesized) {
    inner = (inner as ParenthesizedExpression).expression
  }
  return inner
}

/** Whether a function belongs to the standard library. */
function isStandard({ internalName }: Function): boolean {
  return internalName.startsWith('~lib/') && !internalName.startsWith('~lib/nothread/')
}

/** The arguments whose parameters are declared as 32-bit integers. */
function sizes({ prototype }: Function, parts: Expression[]): Expression[] {
  const { parameters } = prototype.functionTypeNode
  return parts.filter((_, index) => parameters.at(index)?.type.range.toString() === 'i32')
}
