/**
 * `new Box(5)` of a generic class: the type arguments follow from the arguments of the constructor, as those of a function do.
 */
import type { ClassPrototype, Flow, NewExpression, Type } from 'assemblyscript'
import { Inference } from './infer.ts'
import { values } from './internals.ts'
import type { ExpressionRef, ResolverInternals } from './internals.ts'
import type { Patch } from './patch.ts'

/** Extend asc by type arguments of classes that are left out. */
export function patchNew({ compiler, resolver }: Patch): void {
  compiler(
    'compileNewExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const resolver = this.resolver as unknown as ResolverInternals
        const found = typeOfNew(resolver, expression, this.currentFlow, type)
        return original.call(this, expression, found ?? type, constraints)
      },
  )
  resolver(
    'resolveNewExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        const found = typeOfNew(this, node, flow, type)
        return found ?? original.call(this, node, flow, type, mode)
      },
  )
}

/** The class that a generic class without type arguments stands for. */
function typeOfNew(
  resolver: ResolverInternals,
  node: NewExpression,
  flow: Flow,
  context: Type,
): Type | undefined {
  if (node.typeArguments?.length || node.args.length === 0) return undefined
  const { Swallow } = values.ReportMode
  const found = resolver.resolveTypeName(node.typeName, flow, flow.sourceFunction, Swallow)
  if (found?.kind !== values.ElementKind.ClassPrototype) return undefined
  const prototype = found as ClassPrototype
  const { typeParameterNodes: parameters, constructorPrototype } = prototype
  if (!parameters?.length || !constructorPrototype) return undefined
  // asc takes the type arguments of the class that is asked for.
  if (context.getClass()?.prototype === prototype) return undefined
  const types = new Inference(resolver, node, constructorPrototype, parameters, flow).types()
  return (types && resolver.resolveClass(prototype, types)?.type) ?? undefined
}
