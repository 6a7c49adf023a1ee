/**
 * Forms that asc's parser does not know, written as calls and declarations that it does; language/*.ts give the calls their meaning.
 *
 *     a?.b.c            __chain(a, __it0.b.c, 0)          name: while (…) …      __label_name; while (…) …
 *     a ?? b            __or(a, b)                        [...a, x]              __lists(a, [x])
 *     a ??= b           a = __or(a, b)                    x?: T                  x: T | null = null
 *     undefined         null                              #x                     __x
 */
import ts from 'typescript'
import type { TypeNames } from './coroutines.ts'
import type { EditList } from './edits.ts'
import { hasNull } from './plainTypes.ts'
import type { SourceText } from './source.ts'
import { typeForms } from './typeForms.ts'

/** What the rewrite of a form needs to know. */
export interface Rewriting {
  edits: EditList
  text: string
  source: SourceText
  names: TypeNames
  /** The line breaks of a range. */
  lines: (start: number, end: number) => string
  /** A name or member as it stands in the rewritten text. */
  place(node: ts.Expression): string
  /** A number that no other chain has. */
  number(): number
}

type Rewrite = (node: ts.Node, rewriting: Rewriting) => Closing | undefined

/** Text to put in behind a node. */
export interface Closing {
  position: number
  text: string
}

/** Types whose values cannot be null. */
const valueTypes = /^(?:bool|boolean|number|[iu](?:8|16|32|64|size)|[iu]size|f32|f64)$/

/** Whether a type has no null. */
export function isValueType(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && valueTypes.test(type.getText())
}

/** The edits for a node; the result is what belongs at its end. */
export function rewriteForm(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  return forms.get(node.kind)?.(node, rewriting)
}

const forms = new Map<ts.SyntaxKind, Rewrite>([
  ...typeForms,
  [ts.SyntaxKind.PropertyAccessExpression, chain],
  [ts.SyntaxKind.ElementAccessExpression, chain],
  [ts.SyntaxKind.CallExpression, chain],
  [ts.SyntaxKind.NonNullExpression, chain],
  [ts.SyntaxKind.BinaryExpression, binary],
  [ts.SyntaxKind.LabeledStatement, label],
  [ts.SyntaxKind.ArrayLiteralExpression, list],
  [ts.SyntaxKind.Parameter, optional],
  [ts.SyntaxKind.PropertyDeclaration, optional],
  [ts.SyntaxKind.PropertySignature, optional],
  [ts.SyntaxKind.AsExpression, constant],
  [ts.SyntaxKind.SatisfiesExpression, satisfied],
  [ts.SyntaxKind.Identifier, undefinedValue],
  [ts.SyntaxKind.PrivateIdentifier, privateName],
  [ts.SyntaxKind.ImportClause, typeImport],
  [ts.SyntaxKind.ImportSpecifier, typeImport],
  [ts.SyntaxKind.ExportDeclaration, typeImport],
  [ts.SyntaxKind.ExportSpecifier, typeImport],
])

/** The outermost part of an optional chain is rewritten as a whole. */
function chain(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  const { edits, text } = rewriting
  if (!ts.isOptionalChain(node) || isInnerLink(node)) return undefined
  const marks = questionMarks(node)
  edits.insert(node.getStart(), '__chain(')
  const numbers = marks.map(() => rewriting.number())
  marks.forEach((mark, index) => {
    const next = text.slice(mark.getEnd()).trimStart()
    const isMember = next[0] !== '(' && next[0] !== '['
    const inner = index < marks.length - 1 ? '__chain(' : ''
    const link = `__it${numbers[index]}${isMember ? '.' : ''}`
    edits.replace(mark.getStart(), mark.getEnd(), `, ${inner}${link}`)
  })
  const closing = [...numbers].reverse().map((value) => `, ${value})`)
  return { position: node.getEnd(), text: closing.join('') }
}

/** Whether the chain goes on around a part of it. */
function isInnerLink(node: ts.Node): boolean {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
    ts.isOptionalChain(parent) &&
    parent.expression === node
  )
}

/** The `?.` of a chain from left to right. */
function questionMarks(node: ts.Node): ts.Node[] {
  const marks: ts.Node[] = []
  for (let link = node; ts.isOptionalChain(link); link = link.expression) {
    if (!ts.isNonNullChain(link) && link.questionDotToken) marks.unshift(link.questionDotToken)
  }
  return marks
}

