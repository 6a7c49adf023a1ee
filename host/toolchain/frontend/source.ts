/**
 * A source text parsed by the TypeScript compiler: syntax tree, names and syntax errors. Types are asc's business.
 */
import ts from 'typescript'
import { diagnosticAt } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'

/** A parsed file. */
export interface SourceText {
  file: string
  text: string
  tree: ts.SourceFile
  /** Finds the declaration of a name. */
  checker: ts.TypeChecker
}

const options: ts.CompilerOptions = {
  noLib: true,
  noResolve: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
}

const internalName = '/source.ts'

/** Parse one file; imports are not followed. */
export function parseSource(file: string, text: string): SourceText {
  const tree = ts.createSourceFile(internalName, text, ts.ScriptTarget.ES2022, true)
  const host: ts.CompilerHost = {
    getSourceFile: (name) => (name === internalName ? tree : undefined),
    getDefaultLibFileName: () => '',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => name === internalName,
    readFile: () => undefined,
  }
  const program = ts.createProgram({ rootNames: [internalName], options, host })
  return { file, text, tree, checker: program.getTypeChecker() }
}

/** Names that a file declares or imports at its top level. */
export function namesOf(tree: ts.SourceFile): Set<string> {
  const { locals } = tree as ts.SourceFile & { locals?: Map<ts.__String, ts.Symbol> }
  return new Set([...(locals?.keys() ?? [])].map((name) => ts.unescapeLeadingUnderscores(name)))
}

/** Remedies for syntax errors, by TypeScript's error number. */
const syntaxRemedies: Record<number, string> = {
  1002: 'Close the string with the quote it began with.',
  1003: 'Write a name here.',
  1005: 'Add the missing character, or remove what stands in its place.',
  1010: 'Close the comment with */.',
  1109: 'Write a value here, or remove the operator before it.',
  1127: 'Remove the character.',
  1128: 'Look for a brace too many, or a missing one above.',
  1160: 'Close the template text with a backquote.',
}

/** Syntax errors of a file: the first of each line, since the others mostly follow from it. */
export function syntaxDiagnostics(source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  const seen = new Set<number>()
  for (const error of parseErrors(source.tree)) {
    const start = error.start ?? 0
    const diagnostic = diagnosticAt(
      source.file,
      source.text,
      { start, end: start + (error.length ?? 1) },
      {
        cause: sentence(ts.flattenDiagnosticMessageText(error.messageText, ' ')),
        remedy: syntaxRemedies[error.code] ?? 'Correct the syntax at the mark.',
      },
    )
    if (!seen.has(diagnostic.line)) found.push(diagnostic)
    seen.add(diagnostic.line)
  }
  return found
}

/** A message with a full stop. */
export function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : message + '.'
}

/** The parser keeps its errors on the tree, in a field outside of the public type. */
function parseErrors(tree: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  const withErrors = tree as ts.SourceFile & {
    parseDiagnostics?: readonly ts.DiagnosticWithLocation[]
  }
  return withErrors.parseDiagnostics ?? []
}
