/**
 * The three kinds of functions that can be suspended, and what their bodies are rewritten to. R is the written result type's argument:
 *
 *     async function      Promise<R>            a task that runs at once
 *     function*           Generator<R>          runs up to the next `yield` when it is asked
 *     async function*     AsyncGenerator<R>     the same, and may await
 */
import ts from 'typescript'

/** How a kind of function is written for asc. */
export interface CoroutineForm {
  /** Names that the result type may have in the program. */
  types: readonly string[]
  /** The class of the runtime, as it is imported. */
  type: string
  /** What the body begins with, behind the making of the frame. */
  begin(result: string, line: number): string
  /** What stands behind the body. */
  end(result: string): string
  /** A `return` without a value. */
  leave(result: string): string
}

const task: CoroutineForm = {
  types: ['Promise', 'Task'],
  type: '__Task',
  begin: () => ' try {',
  end: (result) =>
    (result === 'void' ? '; return __completeVoid(__self());' : '') +
    ` } catch (__error) { return __fail<${result}>(__error, __self()); } `,
  leave: () => 'return __completeVoid(__self())',
}

const generator: CoroutineForm = {
  types: ['Generator', 'IterableIterator'],
  type: '__Generator',
  begin: (result, line) =>
    ` __beginGenerator(${line}); if (__isClosing(__self())) ${generator.leave(result)};`,
  end: (result) => `; ${generator.leave(result)}; `,
  leave: (result) => `return __endGenerator<${result}>(__self())`,
}

const stream: CoroutineForm = {
  types: ['AsyncGenerator', 'AsyncIterableIterator'],
  type: '__AsyncGenerator',
  begin: (result, line) =>
    ` try { __beginStream(${line}); if (__isStreamClosing(__self())) ${stream.leave(result)};`,
  end: (result) =>
    `; ${stream.leave(result)}; } catch (__error) { return __failStream<${result}>(__error, __self()); } `,
  leave: (result) => `return __endStream<${result}>(__self())`,
}

/** The form of a function that can be suspended; undefined for others. */
export function formOf(node: ts.SignatureDeclaration): CoroutineForm | undefined {
  if (isGenerator(node)) return isAsync(node) ? stream : generator
  return isAsync(node) ? task : undefined
}

/** `yield value` as a statement, before and behind the value. */
export function yieldText(
  form: CoroutineForm,
  result: string,
  line: number,
): { before: string; behind: string } {
  const [put, asks] =
    form === stream ? ['__yieldLater', '__isStreamClosing'] : ['__yield', '__isClosing']
  return {
    before: `{ ${put}<${result}>(`,
    behind: `, ${line}); if (${asks}(__self())) ${form.leave(result)}; }`,
  }
}

/** Types of the program that the runtime has under other names. */
const typeNames = new Map([
  ...[task, generator, stream].flatMap(({ types, type }) =>
    types.filter((name) => name !== 'Task').map((name) => [name, type] as const),
  ),
  ['Iterator', '__Iterator'],
  ['Iterable', '__Iterable'],
  ['IteratorResult', '__IteratorResult'],
  ['ReadonlyArray', 'Array'],
  ['ReadonlyMap', 'Map'],
  ['ReadonlySet', 'Set'],
])

/** Names of types that a program declares. */
export interface TypeNames {
  /** All of them, with those that it imports. */
  own: ReadonlySet<string>
  /** Enums of texts. */
  texts: ReadonlySet<string>
}

/** Whether a name is that of the result of a generator, which may have more type arguments. */
export function formOfTypeName(name: string): CoroutineForm | undefined {
  return [generator, stream].find(({ types }) => types.includes(name))
}

/** The name that a type of the language has for asc. */
export function runtimeType(name: string): string | undefined {
  return typeNames.get(name)
}

const literalTypes = /(?:'[^']*'|"[^"]*")(?:\s*\|\s*(?:'[^']*'|"[^"]*"))*/g

/** A type on one line, in asc's terms. */
export function typeText(type: ts.Node | string, { own, texts }: TypeNames): string {
  const renamed = (name: string): string => {
    if (texts.has(name)) return 'string'
    return (own.has(name) ? name : runtimeType(name)) ?? name
  }
  return (typeof type === 'string' ? type : type.getText())
    .replace(/\s+/g, ' ')
    .replace(literalTypes, 'string')
    .replace(/\bundefined\b/g, 'null')
    .replace(/\b[A-Z]\w*\b/g, renamed)
}

/** The word `async` in front of a function. */
export function asyncKeyword(node: ts.SignatureDeclaration): ts.Node | undefined {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
}

export function isAsync(node: ts.SignatureDeclaration): boolean {
  return asyncKeyword(node) !== undefined
}

export function isGenerator(node: ts.SignatureDeclaration): boolean {
  return 'asteriskToken' in node && node.asteriskToken !== undefined
}

/** The R of a result type that fits the form. */
export function formResult(type: ts.TypeNode, form: CoroutineForm): ts.TypeNode | undefined {
  if (!ts.isTypeReferenceNode(type) || !type.typeArguments?.length) return undefined
  return form.types.includes(type.typeName.getText()) ? type.typeArguments[0] : undefined
}
