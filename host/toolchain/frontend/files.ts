/**
 * The files of a program on their way to asc: read, parsed, checked and rewritten, each once.
 */
import type { ReadFile } from './asc.ts'
import { checkSource } from './check.ts'
import { depthDiagnostic, isTooDeep } from './depth.ts'
import { CompileError, diagnosticAt, diagnosticOf } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { findExports } from './exports.ts'
import type { ProgramExports } from './exports.ts'
import type { UserFile } from './messages.ts'
import { rewriteSource } from './rewrite.ts'
import { parseSource, syntaxDiagnostics } from './source.ts'
import type { SourceText } from './source.ts'

/** A file that was read: its tree and its text for asc, or its errors. */
type Read = { source: SourceText; user: UserFile } | { errors: Diagnostic[] }

/** The user's files. */
export class ProgramFiles {
  readonly files = new Map<string, UserFile>()
  readonly diagnostics: Diagnostic[] = []
  /** Path of the entry file without directory and extension. */
  readonly entry: string
  private readonly entryFile: string
  private readonly directory: string
  private readonly readUserFile: ReadFile
  private readonly known = new Map<string, Read>()

  constructor(entry: string, readFile: ReadFile) {
    this.entryFile = entry
    this.readUserFile = readFile
    const path = entry.replace(/\\/g, '/')
    const slash = path.lastIndexOf('/')
    this.directory = path.slice(0, slash + 1)
    this.entry = path.slice(slash + 1).replace(/\.ts$/, '')
  }

  /** Exports of the entry file; its errors are thrown before asc starts. */
  async readEntry(): Promise<ProgramExports> {
    const read = await this.readOnce(this.entryFile)
    if (!read) {
      const remedy = 'Check the path of the program.'
      throw new CompileError([
        diagnosticOf(this.entryFile, { cause: 'The file cannot be read.', remedy }),
      ])
    }
    if ('errors' in read) throw new CompileError(read.errors)
    const { exports, diagnostics } = findExports(read.source)
    if (!exports) throw new CompileError(diagnostics)
    return exports
  }

  /** Text for asc of a file named relative to the entry's directory. */
  async read(path: string): Promise<string | null> {
    if (!path.endsWith('.ts')) return null
    const read = await this.readOnce(normalizePath(this.directory + path))
    if (!read) return null
    if ('user' in read) {
      this.files.set(path, read.user)
      return read.user.edited.text
    }
    this.diagnostics.push(...read.errors)
    // asc would only repeat the errors of a broken file in other words.
    return ''
  }

  private async readOnce(file: string): Promise<Read | null> {
    const known = this.known.get(file)
    if (known) return known
    const text = await this.readUserFile(file)
    if (text === null) return null
    const read = prepare(file, text)
    this.known.set(file, read)
    return read
  }
}

function prepare(file: string, text: string): Read {
  try {
    const source = parseSource(file, text)
    const errors = syntaxDiagnostics(source)
    if (errors.length === 0) errors.push(...checkSource(source))
    if (errors.length > 0) return { errors }
    return { source, user: { file, text, edited: rewriteSource(source) } }
  } catch (error) {
    if (isTooDeep(error)) return { errors: [depthDiagnostic(file, text)] }
    const errors = unreadable(file, text)
    if (errors.length === 0) throw error
    return { errors }
  }
}

/** The line at which TypeScript's own parser gives up, which it does for a few texts. */
function unreadable(file: string, text: string): Diagnostic[] {
  for (let end = text.indexOf('\n'); ; end = text.indexOf('\n', end + 1)) {
    const part = end < 0 ? text : text.slice(0, end)
    try {
      parseSource(file, part)
    } catch {
      const start = part.lastIndexOf('\n') + 1
      return [diagnosticAt(file, text, { start, end: part.length }, unreadableLine)]
    }
    if (end < 0) return []
  }
}

const unreadableLine = {
  cause: 'This line cannot be read.',
  remedy: 'Look for a word that does not belong here.',
}

/** Path without `x/..` inside. */
function normalizePath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    const before = parts.at(-1)
    if (part === '..' && before !== undefined && before !== '' && before !== '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
