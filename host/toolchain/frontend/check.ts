/**
 * What asc cannot do, or would report in words of its own: found on the syntax tree, before asc sees the text.
 */
import ts from 'typescript'
import { absentName, hugeNumber } from './absent.ts'
import { isAsync, isGenerator, formOf, formOfTypeName, formResult } from './coroutines.ts'
import { isCapture, localSymbol, ownerOf } from './captures.ts'
import { lacksTypes } from './collections.ts'
import { diagnosticAt } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { Hoists } from './hoisting.ts'
import type { TooEarly } from './hoisting.ts'
import {
  isPattern,
  isPatternTarget,
  isSupportedPattern,
  patternAssignment,
  targetsOf,
} from './patterns.ts'
import { isNullType, isTextEnum, leavesTypeOut, literalUnion, typeOfValue } from './plainTypes.ts'
import { isOfFunctionType, isValueType } from './sugar.ts'
import { isMadePromise, isPromiseMethod } from './promises.ts'
import type { SourceText } from './source.ts'

interface Message {
  cause: string
  remedy: string
}

const destructuring: Message = {
  cause: 'This form of destructuring is not supported.',
  remedy:
    'Use const { x, y } = point or const [x, y] = list with plain defaults, or read each value by its own name.',
}
const dictionary: Message = {
  cause: 'Objects with any keys are not supported.',
  remedy: 'Use a Map: new Map<string, i32>().',
}
const nestedClass: Message = {
  cause: 'A class inside a function or an expression is not supported.',
  remedy: 'Move the class to the top level of the file.',
}
const mappedTypes: Message = {
  cause: 'Types computed from other types are not supported.',
  remedy: 'Write a class or an interface with the members you need.',
}

/** Unsupported syntax by kind of node. */
const unsupported = new Map<ts.SyntaxKind, Message>([
  [
    ts.SyntaxKind.ForInStatement,
    {
      cause: 'for..in is not supported.',
      remedy: 'Use an array with a counting loop, or the keys() of a Map.',
    },
  ],
  [
    ts.SyntaxKind.TupleType,
    {
      cause: 'Tuple types are not supported.',
      remedy: 'Write a class with one field for each part, or use an array of one type.',
    },
  ],
  [ts.SyntaxKind.ClassExpression, nestedClass],
  [ts.SyntaxKind.MappedType, mappedTypes],
  [ts.SyntaxKind.ConditionalType, mappedTypes],
  [ts.SyntaxKind.IntersectionType, mappedTypes],
  [
    ts.SyntaxKind.AnyKeyword,
    {
      cause:
        'The type any is not supported: every value has a type that is known when it is compiled.',
      remedy: 'Name the type, or make the function generic.',
    },
  ],
  [
    ts.SyntaxKind.UnknownKeyword,
    {
      cause: 'The type unknown is not supported.',
      remedy: 'Name the type, or make the function generic.',
    },
  ],
  [
    ts.SyntaxKind.RegularExpressionLiteral,
    {
      cause: 'Regular expressions are not supported.',
      remedy: 'Use indexOf, includes, startsWith or a loop over charCodeAt.',
    },
  ],
  [
    ts.SyntaxKind.BigIntLiteral,
    { cause: 'BigInt literals are not supported.', remedy: 'Leave the n out and use i64 or u64.' },
  ],
  [
    ts.SyntaxKind.DeleteExpression,
    { cause: 'delete is not supported.', remedy: 'Assign null, or use a Map and its delete().' },
  ],
])

