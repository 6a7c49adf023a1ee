/**
 * Methods of lists that asc has for one kind of arguments only; the others are methods of other names (additions.ts).
 *
 *     sort((a, b) => a.weight - b.weight)        a comparison that gives a floating-point number: sortBy
 *     reduce((sum, x) => sum + x)                without a value to begin with: reduceFirst
 *     Promise.all(list)                          of tasks without results: allVoid
 *     Color[Color.Red], entry[0]                 a text, the key of an entry of a Map
 */
import { Node } from 'assemblyscript'
import type {
  CallExpression,
  ElementAccessExpression,
  Expression,
  Flow,
  FunctionExpression,
  PropertyAccessExpression,
  Type,
} from 'assemblyscript'
import { arrowSignature } from './infer.ts'
import { typeIn } from './expressionTypes.ts'
import { calledName, typesOf, values } from './internals.ts'
import type { ExpressionRef, ResolverInternals } from './internals.ts'
import { Syntax } from './syntax.ts'
import type { Patch } from './patch.ts'

/** Class of the entries of Maps and lists. */
const ENTRY = '~lib/nothread/guest/generator/Entry'

/** What a call of a method becomes, if it is one of these. */
type Other = (resolver: ResolverInternals, call: CallExpression, item: Type, flow: Flow) => boolean

/** `Promise.all` and `Promise.any` as the rewrite writes them (promises.ts). */
const ofTasks = ['__promise_all', '__promise_any']

const others = new Map<string, { name: string; applies: Other }>([
  ['sort', { name: 'sortBy', applies: comparesNumbers }],
  ['toSorted', { name: 'toSortedBy', applies: comparesNumbers }],
  ['reduce', { name: 'reduceFirst', applies: (_, { args }) => args.length === 1 }],
  ['reduceRight', { name: 'reduceLast', applies: (_, { args }) => args.length === 1 }],
])

/** Extend asc by methods that choose by their arguments. */
export function patchMethods({ compiler, resolver }: Patch): void {
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const resolver = this.resolver as unknown as ResolverInternals
        const call = renamed(resolver, expression, this.currentFlow)
        return original.call(this, call, type, constraints)
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        return original.call(this, renamed(this, node, flow), flow, type, mode)
      },
  )
  resolver(
    'resolveElementAccessExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
        const { Swallow } = values.ReportMode
        const { auto } = typesOf(this.program)
        const target = this.lookupExpression(node.expression, flow, auto, Swallow)
        if (target?.kind === values.ElementKind.Enum) return this.program.stringInstance.type
        const part = partOfEntry(this, node, flow)
        return part
          ? this.resolveExpression(part, flow, type, mode)
          : original.call(this, node, flow, type, mode)
      },
  )
  compiler(
    'compileElementAccessExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        const resolver = this.resolver as unknown as ResolverInternals
        const part = partOfEntry(resolver, expression, this.currentFlow)
        return part
          ? this.compileExpression(part, type, constraints)
          : original.call(this, expression, type, constraints)
      },
  )
}

/** `entry[0]` and `entry[1]` of a Map are its key and its value. */
function partOfEntry(
  resolver: ResolverInternals,
  { expression, elementExpression, range }: ElementAccessExpression,
  flow: Flow,
): Expression | undefined {
  const index = elementExpression.range.toString()
  if (index !== '0' && index !== '1') return undefined
  const type = typeIn(flow, resolver, expression)
  if (!type?.getClass()?.internalName.startsWith(ENTRY)) return undefined
  return new Syntax(range).member(expression, index === '0' ? 'key' : 'value')
}

function renamed(resolver: ResolverInternals, call: CallExpression, flow: Flow): CallExpression {
  const name = calledName(call) ?? ''
  if (ofTasks.includes(name) && givesNothing(resolver, call.args[0], flow)) {
    return new Syntax(call.range).call(`${name}Void`, call.args) as CallExpression
  }
  if (call.expression.kind !== values.NodeKind.PropertyAccess) return call
  const { expression: list, property } = call.expression as PropertyAccessExpression
  const other = others.get(property.text)
  if (!other || call.typeArguments || call.args.length === 0) return call
  const found = typeIn(flow, resolver, list)?.getClass()
  if (!found?.internalName.startsWith('~lib/array/Array<')) return call
  const item = found.typeArguments?.[0]
  if (!item || !other.applies(resolver, call, item, flow)) return call
  const chosen = Node.createIdentifierExpression(other.name, property.range)
  const method = Node.createPropertyAccessExpression(list, chosen, call.expression.range)
  return Node.createCallExpression(method, null, call.args, call.range)
}

/** Whether a list is one of tasks without results. */
function givesNothing(resolver: ResolverInternals, list: Expression, flow: Flow): boolean {
  const { void: nothing } = typesOf(resolver.program)
  const type = typeIn(flow, resolver, list)
  const [task] = type?.getClass()?.typeArguments ?? []
  return task?.getClass()?.typeArguments?.[0] === nothing
}

function comparesNumbers(
  resolver: ResolverInternals,
  { args: [compare] }: CallExpression,
  item: Type,
  flow: Flow,
): boolean {
  return resultOf(resolver, compare, item, flow)?.isFloatValue ?? false
}

function resultOf(
  resolver: ResolverInternals,
  compare: Expression,
  item: Type,
  flow: Flow,
): Type | undefined {
  if (compare.kind === values.NodeKind.Function) {
    return arrowSignature(resolver, compare as FunctionExpression, flow, [item, item])?.returnType
  }
  const type = typeIn(flow, resolver, compare)
  return type?.getSignature()?.returnType
}
