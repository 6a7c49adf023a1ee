/**
 * Types in the program's text that asc knows under another name or not at all, and types that are left out where asc asks for one.
 *
 *     count = 0                      count: i32 = 0                  'left' | 'right'        string
 *     names = new Map<string, T>()   names: Map<string, T> = …       x is Cat, never         bool, void
 *     f(a: T, limit = 1.5)           f(a: T, limit: f64 = 1.5)       Readonly<T>             T
 */
import ts from 'typescript'
import { isAsync } from './coroutines.ts'
import { returnsValue } from './nodes.ts'
import type { SourceText } from './source.ts'

const INT32_LIMIT = 2 ** 31

/** Operators between numbers whose result has the type of the operands. */
const arithmetic = new Set([
  ...[ts.SyntaxKind.PlusToken, ts.SyntaxKind.MinusToken, ts.SyntaxKind.AsteriskToken],
  ...[ts.SyntaxKind.SlashToken, ts.SyntaxKind.PercentToken, ts.SyntaxKind.AmpersandToken],
  ...[ts.SyntaxKind.BarToken, ts.SyntaxKind.CaretToken, ts.SyntaxKind.LessThanLessThanToken],
])

/** The type of a value that is written out, as asc would conclude it; undefined if it does not follow from the text. */
export function typeOfValue(value: ts.Expression, source: SourceText): string | undefined {
  if (ts.isParenthesizedExpression(value)) return typeOfValue(value.expression, source)
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return 'string'
  if (ts.isNumericLiteral(value)) return numberType(value.getText())
  if (isTruth(value)) return 'bool'
  if (ts.isNewExpression(value)) return madeType(value)
  if (ts.isAsExpression(value) || ts.isTypeAssertionExpression(value)) return value.type.getText()
  if (ts.isPrefixUnaryExpression(value)) return signedType(value, source)
  if (ts.isBinaryExpression(value)) return combinedType(value, source)
  if (ts.isArrayLiteralExpression(value)) return listType(value, source)
  if (ts.isArrowFunction(value)) return functionType(value)
  if (ts.isPropertyAccessExpression(value)) return memberType(value, source)
  return ts.isIdentifier(value) ? namedType(value, source) : undefined
}

function numberType(text: string): string {
  const isInteger = /^0[xob]/i.test(text) || !/[.e]/i.test(text)
  if (!isInteger) return 'f64'
  return Number(text.replace(/_/g, '')) < INT32_LIMIT ? 'i32' : 'i64'
}

