/**
 * `throw`, `try`, `catch`, `finally`. An error on its way is a word of the thread's block. `throw` writes it and leaves: to the `catch` of the
 * function, or out of the function with a result that nobody uses. Behind each call of a function that may throw stands
 *
 *     if (failed()) { passed(function, line); br $catch  |  return 0 }
 *
 * Which functions may throw is known when all are compiled (throwers.ts); the other tests are then made false and vanish. A `finally` is one
 * piece of code: whoever leaves through it notes where to, and goes on there behind it.
 *
 * What asc's own library throws (an index out of range, a missing key) ends the program as before: these are no errors to be caught.
 */
import { Node as Nodes } from 'assemblyscript'
import type {
  BlockStatement,
  BreakStatement,
  CallExpression,
  ClassPrototype,
  ContinueStatement,
  Expression,
  ExpressionStatement,
  Flow,
  Function,
  Local,
  Node,
  ReturnStatement,
  Signature,
  Statement,
  ThrowStatement,
  TryStatement,
  Type,
} from 'assemblyscript'
import { calledName, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Labels } from './labels.ts'
import type { Patch } from './patch.ts'
import { CallGraph, mayLead } from './throwers.ts'

/** A way out of a `try` with `finally` other than its end. */
interface Exit {
  number: number
  statement: ReturnStatement | BreakStatement | ContinueStatement
  /** The value that a `return` has computed. */
  held?: Local
}

/** The `finally` of a `try`, while what it belongs to is compiled. */
interface Finally {
  label: string
  /** Holds the number of the exit that was taken: 0 is the end, 1 a failure. */
  taken: Local
  exits: Exit[]
  flow: Flow
  breakLabel: string | null
  continueLabel: string | null
  inlineLabel: string | null
  /** Labels around the `try`, and those of loops whose bodies it is in. */
  breakable: Set<string>
  continuable: Set<string>
}

/** A `try` around the code that is compiled. */
interface Context {
  /** Where an error goes. */
  label: string
  finally?: Finally
}

/** What is kept while a program is compiled. */
class State {
  readonly graph = new CallGraph()
  readonly labels: Labels
  private readonly contexts = new Map<Function, Context[]>()
  private readonly results = new Map<Function, Map<Type, Local>>()
  private numbers = 0

  constructor(labels: Labels) {
    this.labels = labels
  }

  of(flow: Flow): Context[] {
    let stack = this.contexts.get(flow.targetFunction)
    if (!stack) this.contexts.set(flow.targetFunction, (stack = []))
    return stack
  }

  /** Whether an error does not leave the function. */
  isCaught(flow: Flow): boolean {
    return this.of(flow).some((context) => !context.finally)
  }

  label(name: string): string {
    return `${name}|${this.numbers++}`
  }

  /** The local that holds a call's result while the failure is looked for. */
  result(flow: Flow, type: Type): Local {
    const owner = flow.targetFunction
    let locals = this.results.get(owner)
    if (!locals) this.results.set(owner, (locals = new Map<Type, Local>()))
    const known = locals.get(type)
    if (known && owner.localsByIndex[known.index] === known) return known
    const local = owner.addLocal(type)
    locals.set(type, local)
    return local
  }
}

const ENDED = 0
const FAILED = 1
const FIRST_EXIT = 2

/** Extend asc by errors that can be caught. */
export function patchFailures(patch: Patch, labels: Labels): void {
  const state = new State(labels)
  patchThrow(patch, state)
  patchCalls(patch, state)
  patchExits(patch, state)
  patch.compiler(
    'compile',
    (original) =>
      function () {
        const module = original.call(this)
        state.graph.prune(this)
        return module
      },
  )
}

