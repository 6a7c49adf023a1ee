/**
 * Errors of user programs: place, cause and remedy, and how they are shown.
 */

/** One error of a source text. */
export interface Diagnostic {
  /** Path as the user gave it; '' when the error has no place. */
  file: string
  /** From 1; 0 when the error has no place. */
  line: number
  /** From 1, in UTF-16 units. */
  column: number
  /** Length of the marked range on its line, at least 1. */
  length: number
  /** The source line itself. */
  source: string
  /** One sentence: what is wrong. */
  cause: string
  /** One sentence: what to do. */
  remedy: string
}

/** A program that cannot be compiled. Its message shows every diagnostic. */
export class CompileError extends Error {
  readonly diagnostics: Diagnostic[]

  constructor(diagnostics: Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n\n'))
    this.name = 'CompileError'
    this.diagnostics = diagnostics
  }
}

/** Diagnostic for a range of a text. */
export function diagnosticAt(
  file: string,
  text: string,
  range: { start: number; end: number },
  message: { cause: string; remedy: string },
): Diagnostic {
  const start = Math.min(range.start, text.length)
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const newline = text.indexOf('\n', start)
  const lineEnd = newline < 0 ? text.length : newline
  return {
    file,
    line: text.slice(0, lineStart).split('\n').length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(range.end, lineEnd) - start),
    source: text.slice(lineStart, lineEnd).replace(/\r$/, ''),
    cause: message.cause,
    remedy: message.remedy,
  }
}

/** Diagnostic of a file as a whole, or of none. */
export function diagnosticOf(file: string, message: { cause: string; remedy: string }): Diagnostic {
  return { file, line: 0, column: 0, length: 1, source: '', ...message }
}

/** Text form: place and cause, the line with a caret, the remedy. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, length, source, cause, remedy } = diagnostic
  const head = file === '' ? '' : line === 0 ? `${file}: ` : `${file}:${line}:${column}: `
  const shown: string[] = [`${head}error: ${cause}`]
  if (line > 0) {
    const gutter = `${line} | `
    const { text, start } = clipped(source, column - 1)
    // Tabs stay tabs under the line, so that the caret meets its column however wide they are shown.
    const indent = text.slice(0, start).replace(/[^\t]/g, ' ')
    const mark = '^' + '~'.repeat(Math.max(0, Math.min(length, text.length - start) - 1))
    shown.push(gutter + text)
    shown.push(' '.repeat(gutter.length - 2) + '| ' + indent + mark)
  }
  if (remedy !== '') shown.push(remedy)
  return shown.join('\n')
}

/** Longest line that is shown as it is, and what is shown of a longer one before the mark. */
const longestLine = 200
const before = 80

/** A line, or the part of a very long one around a column. */
function clipped(source: string, column: number): { text: string; start: number } {
  if (source.length <= longestLine) return { text: source, start: column }
  const from = Math.max(0, column - before)
  const part = source.slice(from, from + longestLine)
  const head = from > 0 ? '…' : ''
  const tail = from + longestLine < source.length ? '…' : ''
  return { text: head + part + tail, start: column - from + head.length }
}