/** Errors of one file that need no types to be seen. */
export function checkSource(source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  const report = (node: ts.Node, message: Message): void => {
    const range = { start: node.getStart(source.tree), end: node.getEnd() }
    found.push(diagnosticAt(source.file, source.text, range, message))
  }
  const visit = (node: ts.Node): void => {
    const message = isIgnored(node)
      ? undefined
      : (unsupported.get(node.kind) ?? contextual(node, source))
    if (message) report(markedPart(node), message)
    checkAsync(node, report)
    if (ts.isIdentifier(node)) checkCapture(node, source, report)
    if (node.kind === ts.SyntaxKind.ThisKeyword) checkThis(node, report)
    // What is inside an unsupported construct would only repeat its error.
    if (!message) ts.forEachChild(node, visit)
  }
  ts.forEachChild(source.tree, visit)
  for (const early of new Hoists(source).tooEarly) report(early.use, tooEarly(early))
  return found
}

/** Types that nobody asks for: of caught errors, and what a generator returns and is sent. */
function isIgnored({ kind, parent }: ts.Node): boolean {
  const { AnyKeyword, UnknownKeyword, UndefinedKeyword } = ts.SyntaxKind
  if (kind === AnyKeyword || kind === UnknownKeyword) {
    if (ts.isVariableDeclaration(parent) && ts.isCatchClause(parent.parent)) return true
  } else if (kind !== UndefinedKeyword) return false
  const isForm = ts.isTypeReferenceNode(parent) && formOfTypeName(parent.typeName.getText())
  return isForm !== undefined && isForm !== false && parent.typeArguments?.[0].kind !== kind
}

/** A function that is used before it can be there. */
function tooEarly({ use, captured }: TooEarly): Message {
  const { text } = use
  if (captured !== undefined) {
    return {
      cause: `"${text}" is used here, but it captures "${captured}", which is declared behind.`,
      remedy: `Move the declaration of "${captured}" above this line.`,
    }
  }
  return {
    cause: `"${text}" is used before its declaration, which takes plain parameters in all functions of this block.`,
    remedy: `Move the declaration of "${text}" above this line, or the functions out of this one.`,
  }
}

type Report = (node: ts.Node, message: Message) => void

/** The part of an unsupported construct to put the mark under: its first token, unless it is small. */
function markedPart(node: ts.Node): ts.Node {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name)
    return node.name
  const first = node.getFirstToken()
  return first !== undefined && (ts.isStatement(node) || ts.isClassExpression(node)) ? first : node
}

const textEnum: Message = {
  cause: 'The members of an enum are either all numbers or all texts.',
  remedy: 'Make two enums, or give every member a text.',
}

function hasText({ initializer }: ts.EnumMember): boolean {
  return initializer !== undefined && ts.isStringLiteralLike(initializer)
}

/** Unsupported uses that depend on more than the kind of the node. */
function contextual(node: ts.Node, source: SourceText): Message | undefined {
  if (isPattern(node) && !isSimplePattern(node)) return destructuring
  if (isOddAssignment(node)) return destructuring
  if (ts.isUnionTypeNode(node) && !isNullable(node) && literalUnion(node) === undefined) {
    return {
      cause: 'A union of types is not supported, except T | null.',
      remedy:
        'Use one class with a field that tells the cases apart, or classes with a common base.',
    }
  }
  if (ts.isClassDeclaration(node) && functionAround(node)) return nestedClass
  if (ts.isEnumMember(node) && hasText(node) && !isTextEnum(node.parent)) {
    return textEnum
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return {
      cause: 'import() at run time is not supported.',
      remedy: 'Import the file at the top.',
    }
  }
  return (
    absentName(node, source) ??
    hugeNumber(node) ??
    missingType(node, source) ??
    otherUse(node, source) ??
    promiseUse(node)
  )
}

const loopVariables: Message = {
  cause: 'A for..of loop declares one variable, without a value.',
  remedy: 'Write: for (const value of list) { … }.',
}

/** Whether a `for..of` declares something else than one variable without a value. */
function isOddLoop(node: ts.Node): boolean {
  if (!ts.isForOfStatement(node) || !ts.isVariableDeclarationList(node.initializer)) return false
  const { declarations } = node.initializer
  return declarations.length !== 1 || declarations[0].initializer !== undefined
}

