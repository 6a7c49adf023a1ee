/**
 * Inner functions that capture variables. A function value is asc's `Function` object, `{ index, environment }`; one that captures is made on the heap
 * when its expression is evaluated, with the captured values behind these two words:
 *
 *     ├─ index in the table ─┼─ 0 ─┼─ captured value ─┼─ captured value ─┼─ …
 *
 * Every call through a function value first writes the value into a word of the thread's block. A function that captures reads it as
 * the first thing it does, and loads its captured values into locals. The values are copies: the rewrite puts variables that
 * change after their declaration into boxes (boxes.ts), so that a copy of the reference is the variable.
 */
import type {
  Element,
  Flow,
  Function,
  FunctionExpression,
  Local,
  Type,
  VariableStatement,
} from 'assemblyscript'
import { asLocal, THIS, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Patch } from './patch.ts'

/** Bytes of a function object before its captured values. */
const FUNCTION_BYTES = 8

/** A variable of the function around, as the inner function sees it. */
interface Capture {
  outer: Local
  inner: Local
  offset: number
}

/** What is known of an inner function while it is compiled. */
interface Inner {
  instance: Function
  /** Name by which the function may call itself. */
  self?: string
  selfLocal?: Local
  captures: Map<string, Capture>
  bytes: number
}

/** State of one compilation. */
interface State {
  inners: WeakMap<Function, Inner>
  /** Names of variables that are declared with a function as value. */
  names: WeakMap<FunctionExpression, string>
  /** Expressions on the way to their function. */
  pending: (Inner | { self?: string })[]
}

/** Extend asc by closures. */
export function patchClosures(patch: Patch): void {
  const state: State = { inners: new WeakMap(), names: new WeakMap(), pending: [] }
  patchLookup(patch, state)
  patchFunctions(patch, state)
  patchCalls(patch)
  patchThis(patch)
}

/** Names that the inner function does not know are looked up where it stands. */
function patchLookup({ flow }: Patch, state: State): void {
  flow(
    'lookup',
    (original) =>
      function (this: Flow, name: string): Element | null {
        return this.lookupLocal(name) ?? captured(state, this, name) ?? original.call(this, name)
      },
  )
}

function captured(state: State, flow: Flow, name: string): Element | null {
  const inner = state.inners.get(flow.targetFunction)
  if (!inner || !flow.outer) return null
  if (name === inner.self) return selfLocal(inner, flow)
  const outer = asLocal(flow.outer.lookup(name))
  if (!outer || outer.is(values.CommonFlags.Inlined)) return outer ?? null
  // A variable that is being declared: asc reports its use.
  if (outer.index < 0) return outer
  return captureOf(inner, flow, name, outer)
}

function selfLocal(inner: Inner, flow: Flow): Local {
  if (!inner.selfLocal || !isPresent(inner.selfLocal)) {
    inner.selfLocal = newLocal(flow, inner.instance.type)
  }
  flow.setLocalFlag(inner.selfLocal.index, values.LocalFlags.Initialized)
  return inner.selfLocal
}

function captureOf(inner: Inner, flow: Flow, name: string, outer: Local): Local {
  let capture = inner.captures.get(name)
  if (!capture) {
    const { type } = outer
    const offset = align(inner.bytes, type.byteSize)
    capture = { outer, inner: newLocal(flow, type), offset }
    inner.bytes = offset + type.byteSize
    inner.captures.set(name, capture)
  } else if (!isPresent(capture.inner)) {
    capture.inner = newLocal(flow, outer.type)
  }
  flow.setLocalFlag(capture.inner.index, flagsOf(flow.outer, outer))
  return capture.inner
}

/** A loop that is compiled a second time has taken its new locals away. */
function isPresent(local: Local): boolean {
  return (local.parent as Function).localsByIndex[local.index] === local
}

function newLocal(flow: Flow, type: Type): Local {
  return flow.targetFunction.addLocal(type)
}

/** What is known of the variable outside holds inside too, since it does not change. */
function flagsOf(flow: Flow | null, { index }: Local): number {
  const { Wrapped, NonNull, Initialized } = values.LocalFlags
  const kept = [Wrapped, NonNull].filter((flag) => flow?.isLocalFlag(index, flag, false))
  return kept.reduce((flags, flag) => flags | flag, Initialized)
}

function align(offset: number, bytes: number): number {
  return Math.ceil(offset / bytes) * bytes
}

function patchFunctions({ compiler }: Patch, state: State): void {
  compiler(
    'compileVariableStatement',
    (original) =>
      function (statement: VariableStatement): ExpressionRef {
        for (const { name, initializer } of statement.declarations) {
          if (initializer?.kind !== values.NodeKind.Function) continue
          state.names.set(initializer as FunctionExpression, name.text)
        }
        return original.call(this, statement)
      },
  )
  compiler(
    'compileFunction',
    (original) =>
      function (instance: Function, forced?: boolean): boolean {
        const pending = state.pending.at(-1)
        if (pending && !('instance' in pending)) {
          const inner = { ...pending, instance, captures: new Map(), bytes: FUNCTION_BYTES }
          state.inners.set(instance, inner)
          state.pending[state.pending.length - 1] = inner
        }
        return original.call(this, instance, forced)
      },
  )
  compiler(
    'compileFunctionBody',
    (original) =>
      function (instance: Function, stmts: ExpressionRef[]): boolean {
        const worked = original.call(this, instance, stmts)
        const inner = state.inners.get(instance)
        if (inner) stmts.splice(prologueIndex(instance), 0, ...prologue(this, inner))
        return worked
      },
  )
  compiler(
    'compileFunctionExpression',
    (original) =>
      function (expression: FunctionExpression, type: Type, constraints: number): ExpressionRef {
        const declared = expression.declaration.name.text
        const isStatement = declared !== '' && type === typesOf(this).void
        const self = declared || state.names.get(expression)
        state.pending.push({ self })
        // As the value of an expression: asc declares no variable for it then.
        const wanted = isStatement ? typesOf(this).auto : type
        const value = original.call(this, expression, wanted, constraints)
        const inner = state.pending.pop()
        if (!inner || !('instance' in inner)) return value
        const closure = inner.captures.size > 0 ? makeClosure(this, inner) : value
        return isStatement ? declareFunction(this, declared, inner.instance, closure) : closure
      },
  )
}

