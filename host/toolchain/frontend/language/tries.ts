/**
 * `try` with `catch` and `finally`. A `finally` is one piece of code: whoever leaves through it (exits.ts) notes where to, and goes on there behind it.
 */
import type { Flow, Local, Statement, TryStatement } from 'assemblyscript'
import { errorType, leave } from './failureState.ts'
import type { Context, Finally, State } from './failureState.ts'
import { typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'

/** What a `finally` was entered by; the exits behind them have numbers from `FIRST_EXIT` on. */
const ENDED = 0
const FAILED = 1
export const FIRST_EXIT = 2

/** Compile a `try`. */
export function compileTry(
  compiler: CompilerInternals,
  state: State,
  statement: TryStatement,
): ExpressionRef {
  return statement.finallyStatements
    ? compileFinally(compiler, state, statement, statement.finallyStatements)
    : compileCatch(compiler, state, statement)
}

function compileCatch(
  compiler: CompilerInternals,
  state: State,
  { bodyStatements, catchVariable, catchStatements }: TryStatement,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const end = state.label('try')
  const context: Context = { label: state.label('catch') }
  const { flow: tryFlow, stmts: body } = within(compiler, state, context, flow.fork(), () =>
    compiler.compileStatements(bodyStatements),
  )
  const handled = module.block(context.label, [...body, module.br(end)])
  const catchFlow = flow.fork()
  catchFlow.mergeBranch(tryFlow)
  compiler.currentFlow = catchFlow
  const error = catchFlow.addScopedLocal(catchVariable?.text ?? '~error', errorType(compiler))
  catchFlow.setLocalFlag(error.index, values.LocalFlags.Initialized)
  const caught = module.local_set(error.index, callLibrary(compiler, 'takeFailure'), true)
  const handler = compiler.compileStatements(catchStatements ?? [])
  compiler.currentFlow = flow
  flow.inheritAlternatives(tryFlow, catchFlow)
  return closed(compiler, module.block(end, [handled, caught, ...handler]))
}

/** Compile something that a `try` is around. */
function within(
  compiler: CompilerInternals,
  state: State,
  context: Context,
  inner: Flow,
  compile: () => ExpressionRef[],
): { flow: Flow; stmts: ExpressionRef[] } {
  const outer = compiler.currentFlow
  const contexts = state.of(outer)
  contexts.push(context)
  compiler.currentFlow = inner
  const stmts = compile()
  compiler.currentFlow = outer
  contexts.pop()
  return { flow: inner, stmts }
}

/** Nothing comes behind code that never ends. */
function closed({ module, currentFlow }: CompilerInternals, expr: ExpressionRef): ExpressionRef {
  if (!currentFlow.is(values.FlowFlags.Terminates)) return expr
  return module.block(null, [expr, module.unreachable()])
}

function compileFinally(
  compiler: CompilerInternals,
  state: State,
  statement: TryStatement,
  finallyStatements: Statement[],
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { i32, void: nothing } = typesOf(compiler)
  const taken = flow.getTempLocal(i32)
  const labels = state.labels.of(flow)
  const last: Finally = {
    label: state.label('finally'),
    taken,
    exits: [],
    flow,
    breakLabel: flow.breakLabel,
    continueLabel: flow.continueLabel,
    inlineLabel: flow.inlineReturnLabel,
    breakable: new Set(labels.map(({ name }) => name)),
    continuable: new Set(labels.filter(({ inBody }) => inBody).map(({ name }) => name)),
  }
  const context: Context = { label: state.label('failed'), finally: last }
  const { flow: tryFlow, stmts } = within(compiler, state, context, flow.fork(), () =>
    statement.catchStatements
      ? [compileCatch(compiler, state, statement)]
      : compiler.compileStatements(statement.bodyStatements),
  )
  const error = flow.getTempLocal(errorType(compiler))
  const guarded = module.block(last.label, [
    module.local_set(taken.index, module.i32(ENDED), false),
    module.block(context.label, [...stmts, module.br(last.label)]),
    module.local_set(error.index, callLibrary(compiler, 'takeFailure'), true),
    module.local_set(taken.index, module.i32(FAILED), false),
  ])
  const finallyFlow = flow.fork()
  finallyFlow.mergeBranch(tryFlow)
  compiler.currentFlow = finallyFlow
  const code = compiler.compileStatements(finallyStatements)
  compiler.currentFlow = flow
  flow.inherit(finallyFlow)
  const ways = finallyFlow.isAny(values.FlowFlags.Terminates | values.FlowFlags.Breaks)
    ? []
    : dispatch(compiler, state, last, error)
  inheritExits(flow, tryFlow)
  compiler.currentType = nothing
  return closed(compiler, module.block(null, [guarded, ...code, ...ways]))
}

/** If the `try` never comes to its end, neither does what stands behind the `finally`. */
function inheritExits(flow: Flow, tryFlow: Flow): void {
  const { Terminates, Returns, Throws, Breaks, Continues } = values.FlowFlags
  flow.set(tryFlow.flags & (Terminates | Returns | Throws | Breaks | Continues))
}

/** Go on where the code before the `finally` wanted to go. */
function dispatch(
  compiler: CompilerInternals,
  state: State,
  { taken, exits }: Finally,
  error: Local,
): ExpressionRef[] {
  const { module, currentFlow: flow } = compiler
  const goesTo = (number: number, code: ExpressionRef[]): ExpressionRef => {
    const asked = module.local_get(taken.index, taken.type.toRef())
    const { EqI32 } = values.BinaryOp
    return module.if(module.binary(EqI32, asked, module.i32(number)), module.block(null, code))
  }
  const held = module.local_get(error.index, error.type.toRef())
  const fails = goesTo(FAILED, [
    callLibrary(compiler, 'resumeFailure', [held]),
    ...leave(compiler, state),
  ])
  const others = exits.map(({ number, statement, held: result }) => {
    compiler.currentFlow = flow.fork()
    if (result) compiler.currentFlow.setLocalFlag(result.index, values.LocalFlags.Initialized)
    const code = compiler.compileStatement(statement)
    compiler.currentFlow = flow
    return goesTo(number, [code])
  })
  return [fails, ...others]
}
