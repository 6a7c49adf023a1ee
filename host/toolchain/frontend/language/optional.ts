/**
 * `a?.b.c`, `a ?? b`, written by the rewrite as `__chain(a, __it0.b.c, 0)` and `__or(a, b)`. The left side is computed once; what stands
 * behind it runs only when it is, or is not, null:
 *
 *     block $end (result T)
 *       block $null   it0 = a;  br_if $null (it0 == 0);  br $end (it0.b.c)   end
 *       b                                                    for ?. alone: null
 *     end
 */
import { DiagnosticCode } from 'assemblyscript'
import type {
  CallExpression,
  Expression,
  Flow,
  IntegerLiteralExpression,
  Type,
} from 'assemblyscript'
import { calledName, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef, ResolverInternals } from './internals.ts'
import type { Patch } from './patch.ts'

export const CHAIN = '__chain'
export const OR = '__or'

let labels = 0

/** Extend asc by optional chains and defaults for null. */
export function patchOptional({ compiler, resolver }: Patch): void {
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const name = calledName(expression)
        if (name === CHAIN) return compileChain(this, expression, type)
        if (name === OR) return compileOr(this, expression, type)
        return original.call(this, expression, type, constraints)
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        const name = calledName(node)
        if (name === CHAIN) return nullable(resolveChain(this, node, flow, mode))
        if (name !== OR) return original.call(this, node, flow, type, mode)
        const [left] = node.args
        const found =
          calledName(left) === CHAIN
            ? resolveChain(this, left as CallExpression, flow, mode)
            : this.resolveExpression(left, flow, type, mode)
        return found ? found.nonNullableType : null
      },
  )
}

function nullable(type: Type | null): Type | null {
  return type?.isReference ? type.asNullable() : type
}

/** Type of what stands behind the last `?.`. */
function resolveChain(
  resolver: ResolverInternals,
  { args: [target, rest, number] }: CallExpression,
  flow: Flow,
  mode?: number,
): Type | null {
  const found = resolver.resolveExpression(target, flow, undefined, mode)
  if (!found) return null
  const inner = flow.fork()
  inner.addScopedDummyLocal(linkName(number), found.nonNullableType, target)
  return calledName(rest) === CHAIN
    ? resolveChain(resolver, rest as CallExpression, inner, mode)
    : resolver.resolveExpression(rest, inner, undefined, mode)
}

/** Name of the variable that the rest of a chain begins with. */
function linkName(number: Expression): string {
  return `__it${(number as IntegerLiteralExpression).range.toString()}`
}

function compileChain(
  compiler: CompilerInternals,
  expression: CallExpression,
  context: Type,
): ExpressionRef {
  const { module } = compiler
  const { void: nothing } = typesOf(compiler)
  const none = `null|${labels++}`
  const value = chainTo(compiler, expression, none, context)
  const type = compiler.currentType
  if (context === nothing || type === nothing) {
    compiler.currentType = nothing
    return module.block(none, [type === nothing ? value : module.drop(value)])
  }
  if (!type.isReference) {
    compiler.error(DiagnosticCode.Not_implemented_0, expression.range, 'Optional value')
    return module.unreachable()
  }
  compiler.currentType = type.asNullable()
  return either(compiler, none, value, compiler.makeZero(type), type)
}

/** `value` unless it leaves through `none`; then `other`. */
function either(
  { module }: CompilerInternals,
  none: string,
  value: ExpressionRef,
  other: ExpressionRef,
  type: Type,
): ExpressionRef {
  const end = `end|${labels++}`
  const body = module.block(none, [module.br(end, 0, value)])
  return module.block(end, [body, other], type.toRef())
}

/** The value of a chain; goes to `none` where it meets null. */
function chainTo(
  compiler: CompilerInternals,
  { args: [target, rest, number] }: CallExpression,
  none: string,
  context: Type,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { auto, void: nothing } = typesOf(compiler)
  const object = compiler.compileExpression(target, auto)
  const type = compiler.currentType
  const inner = flow.fork()
  const link = inner.addScopedLocal(linkName(number), type.nonNullableType)
  inner.setLocalFlag(link.index, values.LocalFlags.Initialized | values.LocalFlags.NonNull)
  compiler.currentFlow = inner
  const asked = context === nothing ? nothing : auto
  const value =
    calledName(rest) === CHAIN
      ? chainTo(compiler, rest as CallExpression, none, asked)
      : compiler.compileExpression(rest, asked)
  compiler.currentFlow = flow
  flow.mergeBranch(inner)
  const stored = module.local_tee(link.index, object, type.isManaged)
  const tested = type.isReference
    ? module.br(none, module.unary(values.UnaryOp.EqzI32, stored))
    : module.drop(stored)
  return module.block(null, [tested, value], compiler.currentType.toRef())
}

function compileOr(
  compiler: CompilerInternals,
  expression: CallExpression,
  context: Type,
): ExpressionRef {
  const { module, currentFlow: flow } = compiler
  const { auto } = typesOf(compiler)
  const [left, right] = expression.args
  const none = `null|${labels++}`
  const value =
    calledName(left) === CHAIN
      ? chainTo(compiler, left as CallExpression, none, auto)
      : compiler.compileExpression(left, context.isReference ? context.asNullable() : auto)
  const found = compiler.currentType
  if (found === typesOf(compiler).void) return withoutValue(compiler, left)
  const type = found.nonNullableType
  const present = found.isNullableReference ? unlessNull(compiler, value, found, none) : value
  const inner = flow.fork()
  compiler.currentFlow = inner
  const other = compiler.compileExpression(right, type)
  const otherType = compiler.currentType
  compiler.currentFlow = flow
  flow.mergeBranch(inner)
  const result = otherType.isNullableReference ? type.asNullable() : type
  const converted = compiler.convertExpression(other, otherType, result, false, right)
  compiler.currentType = result
  return module.block(null, [either(compiler, none, present, converted, result)], result.toRef())
}

function withoutValue(compiler: CompilerInternals, { range }: Expression): ExpressionRef {
  const { An_expression_of_type_0_cannot_be_tested_for_truthiness: code } = DiagnosticCode
  compiler.error(code, range, 'void')
  return compiler.module.unreachable()
}

function unlessNull(
  { module, currentFlow: flow }: CompilerInternals,
  value: ExpressionRef,
  type: Type,
  none: string,
): ExpressionRef {
  const local = flow.getTempLocal(type)
  const isNull = module.unary(
    values.UnaryOp.EqzI32,
    module.local_tee(local.index, value, type.isManaged),
  )
  return module.block(
    null,
    [module.br(none, isNull), module.local_get(local.index, type.toRef())],
    type.toRef(),
  )
}