/** Whether a member overrides one of a base class, and the class has none. */
function overridesNothing(node: ts.Node): boolean {
  if (node.kind !== ts.SyntaxKind.OverrideKeyword || !ts.isClassLike(node.parent.parent))
    return false
  const clauses = node.parent.parent.heritageClauses ?? []
  return clauses.every((clause) => clause.token !== ts.SyntaxKind.ExtendsKeyword)
}

/** Forms that are supported in some places. */
function otherUse(node: ts.Node, source: SourceText): Message | undefined {
  if (overridesNothing(node)) {
    return {
      cause: 'The class of this member extends no other, so that there is nothing to override.',
      remedy: 'Leave out override, or name the base class: class A extends B.',
    }
  }
  if (isOddLoop(node)) return loopVariables
  if (ts.isMethodSignature(node) && node.questionToken) {
    return {
      cause: 'A method of an interface cannot be left out.',
      remedy: `Leave the question mark out, or write a field: ${node.name.getText()}: (() => void) | null.`,
    }
  }
  if (ts.isCallSignatureDeclaration(node) && ts.isInterfaceDeclaration(node.parent)) {
    return {
      cause: 'An interface cannot be called.',
      remedy: `Write the type of the function: type ${node.parent.name.text} = ….`,
    }
  }
  const isUnnamed = ts.isTypeLiteralNode(node) && !ts.isTypeAliasDeclaration(node.parent)
  if (isUnnamed && !node.members.some(ts.isIndexSignatureDeclaration)) {
    return {
      cause: 'The type of an object has no name here.',
      remedy: 'Give it one, and write that: type Order = { id: i32 }.',
    }
  }
  if (isUnnamedJson(node)) {
    return {
      cause: 'Nothing tells the class of this object.',
      remedy: 'Write JSON.object().set("id", 7).toString().',
    }
  }
  if (ts.isSpreadAssignment(node)) {
    return {
      cause: 'An object cannot be spread into another.',
      remedy: 'Write each field: { x: point.x, y: point.y }.',
    }
  }
  if (ts.isObjectLiteralExpression(node.parent) && isFunctionMember(node)) {
    return {
      cause: 'An object that is written out has fields only.',
      remedy: 'Declare a class with the methods, or a field with an arrow function.',
    }
  }
  if (ts.isSpreadElement(node) && ts.isNewExpression(node.parent)) {
    return {
      cause: 'A list cannot be spread into the arguments of a constructor.',
      remedy: 'Pass the list itself, or each value by its index.',
    }
  }
  if (lacksTypes(node, source)) {
    return {
      cause: 'The types of this Map are left out and do not follow from its first pair.',
      remedy: 'Write them: new Map<string, i32>([…]).',
    }
  }
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Record') return dictionary
  if (ts.isIndexSignatureDeclaration(node) && ts.isTypeLiteralNode(node.parent)) return dictionary
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) {
    return {
      cause: 'The operator in is not supported: an object has the members of its class.',
      remedy: 'Ask instanceof, or use a Map and its has().',
    }
  }
  if (ts.isTypeOperatorNode(node) && node.operator !== ts.SyntaxKind.ReadonlyKeyword) {
    return { cause: 'keyof and unique types are not supported.', remedy: 'Name the type itself.' }
  }
  const isOptional =
    (ts.isParameter(node) && !isOfFunctionType(node)) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node)
  const hasValue = 'initializer' in node && node.initializer !== undefined
  if (isOptional && node.questionToken && !hasValue && isValueType(node.type)) {
    return {
      cause: `What may be left out has type ${node.type?.getText()}, and numbers have no null.`,
      remedy: `Write ${node.name.getText()}: ${node.type?.getText()} = … with the value for it.`,
    }
  }
  if (node.kind === ts.SyntaxKind.UndefinedKeyword && !ts.isUnionTypeNode(node.parent)) {
    return {
      cause: 'The type undefined stands alone.',
      remedy: 'Use T | undefined, or void as a result.',
    }
  }
  return isDoubleAssignment(node) ? doubleAssignment : undefined
}

