/**
 * Programs that are nested deeper than the compiler's own stack allows: which error that is, and where it is in the text.
 */
import ts from 'typescript'
import { diagnosticAt } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Brackets inside of each other that are taken for the reason; with fewer it is the line with the most tokens. */
const deepBrackets = 50

const { OpenBraceToken, OpenBracketToken, OpenParenToken, TemplateHead } = ts.SyntaxKind
const { CloseBraceToken, CloseBracketToken, CloseParenToken } = ts.SyntaxKind
const opening = new Set([OpenBraceToken, OpenBracketToken, OpenParenToken, TemplateHead])
const closing = new Set([CloseBraceToken, CloseBracketToken, CloseParenToken])

export const tooDeep = {
  cause: 'The program is nested too deeply here.',
  remedy: 'Split it: give parts of the expression or of the function names of their own.',
}

/** Whether an error, or its text, says that the stack was exhausted. */
export function isTooDeep(error: unknown): boolean {
  return /call stack|too much recursion/.test(
    error instanceof Error ? error.message : String(error),
  )
}

/** The error of a file that is nested too deeply. */
export function depthDiagnostic(file: string, text: string): Diagnostic {
  const start = deepestPlace(text)
  return diagnosticAt(file, text, { start, end: start + 1 }, tooDeep)
}

/** Found from the tokens alone, since there may be no tree. */
function deepestPlace(text: string): number {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, text)
  let depth = 0
  let deepest = { depth: 0, start: 0 }
  let line = { tokens: 0, start: 0 }
  let longest = line
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) {
    const start = scanner.getTokenStart()
    const token = scanner.getToken()
    if (scanner.hasPrecedingLineBreak()) line = { tokens: 0, start }
    line.tokens++
    if (line.tokens > longest.tokens) longest = line
    if (closing.has(token)) depth--
    if (opening.has(token) && ++depth > deepest.depth) deepest = { depth, start }
  }
  return deepest.depth >= deepBrackets ? deepest.start : longest.start
}
