/**
 * `[...a, x, ...b]`, written by the rewrite as `__lists(a, [x], b)`. The type of the list is that of the first list that is spread.
 */
import { DiagnosticCode } from 'assemblyscript'
import type { Class, Expression, FunctionPrototype, Type } from 'assemblyscript'
import { calledName, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

/** Name that the rewrite gives (sugar.ts). */
export const LISTS = '__lists'

/** Extend asc by lists that are spread into others. */
export function patchLists({ compiler, resolver }: Patch): void {
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        if (calledName(expression) !== LISTS)
          return original.call(this, expression, type, constraints)
        return compileLists(this, expression.args)
      },
  )
  resolver(
    'resolveCallExpression',
    (original) =>
      function (node, flow, type, mode): Type | null {
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

/** The values of a Set, or the letters of a string; lists are lists. */
function asList(part: Expression, type: Type | null): Expression {
  const name = type?.getClass()?.internalName ?? ''
  const syntax = new Syntax(part.range)
  if (name.startsWith('~lib/set/Set<')) return syntax.callMember(part, 'values')
  return name === '~lib/string/String' ? syntax.callMember(part, 'split', [syntax.text('')]) : part
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
    compiler.error(DiagnosticCode.Not_implemented_0, spread.range, 'Iteration')
    return module.unreachable()
  }
  const [first, ...others] = lists
  let all = compiler.compileExpression(first, type, values.Constraints.ConvImplicit)
  if (others.length === 0) all = callMethod(compiler, list, 'slice', [], first, all)
  for (const part of others) all = callMethod(compiler, list, 'concat', [part], part, all)
  compiler.currentType = type
  return all
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