/** `JSON.stringify({ … })` */
function isUnnamedJson(node: ts.Node): boolean {
  return (
    ts.isObjectLiteralExpression(node) &&
    ts.isCallExpression(node.parent) &&
    node.parent.arguments[0] === node &&
    node.parent.expression.getText() === 'JSON.stringify'
  )
}

function isFunctionMember(node: ts.Node): boolean {
  return ts.isMethodDeclaration(node) || ts.isAccessor(node)
}

/** Declarations of functions and variables without the types that asc asks for. */
function missingType(node: ts.Node, source: SourceText): Message | undefined {
  if (ts.isVariableDeclaration(node) && !node.type && !node.initializer) {
    const { parent } = node.parent
    if (!ts.isVariableStatement(parent) && !ts.isForStatement(parent)) return undefined
    const name = node.name.getText()
    return {
      cause: `The variable ${name} has neither a type nor a value.`,
      remedy: `Write let ${name}: i32 = 0, with the type and the value that it has.`,
    }
  }
  const isDeclared = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
  if (isDeclared && !node.type && !formOf(node) && returnsValue(node)) {
    return {
      cause: 'This function returns a value, but its result type is not written out.',
      remedy: `Write it behind the parameters: ${node.name?.getText() ?? 'name'}(…): i32.`,
    }
  }
  if (leavesTypeOut(node) && typeOfValue(node.initializer, source) === undefined) {
    const name = node.name.getText()
    return {
      cause: `The type of ${name} is left out and does not follow from its value.`,
      remedy: `Write it behind the name: ${name}: i32 = ….`,
    }
  }
  if (!ts.isParameter(node) || node.type || node.initializer || node.dotDotDotToken)
    return undefined
  const { parent } = node
  const isOwn = ts.isFunctionDeclaration(parent) || ts.isMethodDeclaration(parent)
  if (!isOwn && !ts.isConstructorDeclaration(parent)) return undefined
  return {
    cause: 'This parameter has no type.',
    remedy: `Write it behind the name: ${node.name.getText()}: i32.`,
  }
}

const doubleAssignment: Message = {
  cause: 'The target of this assignment would be computed twice.',
  remedy: 'Keep the object in a const, and assign to its member.',
}

/** An assignment by ??=, ||= or &&= to something else than a name or a member of one. */
function isDoubleAssignment(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false
  const { QuestionQuestionEqualsToken, BarBarEqualsToken, AmpersandAmpersandEqualsToken } =
    ts.SyntaxKind
  const kinds = [QuestionQuestionEqualsToken, BarBarEqualsToken, AmpersandAmpersandEqualsToken]
  let target: ts.Expression = node.left
  while (ts.isPropertyAccessExpression(target)) target = target.expression
  const isPlain = ts.isIdentifier(target) || target.kind === ts.SyntaxKind.ThisKeyword
  return kinds.some((kind) => kind === node.operatorToken.kind) && !isPlain
}

/** A pattern whose value is there: the rewrite makes one variable of each name. */
function isSimplePattern(pattern: ts.BindingPattern): boolean {
  const declaration = pattern.parent
  if (ts.isParameter(declaration)) {
    if (!('body' in declaration.parent) || declaration.dotDotDotToken) return false
  } else if (ts.isVariableDeclaration(declaration)) {
    const isLoop = ts.isForOfStatement(declaration.parent.parent)
    if (!declaration.initializer && !isLoop) return false
  }
  return isSupportedPattern(pattern)
}

/** An assignment to a pattern that is no statement, or has other targets than variables, members and elements. */
function isOddAssignment(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node) || !isPatternTarget(node)) return false
  let outer: ts.Node = node.parent
  while (ts.isParenthesizedExpression(outer)) outer = outer.parent
  return patternAssignment(outer) !== node || targetsOf(node.left) === undefined
}