/** A coroutine's first statement makes its frame and leaves; nothing may stand before it. */
function prologueIndex(instance: Function): number {
  const body = instance.prototype.bodyNode
  if (body?.kind !== values.NodeKind.Block) return 0
  return isFrameStatement(body) ? 1 : 0
}

function isFrameStatement(body: unknown): boolean {
  const [first] = (body as { statements: { condition?: unknown; range: { toString(): string } }[] })
    .statements
  return first?.condition !== undefined && first.range.toString().startsWith('if (__begin())')
}

/** Load the captured values; the function's own object is in the thread's block. */
function prologue(compiler: CompilerInternals, inner: Inner): ExpressionRef[] {
  const { module } = compiler
  const { instance, captures, selfLocal } = inner
  const address = compiler.options.usizeType
  if (captures.size === 0) {
    if (!selfLocal || !isPresent(selfLocal)) return []
    const [, pointer] = [0, compiler.ensureRuntimeFunction(instance)]
    return [module.local_set(selfLocal.index, module.i32(low(pointer)), true)]
  }
  const own = selfLocal && isPresent(selfLocal) ? selfLocal : instance.addLocal(address)
  const loads = [...captures.values()]
    .filter((capture) => isPresent(capture.inner))
    .map(({ inner: { index, type }, offset }) =>
      module.local_set(
        index,
        module.load(
          type.byteSize,
          type.isSignedIntegerValue,
          module.local_get(own.index, address.toRef()),
          type.toRef(),
          offset,
        ),
        type.isManaged,
      ),
    )
  return [module.local_set(own.index, callLibrary(compiler, 'currentClosure'), true), ...loads]
}

/** asc's 64-bit integers in JavaScript. */
function low(value: unknown): number {
  return (value as { low: number }).low
}

/** An object of the function with its captured values. */
function makeClosure(compiler: CompilerInternals, inner: Inner): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { instance, captures, bytes } = inner
  const address = compiler.options.usizeType
  const object = flow.getTempLocal(address).index
  const original = module.i32(low(compiler.ensureRuntimeFunction(instance)))
  const stores = [...captures.values()].map(({ outer: { index, type }, offset }) =>
    module.store(
      type.byteSize,
      module.local_get(object, address.toRef()),
      module.local_get(index, type.toRef()),
      type.toRef(),
      offset,
    ),
  )
  const made = callLibrary(compiler, 'newClosure', [original, module.i32(bytes)])
  return module.block(
    null,
    [module.local_set(object, made, true), ...stores, module.local_get(object, address.toRef())],
    address.toRef(),
  )
}

/** A function statement declares a constant. */
function declareFunction(
  compiler: CompilerInternals,
  name: string,
  instance: Function,
  value: ExpressionRef,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { type } = instance
  const existing = flow.getScopedLocal(name)
  const local = existing ?? flow.addScopedLocal(name, type)
  const { Constant, Initialized } = values.LocalFlags
  flow.setLocalFlag(local.index, Constant | Initialized)
  compiler.currentType = typesOf(compiler).void
  return module.local_set(local.index, value, type.isManaged)
}

/** A call through a function value tells the function which value it was. */
function patchCalls({ compiler }: Patch): void {
  compiler(
    'makeCallIndirect',
    (original) =>
      function (signature, functionArg, reportNode, operands, dropped): ExpressionRef {
        const entered = callLibrary(this, 'enterFunction', [functionArg])
        return original.call(this, signature, entered, reportNode, operands, dropped)
      },
  )
}

/** `this` of an arrow function is that of the method around it. */
function patchThis({ compiler, resolver }: Patch): void {
  compiler(
    'compileIdentifierExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const flow = this.currentFlow
        const isThis = expression.kind === values.NodeKind.This
        if (!isThis || flow.sourceFunction.signature.thisType || !flow.outer) {
          return original.call(this, expression, type, constraints)
        }
        const local = asLocal(flow.lookup(THIS))
        if (!local) return original.call(this, expression, type, constraints)
        this.currentType = local.type
        return this.module.local_get(local.index, local.type.toRef())
      },
  )
  resolver(
    'lookupThisExpression',
    (original) =>
      function (node, flow, type, mode): Element | null {
        const isOwn = flow.sourceFunction.signature.thisType !== null || !flow.outer
        const local = isOwn ? undefined : asLocal(flow.lookup(THIS))
        return local
          ? this.getElementOfType(local.type)
          : original.call(this, node, flow, type, mode)
      },
  )
}
