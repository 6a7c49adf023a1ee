/**
 * `__maybe(map.get(key))`: null where there is nothing. The library has a second method for each of these that gives no object then
 * (additions.ts). Numbers have no null, so that theirs are asked for only where `??` has something in their place:
 *
 *     __or(__maybe(map.get(key)), other)     (m = map, k = key, m.has(k)) ? m.get(k) : other
 */
import { Node } from 'assemblyscript'
import type { CallExpression, Expression, PropertyAccessExpression, Type } from 'assemblyscript'
import { typeIn } from './expressionTypes.ts'
import { calledName, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef, ResolverInternals } from './internals.ts'
import { OR } from './optional.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

/** Name that the rewrite gives (rewrite.ts). */
const MAYBE = '__maybe'

/** The methods without an object, by the class and method of the call. */
const others = new Map([
  ['map/Map.get', 'maybeGet'],
  ...['pop', 'shift', 'at', 'find', 'findLast'].map(
    (name) => [`array/Array.${name}`, `maybe${name[0].toUpperCase()}${name.slice(1)}`] as const,
  ),
])

/** A call of one of the methods. */
interface MaybeCall {
  object: Expression
  /** Class and method. */
  method: string
  type: Type
  args: Expression[]
}

/** Extend asc by calls whose results may be missing. */
export function patchMissing({ compiler, resolver }: Patch): void {
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        if (calledName(expression) === OR) {
          const number = numberOr(this, expression, type)
          if (number !== undefined) return number
        }
        if (calledName(expression) !== MAYBE)
          return original.call(this, expression, type, constraints)
        const resolver = this.resolver as unknown as ResolverInternals
        const [call] = expression.args as [CallExpression]
        const other = withoutObject(resolver, call, this.currentFlow)
        const value = this.compileExpression(other ?? call, type)
        if (other) this.currentType = this.currentType.asNullable()
        return value
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        if (calledName(node) !== MAYBE) return original.call(this, node, flow, type, mode)
        const [call] = node.args as [CallExpression]
        const other = withoutObject(this, call, flow)
        const found = this.resolveExpression(other ?? call, flow, type, mode)
        return other && found ? found.asNullable() : found
      },
  )
}

/** What a call asks for, if it is one of the methods. */
function maybeCall(
  resolver: ResolverInternals,
  { expression, args }: CallExpression,
  flow: CompilerInternals['currentFlow'],
): MaybeCall | undefined {
  const { expression: object, property } = expression as PropertyAccessExpression
  const type = typeIn(flow, resolver, object)
  const name = /^~lib\/([a-z]+\/\w+)</.exec(type?.getClass()?.internalName ?? '')?.[1]
  const method = `${name ?? ''}.${property.text}`
  return type && others.has(method) ? { object, method, type, args } : undefined
}

/** The call of the other method, if the result is an object. */
function withoutObject(
  resolver: ResolverInternals,
  call: CallExpression,
  flow: CompilerInternals['currentFlow'],
): CallExpression | undefined {
  const found = maybeCall(resolver, call, flow)
  if (!found || !isObject(found)) return undefined
  const name = others.get(found.method) ?? ''
  return new Syntax(call.range).callMember(found.object, name, found.args) as CallExpression
}

function isObject({ type }: MaybeCall): boolean {
  return type.getClass()?.typeArguments?.at(-1)?.isReference ?? false
}

/** `??` behind a call whose result is a number. */
function numberOr(
  compiler: CompilerInternals,
  { args: [left, right], range }: CallExpression,
  context: Type,
): ExpressionRef | undefined {
  if (calledName(left) !== MAYBE) return undefined
  const flow = compiler.currentFlow
  const resolver = compiler.resolver as unknown as ResolverInternals
  const call = maybeCall(resolver, (left as CallExpression).args[0] as CallExpression, flow)
  if (!call || isObject(call)) return undefined
  const inner = flow.fork()
  compiler.currentFlow = inner
  const { auto, i32 } = typesOf(compiler)
  const item = call.type.getClass()?.typeArguments?.[0] ?? auto
  const isIndex = call.method.endsWith('at') || /\.find/.test(call.method)
  const syntax = new Syntax(range)
  const [object, key] = syntax.names('object', 'key')
  const declare = (name: string, type: Type): void => {
    inner.setLocalFlag(inner.addScopedLocal(name, type).index, values.LocalFlags.Initialized)
  }
  declare(object, call.type)
  if (isIndex || call.args.length > 0) declare(key, isIndex ? i32 : item)
  const { test, value } = parts(syntax, call, syntax.name(object), syntax.name(key))
  const asked = syntax.comma([syntax.assign(syntax.name(object), call.object), ...test])
  const chosen = Node.createTernaryExpression(asked, value, right, range)
  const result = call.type.getClass()?.typeArguments?.at(-1) ?? context
  const compiled = compiler.compileExpression(chosen, result)
  compiler.currentFlow = flow
  flow.mergeBranch(inner)
  return compiled
}

/** How to ask whether there is something, and what it is. */
function parts(
  syntax: Syntax,
  { method, args }: MaybeCall,
  object: Expression,
  key: Expression,
): { test: Expression[]; value: Expression } {
  const name = method.slice(method.indexOf('.') + 1)
  const ask = (asked: string): Expression => syntax.callMember(object, asked, [key])
  switch (name) {
    case 'get':
      return { test: [syntax.assign(key, args[0]), ask('has')], value: ask('get') }
    case 'at':
      return { test: [syntax.assign(key, args[0]), ask('hasIndex')], value: ask('at') }
    case 'find':
    case 'findLast': {
      const index = syntax.callMember(object, `${name}Index`, args)
      return {
        test: [syntax.assign(key, index), ask('isFound')],
        value: syntax.element(object, key),
      }
    }
    default: {
      const isThere = syntax.callMember(object, 'hasIndex', [syntax.number(0)])
      return { test: [isThere], value: syntax.callMember(object, name) }
    }
  }
}