/** `??`, and assignments that depend on what is there. */
function binary(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  const { edits } = rewriting
  if (!ts.isBinaryExpression(node)) return undefined
  const { left, right, operatorToken: operator } = node
  const between = rewriting.lines(left.getEnd(), right.getStart())
  switch (operator.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
      edits.insert(node.getStart(), '__or(')
      edits.replace(operator.getStart(), operator.getEnd(), ',')
      return { position: node.getEnd(), text: ')' }
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      edits.replace(left.getEnd(), right.getStart(), ` = __or(${rewriting.place(left)}, ${between}`)
      return { position: node.getEnd(), text: ')' }
    case ts.SyntaxKind.BarBarEqualsToken:
    case ts.SyntaxKind.AmpersandAmpersandEqualsToken: {
      const plain = operator.getText().slice(0, 2)
      edits.replace(
        left.getEnd(),
        right.getStart(),
        ` = ${rewriting.place(left)} ${plain} (${between}`,
      )
      return { position: node.getEnd(), text: ')' }
    }
    default:
      return undefined
  }
}

function label(node: ts.Node, rewriting: Rewriting): Closing | undefined {
  const { edits } = rewriting
  if (!ts.isLabeledStatement(node)) return undefined
  const { label: name, statement } = node
  const between = rewriting.lines(name.getEnd(), statement.getStart())
  edits.replace(node.getStart(), statement.getStart(), `{ __label_${name.text}; ${between}`)
  return { position: node.getEnd(), text: ' }' }
}

/** Runs of plain elements become lists of their own. */
function list(node: ts.Node, { edits }: Rewriting): Closing | undefined {
  if (!ts.isArrayLiteralExpression(node) || !node.elements.some(ts.isSpreadElement))
    return undefined
  const { elements } = node
  const [open, close] = [node.getStart(), node.getEnd() - 1]
  edits.replace(open, open + 1, `__lists(${ts.isSpreadElement(elements[0]) ? '' : '['}`)
  elements.forEach((element, index) => {
    const isLast = index === elements.length - 1
    const isPlain = !ts.isSpreadElement(element)
    if (!isPlain) edits.blank(element.getStart(), element.expression.getStart())
    if (isLast) {
      if (isPlain) edits.insert(element.getEnd(), ']')
      return
    }
    const nextIsPlain = !ts.isSpreadElement(elements[index + 1])
    if (isPlain && !nextIsPlain) edits.insert(element.getEnd(), ']')
    if (!isPlain && nextIsPlain) edits.insert(elements[index + 1].getStart(), '[')
  })
  edits.replace(close, close + 1, ')')
  return undefined
}

/** What may be left out is null then. */
function optional(node: ts.Node, { edits }: Rewriting): Closing | undefined {
  if (!isField(node) && !ts.isParameter(node)) return undefined
  const { questionToken, type } = node
  const initializer = 'initializer' in node ? node.initializer : undefined
  if (!questionToken || !type || initializer) return undefined
  const isNullable = hasNull(type) || isValueType(type)
  if (isOfFunctionType(node)) return { position: type.getEnd(), text: isNullable ? '' : ' | null' }
  edits.blank(questionToken.getStart(), questionToken.getEnd())
  if (isNullable) return { position: type.getEnd(), text: ' = null' }
  const isFunction = ts.isFunctionTypeNode(type)
  if (isFunction) edits.insert(type.getStart(), '(')
  return { position: type.getEnd(), text: `${isFunction ? ')' : ''} | null = null` }
}

function isField(node: ts.Node): node is ts.PropertyDeclaration | ts.PropertySignature {
  return ts.isPropertyDeclaration(node) || ts.isPropertySignature(node)
}

/** A parameter in the type of a function: the function itself knows what stands for it. */
export function isOfFunctionType({ parent }: ts.Node): boolean {
  return ts.isFunctionTypeNode(parent)
}

function undefinedValue(node: ts.Node, { edits }: Rewriting): undefined {
  if (!ts.isIdentifier(node) || node.text !== 'undefined') return
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return
  edits.replace(node.getStart(), node.getEnd(), 'null')
}

/** `as const`: literals have their type anyway. */
function constant(node: ts.Node, { edits }: Rewriting): undefined {
  if (!ts.isAsExpression(node) || node.type.getText() !== 'const') return
  edits.blank(node.expression.getEnd(), node.getEnd())
}

/** A type that is only to be compared with. */
function satisfied(node: ts.Node, { edits }: Rewriting): undefined {
  if (ts.isSatisfiesExpression(node)) edits.blank(node.expression.getEnd(), node.getEnd())
}

function privateName(node: ts.Node, { edits }: Rewriting): undefined {
  edits.replace(node.getStart(), node.getStart() + 1, '__')
}

/** asc makes no difference between types and values. */
function typeImport(node: ts.Node, { edits, text }: Rewriting): undefined {
  const isType = (node as ts.ImportClause | ts.ImportSpecifier).isTypeOnly
  if (!isType) return
  const start = text.indexOf('type', node.getStart())
  edits.blank(start, start + 'type'.length)
}
