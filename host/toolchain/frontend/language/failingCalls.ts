/**
 * Behind each call of a function that may throw: whether it has.
 */
import type { Flow, Function, Local, Node, Signature, Type } from 'assemblyscript'
import { leave, place } from './failureState.ts'
import type { State } from './failureState.ts'
import { values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Patch } from './patch.ts'
import { isAccessor, mayLead } from './throwers.ts'

/** Test calls for failures. */
export function patchCalls({ compiler }: Patch, state: State): void {
  compiler(
    'compileCallDirect',
    (original) =>
      function (instance, parameters, reportNode, thisArg, constraints): ExpressionRef {
        const site = enter(state, instance, reportNode)
        const expr = original.call(this, instance, parameters, reportNode, thisArg, constraints)
        state.site = site
        return expr
      },
  )
  compiler(
    'makeCallDirect',
    (original) =>
      function (instance, operands, reportNode, dropped): ExpressionRef {
        const site = enter(state, instance, reportNode)
        const expr = original.call(this, instance, operands, reportNode, dropped)
        state.site = site
        return isCall(expr) && mayLead(instance)
          ? checked(this, state, expr, reportNode, { instance })
          : expr
      },
  )
  compiler(
    'makeCallIndirect',
    (original) =>
      function (signature, functionArg, reportNode, operands, dropped): ExpressionRef {
        const expr = original.call(this, signature, functionArg, reportNode, operands, dropped)
        return checked(this, state, expr, reportNode, { signature })
      },
  )
}

/**
 * A call begins. An access to an element is compiled in place, so that what it throws leaves at once, without a test; the error then
 * comes from the program's call. The result is the call around.
 */
function enter(state: State, instance: Function, node: Node): Node | undefined {
  const { site } = state
  if (isAccessor(instance)) instance.decoratorFlags |= values.DecoratorFlags.Inline
  if (!node.range.source.isLibrary) state.site = node
  return site
}

/** Not what was put in the place of a call. */
function isCall(expr: ExpressionRef): boolean {
  const { Call, Drop } = values.ExpressionId
  const id = values.getExpressionId(expr)
  return id === Call || id === Drop
}

/** Whether the program's author wrote it, not the library's or the compiler that calls `main` (index.ts). */
function isOfProgram({ range: { source } }: Node): boolean {
  return !source.isLibrary && !source.normalizedPath.startsWith('~')
}

function checked(
  compiler: CompilerInternals,
  state: State,
  call: ExpressionRef,
  node: Node,
  callee: { instance: Function } | { signature: Signature },
): ExpressionRef {
  const { module, currentFlow: flow, currentType } = compiler
  const passes = isOfProgram(node) ? [callLibrary(compiler, 'passed', place(compiler, node))] : []
  const test = module.if(
    callLibrary(compiler, 'failed'),
    module.block(null, [...passes, ...leave(compiler, state)]),
  )
  state.graph.addCall(test, state.isCaught(flow) ? undefined : flow.targetFunction, callee)
  compiler.currentType = currentType
  const type = values.getExpressionType(call)
  if (type === values.TypeRef.None) return module.block(null, [call, test])
  if (type === values.TypeRef.Unreachable) return call
  const local = state.result(flow, currentType)
  keepFlags(flow, local, call, currentType)
  return module.block(
    null,
    [
      module.local_set(local.index, call, currentType.isManaged),
      test,
      module.local_get(local.index, type),
    ],
    type,
  )
}

/** What asc knows of the result of the call, it knows of the local. */
function keepFlags(flow: Flow, { index }: Local, call: ExpressionRef, type: Type): void {
  const { Wrapped, NonNull, Initialized } = values.LocalFlags
  flow.unsetLocalFlag(index, Wrapped | NonNull)
  flow.setLocalFlag(index, Initialized)
  if (!flow.canOverflow(call, type)) flow.setLocalFlag(index, Wrapped)
  if (!type.isNullableReference) flow.setLocalFlag(index, NonNull)
}