/** One type, and null or undefined. */
function isNullable(node: ts.UnionTypeNode): boolean {
  const nulls = node.types.filter(isNullType).length
  return nulls > 0 && nulls === node.types.length - 1
}

/** `Promise` as a value: there is no constructor and there are no combinators of that name. */
function promiseUse(node: ts.Node): Message | undefined {
  if (!ts.isIdentifier(node) || node.text !== 'Promise') return undefined
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node) {
    const combinator = node.parent.name.text
    if (isPromiseMethod(combinator) && ts.isCallExpression(node.parent.parent)) return undefined
    return {
      cause: `Promise.${combinator} is not available in guest programs.`,
      remedy:
        'Use Promise.all, race, any, allSettled, resolve or reject in a call, or TaskSource of "nothread/guest".',
    }
  }
  if (ts.isNewExpression(node.parent) && !isMadePromise(node.parent)) {
    return {
      cause: 'The type of this promise is left out, or the function that resolves it.',
      remedy: 'Write: new Promise<i32>((resolve, reject) => { … }).',
    }
  }
  return undefined
}

/** `await` in its place, and result types of async functions. */
function checkAsync(node: ts.Node, report: Report): void {
  if (ts.isAwaitExpression(node)) {
    const around = functionAround(node)
    if (!around) {
      report(node.getFirstToken() ?? node, {
        cause: 'await at the top level of a file is not supported.',
        remedy: 'Put it into: export async function main(): Promise<void> { … }.',
      })
    } else if (!isAsync(around)) {
      report(node.getFirstToken() ?? node, {
        cause: 'await stands in a function that is not async.',
        remedy: 'Write async before the function and Promise<…> as its result type.',
      })
    }
  }
  if (ts.isForOfStatement(node) && node.awaitModifier) checkForAwait(node, report)
  if (ts.isYieldExpression(node)) checkYield(node, report)
  if (ts.isFunctionLike(node)) checkResultType(node, report)
}

function checkForAwait(node: ts.ForOfStatement, report: Report): void {
  const around = functionAround(node)
  if (around && isAsync(around)) return
  report(node.awaitModifier ?? node, {
    cause: 'for await stands in a function that is not async.',
    remedy: 'Write async before the function and Promise<…> as its result type.',
  })
}

function checkYield(node: ts.YieldExpression, report: Report): void {
  const around = functionAround(node)
  if (!around || !isGenerator(around)) {
    report(node.getFirstToken() ?? node, {
      cause: 'yield stands in a function that is no generator.',
      remedy: 'Write function* and Generator<…> as its result type.',
    })
  } else if (!ts.isExpressionStatement(node.parent)) {
    report(node.getFirstToken() ?? node, {
      cause: 'yield gives no value here: nothing can be sent into a generator.',
      remedy: 'Write yield as a statement of its own, and pass values by a variable.',
    })
  } else if (!node.expression) {
    report(node, { cause: 'yield has no value.', remedy: 'Write the value behind it.' })
  }
}

/** Types of nothing. */
const empty = new Set([
  ...[ts.SyntaxKind.VoidKeyword, ts.SyntaxKind.UndefinedKeyword, ts.SyntaxKind.NeverKeyword],
  ...[ts.SyntaxKind.UnknownKeyword, ts.SyntaxKind.AnyKeyword],
])

