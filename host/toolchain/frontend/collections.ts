/**
 * A `Set` or `Map` that is made of values.
 *
 *     new Set(list)                              __setOf(__lists(list))
 *     new Map<string, i32>([['a', 1], …])        new Map<string, i32>().set('a', 1)…
 *     new Map(entries)                           __mapOf(__lists(entries))
 */
import ts from 'typescript'
import { typeOfValue } from './plainTypes.ts'
import type { SourceText } from './source.ts'
import type { Closing, Rewriting } from './sugar.ts'

/** The import of what the rewrite puts in. */
export const collectionImport =
  'import { setOf as __setOf, mapOf as __mapOf } from "nothread/guest/sequences";'

type Filled = ts.NewExpression & { arguments: ts.NodeArray<ts.Expression> }

/** A Set or Map that is made of values. */
export function isFilledCollection(node: ts.Node): node is Filled {
  if (!ts.isNewExpression(node) || node.arguments?.length !== 1) return false
  const name = node.expression.getText()
  return name === 'Set' || name === 'Map'
}

/** The pairs of a Map that are written out. */
function pairsOf({
  expression,
  arguments: parts,
}: Filled): ts.ArrayLiteralExpression[] | undefined {
  const [list] = parts
  if (expression.getText() !== 'Map' || !ts.isArrayLiteralExpression(list)) return undefined
  const pairs = list.elements.filter(ts.isArrayLiteralExpression)
  const isPair = (pair: ts.ArrayLiteralExpression): boolean =>
    pair.elements.length === 2 && !pair.elements.some(ts.isSpreadElement)
  return pairs.length === list.elements.length && pairs.every(isPair) ? pairs : undefined
}

/** The types of a Map's keys and values where they are left out. */
function pairTypes(pairs: ts.ArrayLiteralExpression[], source: SourceText): string | undefined {
  const [first] = pairs
  if (!first) return undefined
  const types = first.elements.map((element) => typeOfValue(element, source))
  return types.includes(undefined) ? undefined : `<${types.join(', ')}>`
}

/** Whether the types of a Map that is written out do not follow from its first pair. */
export function lacksTypes(node: ts.Node, source: SourceText): boolean {
  if (!isFilledCollection(node) || node.typeArguments) return false
  const pairs = pairsOf(node)
  return pairs !== undefined && pairTypes(pairs, source) === undefined
}

/** The edits for a Set or Map that is made of values. */
export function rewriteCollection(node: Filled, rewriting: Rewriting): Closing | undefined {
  const pairs = pairsOf(node)
  if (pairs) {
    pairCalls(node, pairs, rewriting)
    return undefined
  }
  const { edits, lines } = rewriting
  const { expression } = node
  const [list] = node.arguments
  const name = expression.getText() === 'Set' ? '__setOf' : '__mapOf'
  const [start, end] = [node.getStart(), expression.getEnd()]
  edits.replace(start, end, name + lines(start, end))
  if (ts.isArrayLiteralExpression(list)) return undefined
  edits.insert(list.getStart(), '__lists(')
  return { position: list.getEnd(), text: ')' }
}

/** One call of `set` for each pair. */
function pairCalls(node: Filled, pairs: ts.ArrayLiteralExpression[], rewriting: Rewriting): void {
  const { edits, source } = rewriting
  const [list] = node.arguments
  if (!node.typeArguments) edits.insert(node.expression.getEnd(), pairTypes(pairs, source) ?? '')
  edits.replace(list.getStart(), list.getStart() + 1, ')')
  let end = list.getStart() + 1
  for (const pair of pairs) {
    edits.blank(end, pair.getStart())
    edits.replace(pair.getStart(), pair.getStart() + 1, '.set(')
    edits.replace(pair.getEnd() - 1, pair.getEnd(), ')')
    const [, value] = pair.elements
    edits.blank(value.getEnd(), pair.getEnd() - 1)
    end = pair.getEnd()
  }
  edits.blank(end, node.getEnd())
}