function isTruth({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword
}

/** `new Map<string, i32>()`; without type arguments the class must have no parameters of its own. */
function madeType({ expression, typeArguments }: ts.NewExpression): string | undefined {
  const name = expression.getText()
  if (typeArguments) return `${name}<${typeArguments.map((type) => type.getText()).join(', ')}>`
  return name === 'Map' || name === 'Set' || name === 'Array' ? undefined : name
}

function signedType(
  { operator, operand }: ts.PrefixUnaryExpression,
  source: SourceText,
): string | undefined {
  if (operator === ts.SyntaxKind.ExclamationToken) return 'bool'
  return typeOfValue(operand, source)
}

function combinedType(value: ts.BinaryExpression, source: SourceText): string | undefined {
  const { kind } = value.operatorToken
  if (!arithmetic.has(kind)) return undefined
  const [left, right] = [value.left, value.right].map((side) => typeOfValue(side, source))
  if (left === right) return left
  if (kind === ts.SyntaxKind.PlusToken && (left === 'string' || right === 'string')) return 'string'
  const both = [left, right]
  return both.includes('f64') && both.includes('i32') ? 'f64' : undefined
}

function listType({ elements }: ts.ArrayLiteralExpression, source: SourceText): string | undefined {
  const types = new Set(elements.map((element) => typeOfValue(element, source)))
  const [type] = types
  if (types.has('f64') && types.has('i32') && types.size === 2) return 'f64[]'
  return types.size === 1 && type !== undefined && /^[\w.<>]+$/.test(type) ? `${type}[]` : undefined
}

/** A function that says its types, or whose body is a block that returns nothing. */
function functionType(value: ts.ArrowFunction): string | undefined {
  const { parameters, type } = value
  if (isAsync(value) || parameters.some((parameter) => !parameter.type)) return undefined
  if (!type && returnsValue(value)) return undefined
  const types = parameters.map(
    ({ name, type: written }) => `${name.getText()}: ${written?.getText() ?? ''}`,
  )
  return `(${types.join(', ')}) => ${type?.getText() ?? 'void'}`
}

/** A member of an enum of the file. */
function memberType(
  { expression }: ts.PropertyAccessExpression,
  source: SourceText,
): string | undefined {
  if (!ts.isIdentifier(expression)) return undefined
  const declaration = declarationOf(expression, source)
  if (!declaration || !ts.isEnumDeclaration(declaration)) return undefined
  return isTextEnum(declaration) ? 'string' : expression.text
}

/** A variable of the file that says its type, or whose value does. */
function namedType(name: ts.Identifier, source: SourceText): string | undefined {
  const declaration = declarationOf(name, source)
  if (!declaration || !ts.isVariableDeclaration(declaration)) return undefined
  const { type, initializer } = declaration
  if (type) return type.getText()
  const isOwn =
    initializer && initializer.getStart() <= name.getStart() && name.end <= initializer.end
  return initializer && !isOwn ? typeOfValue(initializer, source) : undefined
}

function declarationOf(name: ts.Identifier, source: SourceText): ts.Declaration | undefined {
  return source.checker.getSymbolAtLocation(name)?.declarations?.[0]
}

/** Whether asc asks for a type that a field or parameter leaves out. */
export function leavesTypeOut(
  node: ts.Node,
): node is (ts.PropertyDeclaration | ts.ParameterDeclaration) & { initializer: ts.Expression } {
  if (ts.isPropertyDeclaration(node)) return !node.type && node.initializer !== undefined
  if (!ts.isParameter(node) || node.type || !node.initializer || node.dotDotDotToken) return false
  return !ts.isArrowFunction(node.parent) || ts.isIdentifier(node.name)
}

/** Whether all members of an enum are texts: it becomes a namespace of constants, and its type is string. */
export function isTextEnum({ members }: ts.EnumDeclaration): boolean {
  return (
    members.length > 0 &&
    members.every(
      ({ name, initializer }) =>
        initializer && ts.isStringLiteralLike(initializer) && ts.isIdentifier(name),
    )
  )
}

/** The names of enums of texts that a file declares. */
export function textEnums(tree: ts.SourceFile): Set<string> {
  const found = tree.statements.filter(ts.isEnumDeclaration).filter(isTextEnum)
  return new Set(found.map(({ name }) => name.text))
}

/** What a literal is as a type. */
export function literalType(type: ts.TypeNode): string | undefined {
  if (ts.isTemplateLiteralTypeNode(type)) return 'string'
  if (ts.isParenthesizedTypeNode(type)) return literalType(type.type)
  if (!ts.isLiteralTypeNode(type)) return undefined
  const { literal } = type
  if (ts.isStringLiteralLike(literal)) return 'string'
  if (isTruth(literal)) return 'bool'
  if (ts.isNumericLiteral(literal)) return numberType(literal.getText())
  const isSigned = ts.isPrefixUnaryExpression(literal) && ts.isNumericLiteral(literal.operand)
  return isSigned ? numberType(literal.operand.getText()) : undefined
}

/** Whether a type stands for null. */
export function isNullType(type: ts.TypeNode): boolean {
  return (
    type.kind === ts.SyntaxKind.UndefinedKeyword ||
    (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword)
  )
}

/** Whether null is among the types of a union. */
export function hasNull(type: ts.TypeNode): boolean {
  return ts.isUnionTypeNode(type) && type.types.some(isNullType)
}

/** `'left' | 'right'`, `0 | 1 | null`: the one type that all literals of a union have. */
export function literalUnion({ types }: ts.UnionTypeNode): string | undefined {
  const found = new Set(types.filter((type) => !isNullType(type)).map(literalType))
  const [type] = found
  if (found.size === 2 && found.has('f64') && found.has('i32')) return 'f64'
  if (found.size !== 1 || type === undefined) return undefined
  return type === 'string' && types.some(isNullType) ? 'string | null' : type
}
