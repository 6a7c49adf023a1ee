/**
 * `[...a, x, ...b]`, written by the rewrite as `__lists(a, [x], b)`. What is spread may be anything that gives values. The type of the list is that of the first list that is spread.
 */
import { DiagnosticCode } from 'assemblyscript'
import type {
  CallExpression,
  Class,
  Expression,
  Flow,
  Function,
  FunctionPrototype,
  Type,
} from 'assemblyscript'
import { typeIn } from './expressionTypes.ts'
import { calledName, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef, ResolverInternals } from './internals.ts'
import { libraryInstance } from './library.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

/** Name that the rewrite gives (sugar.ts). */
export const LISTS = '__lists'
/** Names of calls that are made here. */
const LETTERS = '~letters'
const COLLECTED = '~collected'

/** Extend asc by lists that are spread into others. */
export function patchLists({ compiler, resolver }: Patch): void {
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        if (isListCall(expression)) {
          const resolver = this.resolver as unknown as ResolverInternals
          const found = listFunction(resolver, expression, this.currentFlow)
          return found
            ? this.compileCallDirect(found, expression.args, expression)
            : notIterable(this, expression)
        }
        if (calledName(expression) !== LISTS)
          return original.call(this, expression, type, constraints)
        return compileLists(this, expression.args)
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        if (isListCall(node)) return listFunction(this, node, flow)?.signature.returnType ?? null
        if (calledName(node) !== LISTS) return original.call(this, node, flow, type, mode)
        const spread = node.args.find((part) => !isLiteral(part)) ?? node.args[0]
        const found = this.resolveExpression(spread, flow)
        const list = asList(spread, found)
        // Once only: lists in lists would take twice as long with each level.
        return list === spread ? found : this.resolveExpression(list, flow)
      },
  )
}

/** A list that is written out, which takes its type from the others. */
function isLiteral(part: Expression): boolean {
  if (part.kind !== values.NodeKind.Literal) return false
  const { literalKind } = part as Expression & { literalKind: number }
  return literalKind === values.LiteralKind.Array
}

/** The list of what a value gives: of a Set, Map, text or generator, or of an object with an iterator. Lists are lists. */
function asList(part: Expression, type: Type | null): Expression {
  const found = type?.getClass()
  if (!found) return part
  const name = found.internalName
  const syntax = new Syntax(part.range)
  if (name.startsWith('~lib/set/Set<')) return syntax.callMember(part, 'values')
  if (name.startsWith('~lib/map/Map<')) return syntax.callMember(part, 'entries')
  if (name === '~lib/string/String') return syntax.call(LETTERS, [part])
  if (found.getMember('__iterator')) {
    return syntax.call(COLLECTED, [syntax.callMember(part, '__iterator')])
  }
  const isIterator = found.getMember('next') !== null && found.getMember('length') === null
  return isIterator ? syntax.call(COLLECTED, [part]) : part
}

/** The function of the runtime for `__letters(text)` or `__collected(iterator)`. */
function listFunction(
  resolver: ResolverInternals,
  call: CallExpression,
  flow: Flow,
): Function | null {
  if (calledName(call) === LETTERS) return libraryInstance(resolver, 'letters', null)
  const iterator = typeIn(flow, resolver, call.args[0])
  const next = new Syntax(call.range).callMember(call.args[0], 'next')
  const value = new Syntax(call.range).member(next, 'value')
  const item = typeIn(flow, resolver, value)
  return iterator && item && libraryInstance(resolver, 'collected', [iterator, item])
}

function isListCall(expression: Expression): boolean {
  const name = calledName(expression)
  return name === LETTERS || name === COLLECTED
}

function compileLists(compiler: CompilerInternals, parts: Expression[]): ExpressionRef {
  const { resolver, module } = compiler
  const typeOf = (part: Expression): Type | null =>
    resolver.resolveExpression(part, compiler.currentFlow)
  const lists = parts.map((part) => (isLiteral(part) ? part : asList(part, typeOf(part))))
  const spread = lists.find((part) => !isLiteral(part)) ?? lists[0]
  const type = typeOf(spread)
  if (!type) return module.unreachable()
  const list = type.getClass()
  if (!list?.internalName.startsWith('~lib/array/Array<')) {
    return notIterable(compiler, spread)
  }
  const [first, ...others] = lists
  let all = compiler.compileExpression(first, type, values.Constraints.ConvImplicit)
  if (others.length === 0) all = callMethod(compiler, list, 'slice', [], first, all)
  for (const part of others) all = callMethod(compiler, list, 'concat', [part], part, all)
  compiler.currentType = type
  return all
}

function notIterable(compiler: CompilerInternals, { range }: Expression): ExpressionRef {
  compiler.error(DiagnosticCode.Not_implemented_0, range, 'Iteration')
  return compiler.module.unreachable()
}

function callMethod(
  compiler: CompilerInternals,
  list: Class,
  name: string,
  parameters: Expression[],
  node: Expression,
  object: ExpressionRef,
): ExpressionRef {
  const method = compiler.resolver.resolveFunction(list.getMember(name) as FunctionPrototype, null)
  if (!method) return compiler.module.unreachable()
  return compiler.compileCallDirect(method, parameters, node, object)
}
