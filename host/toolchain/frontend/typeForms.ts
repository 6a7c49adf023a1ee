/**
 * Types that asc writes in another way (see plainTypes.ts).
 */
import ts from 'typescript'
import { formOfTypeName, typeText } from './coroutines.ts'
import { isNullType, leavesTypeOut, literalType, literalUnion, typeOfValue } from './plainTypes.ts'
import type { Closing, Rewriting } from './sugar.ts'

type Rewrite = (node: ts.Node, rewriting: Rewriting) => Closing | undefined

/** Rewrites by kind of node. */
export const typeForms: [ts.SyntaxKind, Rewrite][] = [
  [ts.SyntaxKind.UnionType, union],
  [ts.SyntaxKind.LiteralType, literal],
  [ts.SyntaxKind.TemplateLiteralType, literal],
  [ts.SyntaxKind.TypeOperator, readonlyType],
  [ts.SyntaxKind.TypePredicate, predicate],
  [ts.SyntaxKind.NeverKeyword, never],
  [ts.SyntaxKind.TypeReference, reference],
]

/** `undefined` in a union is null, once; literals of one type are that type. */
function union(node: ts.Node, { edits, text, lines }: Rewriting): undefined {
  if (!ts.isUnionTypeNode(node)) return
  const plain = literalUnion(node)
  if (plain !== undefined) {
    const [start, end] = [node.getStart(), node.getEnd()]
    edits.replace(start, end, plain + lines(start, end))
    return
  }
  const found = node.types.find(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword)
  if (!found) return
  if (node.types.length === 2) {
    edits.replace(found.getStart(), found.getEnd(), 'null')
    return
  }
  const before = text.lastIndexOf('|', found.getStart())
  const from = found === node.types[0] ? found.getStart() : before
  const to = found === node.types[0] ? text.indexOf('|', found.getEnd()) + 1 : found.getEnd()
  edits.blank(from, to)
}

function literal(node: ts.Node, { edits, lines }: Rewriting): undefined {
  let around = node.parent
  while (ts.isParenthesizedTypeNode(around)) around = around.parent
  if (ts.isUnionTypeNode(around) && literalUnion(around) !== undefined) return
  const type = literalType(node as ts.TypeNode)
  if (type === undefined || isNullType(node as ts.TypeNode)) return
  const [start, end] = [node.getStart(), node.getEnd()]
  edits.replace(start, end, type + lines(start, end))
}

/** A list that is not to be changed is a list. */
function readonlyType(node: ts.Node, { edits }: Rewriting): undefined {
  if (ts.isTypeOperatorNode(node)) edits.blank(node.getStart(), node.type.getStart())
}

/** What a test tells is the business of narrowing.ts. */
function predicate(node: ts.Node, { edits, lines }: Rewriting): undefined {
  if (!ts.isTypePredicateNode(node)) return
  const [start, end] = [node.getStart(), node.getEnd()]
  edits.replace(start, end, (node.assertsModifier ? 'void' : 'bool') + lines(start, end))
}

/** A function that never returns gives nothing; a variable that never has a value has some type. */
function never({ parent, ...node }: ts.Node, { edits }: Rewriting): undefined {
  if (ts.isFunctionLike(parent)) edits.replace(node.end - 'never'.length, node.end, 'void')
  else if (ts.isVariableDeclaration(parent)) edits.blank(parent.name.getEnd(), node.end)
}

/** `Readonly<T>` is T, and a generator has one type only. */
function reference(node: ts.Node, { edits }: Rewriting): Closing | undefined {
  if (!ts.isTypeReferenceNode(node)) return undefined
  const { typeName, typeArguments } = node
  const [first] = typeArguments ?? []
  if (!typeArguments || !first) return undefined
  const last = typeArguments[typeArguments.length - 1]
  if (typeName.getText() === 'Readonly') {
    edits.blank(node.getStart(), first.getStart())
    edits.blank(last.getEnd(), node.getEnd())
  } else if (formOfTypeName(typeName.getText())) edits.blank(first.getEnd(), last.getEnd())
  return undefined
}

/** The type of a field or parameter whose value tells it. */
export function rewriteOmittedType(node: ts.Node, { edits, source, names }: Rewriting): void {
  if (!leavesTypeOut(node)) return
  const type = typeOfValue(node.initializer, source)
  if (type === undefined) return
  const end =
    (ts.isPropertyDeclaration(node) && node.exclamationToken?.getEnd()) || node.name.getEnd()
  edits.insert(end, `: ${typeText(type, names)}`)
}
