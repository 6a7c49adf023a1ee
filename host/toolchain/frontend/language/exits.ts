/**
 * `return`, `break` and `continue` out of a `try` with `finally`.
 */
import { Node as Nodes } from 'assemblyscript'
import type {
  BreakStatement,
  CallExpression,
  ContinueStatement,
  Expression,
  Flow,
  Local,
  ReturnStatement,
  Type,
} from 'assemblyscript'
import type { Exit, Finally, State } from './failureState.ts'
import { calledName, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import type { Patch } from './patch.ts'
import { FIRST_EXIT } from './tries.ts'

/** `return`, `break` and `continue` go through every `finally` on their way. */
export function patchExits({ compiler }: Patch, state: State): void {
  compiler(
    'compileReturnStatement',
    (original) =>
      function (statement: ReturnStatement): ExpressionRef {
        const flow = this.currentFlow
        const last = innermost(state, flow)
        if (!last || last.inlineLabel !== flow.inlineReturnLabel) {
          return original.call(this, statement)
        }
        return returnThrough(this, state, last, statement)
      },
  )
  compiler(
    'compileBreakStatement',
    (original) =>
      function (statement: BreakStatement): ExpressionRef {
        const flow = this.currentFlow
        const last = innermost(state, flow)
        const isOutside = statement.label
          ? last?.breakable.has(statement.label.text)
          : last?.breakLabel === flow.breakLabel && flow.breakLabel !== null
        if (!last || !isOutside) return original.call(this, statement)
        flow.set(statement.label ? values.FlowFlags.Terminates : values.FlowFlags.Breaks)
        return this.module.block(null, takeExit(this, last, statement))
      },
  )
  compiler(
    'compileContinueStatement',
    (original) =>
      function (statement: ContinueStatement): ExpressionRef {
        const flow = this.currentFlow
        const last = innermost(state, flow)
        const isOutside = statement.label
          ? last?.continuable.has(statement.label.text)
          : last?.continueLabel === flow.continueLabel && flow.continueLabel !== null
        if (!last || !isOutside) return original.call(this, statement)
        const { Continues, Terminates } = values.FlowFlags
        flow.set(statement.label ? Terminates : Continues | Terminates)
        return this.module.block(null, takeExit(this, last, statement))
      },
  )
}

function innermost(state: State, flow: Flow): Finally | undefined {
  return state.of(flow).findLast((context) => context.finally)?.finally
}

function takeExit(
  { module }: CompilerInternals,
  last: Finally,
  statement: Exit['statement'],
  held?: Local,
): ExpressionRef[] {
  const number = FIRST_EXIT + last.exits.length
  last.exits.push({ number, statement, held })
  return [module.local_set(last.taken.index, module.i32(number), false), module.br(last.label)]
}

/** Ends of functions that are suspended (coroutines.ts), which have no value. */
const ends = new Set(['__completeVoid', '__endGenerator', '__endStream'])

/** The value is computed before the `finally`, and a coroutine is completed behind it. */
function returnThrough(
  compiler: CompilerInternals,
  state: State,
  last: Finally,
  statement: ReturnStatement,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { Returns, Terminates } = values.FlowFlags
  const { value, range } = statement
  if (!value || ends.has(calledName(value) ?? '')) {
    flow.set(Returns | Terminates)
    return module.block(null, takeExit(compiler, last, statement))
  }
  const completion = calledName(value) === '__complete' ? (value as CallExpression) : undefined
  const result = completion ? completion.args[0] : value
  const type = completion ? completedType(compiler, completion) : flow.returnType
  const expr = compiler.compileExpression(result, type, values.Constraints.ConvImplicit)
  const name = state.label('~return')
  const local = last.flow.addScopedLocal(name, type)
  flow.set(Returns | Terminates)
  const held = Nodes.createIdentifierExpression(name, range)
  const later = completion ? completed(completion, held) : held
  return module.block(null, [
    module.local_set(local.index, expr, type.isManaged),
    ...takeExit(compiler, last, Nodes.createReturnStatement(later, range), local),
  ])
}

function completedType(compiler: CompilerInternals, { typeArguments }: CallExpression): Type {
  const flow = compiler.currentFlow
  const [node] = typeArguments ?? []
  const type = compiler.resolver.resolveType(node, flow, flow.sourceFunction)
  return type ?? compiler.options.usizeType
}

function completed(call: CallExpression, result: Expression): Expression {
  const rest = call.args.slice(1)
  return Nodes.createCallExpression(
    call.expression,
    call.typeArguments,
    [result, ...rest],
    call.range,
  )
}