/** Result types of functions that can be suspended are written out. */
function checkResultType(node: ts.SignatureDeclaration, report: Report): void {
  const form = formOf(node)
  if (!form) return
  const { type } = node
  const [name] = form.types
  const what = isGenerator(node)
    ? isAsync(node)
      ? 'async generator'
      : 'generator'
    : 'async function'
  if (type && !formResult(type, form)) {
    report(type, {
      cause: `The result type of an ${what} must be ${name}<T>.`.replace('an gen', 'a gen'),
      remedy: `Write ${name}<${isGenerator(node) ? '…' : type.getText()}>.`,
    })
  }
  const extra = type && ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []).slice(1) : []
  if (isGenerator(node) && extra.some(({ kind }) => !empty.has(kind))) {
    report(extra[0], {
      cause: 'A generator gives values by yield only: what it returns and is sent is lost.',
      remedy: `Write ${name}<${type && formResult(type, form)?.getText()}>, and pass other values by a variable.`,
    })
  }
  if (type || (!isGenerator(node) && !returnsValue(node))) return
  report(('name' in node && node.name) || node.getFirstToken() || node, {
    cause: isGenerator(node)
      ? 'The result type of this generator is not written out.'
      : 'This async function returns a value, but its result type is not written out.',
    remedy: `Write it behind the parameters, for instance: ${name}<i32>.`,
  })
}

/** A variable that an inner function captures has to be there when the function is made. */
function checkCapture(node: ts.Identifier, source: SourceText, report: Report): void {
  const symbol = localSymbol(source, node)
  if (!symbol?.valueDeclaration || !isCapture(node, symbol)) return
  const inner = outermostInside(node, ownerOf(symbol))
  const isOwnName = ts.isFunctionLike(symbol.valueDeclaration) || isInitializer(inner, symbol)
  if (isOwnName || symbol.valueDeclaration.getStart() < inner.getStart()) return
  report(node, {
    cause: `The inner function uses "${node.text}", which is declared behind it.`,
    remedy: `Move the declaration of "${node.text}" above the inner function.`,
  })
}

/** The outermost function around a node that is inside of `owner`. */
function outermostInside(node: ts.Node, owner: ts.Node | undefined): ts.Node {
  let inner = node
  for (let around = functionAround(node); around && around !== owner;) {
    inner = around
    around = functionAround(around)
  }
  return inner
}

/** Whether a function is the value that a variable is declared with. */
function isInitializer(inner: ts.Node, { valueDeclaration }: ts.Symbol): boolean {
  return (
    valueDeclaration !== undefined &&
    ts.isVariableDeclaration(valueDeclaration) &&
    valueDeclaration.initializer === inner
  )
}

/** Only arrow functions take the `this` of the method around them. */
function checkThis(node: ts.Node, report: Report): void {
  const inner = functionAround(node)
  if (!inner || ts.isArrowFunction(inner)) return
  if (!ts.isFunctionDeclaration(inner) && !ts.isFunctionExpression(inner)) return
  report(node, {
    cause: 'A function that is not a method has no "this".',
    remedy: 'Write it as an arrow function inside of a method, or pass the object as a parameter.',
  })
}

/** The function whose body or parameters a node is in. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  const around = ts.findAncestor(
    node.parent,
    (candidate) => ts.isFunctionLike(candidate) && !ts.isFunctionTypeNode(candidate),
  )
  return around as ts.SignatureDeclaration | undefined
}

/** The `T` of `Promise<T>` or `Task<T>`. */
export function asyncResult(type: ts.TypeNode): ts.TypeNode | undefined {
  if (!ts.isTypeReferenceNode(type) || type.typeArguments?.length !== 1) return undefined
  const name = type.typeName.getText()
  return name === 'Promise' || name === 'Task' ? type.typeArguments[0] : undefined
}

/** Whether a function has a `return` with a value, or an expression for a body. */
function returnsValue(node: ts.SignatureDeclaration): boolean {
  const body = 'body' in node ? (node.body as ts.Node | undefined) : undefined
  if (!body) return false
  if (!ts.isBlock(body)) return true
  const search = (inner: ts.Node): boolean =>
    (ts.isReturnStatement(inner) && inner.expression !== undefined) ||
    (!ts.isFunctionLike(inner) && ts.forEachChild(inner, search) === true)
  return search(body)
}