function patchThrow({ compiler }: Patch, state: State): void {
  compiler(
    'compileThrowStatement',
    (original) =>
      function (statement: ThrowStatement): ExpressionRef {
        if (isForeign(statement)) return original.call(this, statement)
        const { module } = this
        const { ConvImplicit } = values.Constraints
        const error = this.compileExpression(statement.value, errorType(this), ConvImplicit)
        const flow = this.currentFlow
        flow.set(values.FlowFlags.Throws | values.FlowFlags.Terminates)
        if (!state.isCaught(flow)) state.graph.addThrower(flow.targetFunction)
        // The runtime's own functions are no places in the program.
        const raised = statement.range.source.isLibrary
          ? callLibrary(this, 'resumeFailure', [error])
          : callLibrary(this, 'raise', [error, ...place(this, statement)])
        return module.block(null, [raised, ...leave(this, state)])
      },
  )
  compiler(
    'compileTryStatement',
    () =>
      function (statement: TryStatement): ExpressionRef {
        return statement.finallyStatements
          ? compileFinally(this, state, statement, statement.finallyStatements)
          : compileCatch(this, state, statement)
      },
  )
}

/** asc's own library; its assertions are no errors of the program. */
function isForeign({ range: { source } }: Node): boolean {
  return source.isLibrary && !source.internalPath.startsWith('~lib/nothread/')
}

function errorType(compiler: CompilerInternals): Type {
  const prototype = compiler.program.lookup('Error') as ClassPrototype
  const error = compiler.resolver.resolveClass(prototype, null)
  if (!error) throw new Error('The library has no class Error.')
  return error.type
}

/** Where an error comes from or passes: name of the function with its file, and line. */
function place(compiler: CompilerInternals, node: Node): ExpressionRef[] {
  const { source, start } = node.range
  const { internalName } = compiler.currentFlow.sourceFunction
  const name = internalName
    .replace(/^.*?([^/]*)$/s, '$1')
    .replace(/[~#]?anonymous\|\d+/g, ' (inner)')
    .replace(/[#~]/g, '.')
  const text = compiler.ensureStaticString(`${name} (${source.normalizedPath}:`)
  return [text, compiler.module.i32(source.lineAt(start))]
}

/** Go to the `catch` or `finally` around, or out of the function. */
function leave(compiler: CompilerInternals, state: State): ExpressionRef[] {
  const { module, currentFlow: flow } = compiler
  const context = state.of(flow).at(-1)
  if (context) return [module.br(context.label)]
  const abandons = isGenerator(flow.targetFunction)
    ? [callLibrary(compiler, 'abandonGenerator', [callLibrary(compiler, 'ownFrame')])]
    : []
  const { returnType } = flow.targetFunction.signature
  const isVoid = returnType === typesOf(compiler).void
  const out = isVoid ? module.return() : module.return(compiler.makeZero(returnType))
  return [...abandons, out]
}

/** Whether the rewrite has made a generator of a function: it begins with a frame, and waits to be asked. */
function isGenerator({ prototype: { bodyNode } }: Function): boolean {
  if (bodyNode?.kind !== values.NodeKind.Block) return false
  const second = (bodyNode as BlockStatement).statements.at(1)
  if (second?.kind !== values.NodeKind.Expression) return false
  return calledName((second as ExpressionStatement).expression) === '__beginGenerator'
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

/** `return`, `break` and `continue` go through every `finally` on their way. */
function patchExits({ compiler }: Patch, state: State): void {
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

/** Behind a call: whether it has failed. */
function patchCalls({ compiler }: Patch, state: State): void {
  compiler(
    'makeCallDirect',
    (original) =>
      function (instance, operands, reportNode, dropped): ExpressionRef {
        const expr = original.call(this, instance, operands, reportNode, dropped)
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

/** Not what was put in the place of a call. */
function isCall(expr: ExpressionRef): boolean {
  const { Call, Drop } = values.ExpressionId
  const id = values.getExpressionId(expr)
  return id === Call || id === Drop
}

function checked(
  compiler: CompilerInternals,
  state: State,
  call: ExpressionRef,
  node: Node,
  callee: { instance: Function } | { signature: Signature },
): ExpressionRef {
  const { module, currentFlow: flow, currentType } = compiler
  const passes = node.range.source.isLibrary
    ? []
    : [callLibrary(compiler, 'passed', place(compiler, node))]
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
