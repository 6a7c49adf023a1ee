/**
 * Types of expressions, asked for before they are compiled.
 */
import type { Expression, Flow, Type } from 'assemblyscript'
import { typesOf, values } from './internals.ts'
import type { CompilerInternals, ResolverInternals } from './internals.ts'

/** What asks asc's resolver. */
type Asked = Pick<ResolverInternals, 'program' | 'resolveExpression'>

/** The type of an expression; null, and no message, if it does not follow from the expression alone. */
export function typeIn(flow: Flow, resolver: Asked, expression: Expression): Type | null {
  const { auto } = typesOf(resolver.program)
  return resolver.resolveExpression(expression, flow, auto, values.ReportMode.Swallow)
}

/** The same, where the compiler stands. */
export function typeHere(
  { resolver, currentFlow }: CompilerInternals,
  expression: Expression,
): Type | null {
  return typeIn(currentFlow, resolver, expression)
}
