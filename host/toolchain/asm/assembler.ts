/**
 * An assembler with the syntax of GNU as for RISC-V. It reads a source line by line, lays out its sections, resolves what can
 * be resolved and leaves the rest to a linker. Left out: listing, linker relaxation, thread-local storage, CFI (its directives are passed
 * over).
 */
import { CompileError } from '../frontend/diagnostic.ts'
import type { Diagnostic } from '../frontend/diagnostic.ts'
import { Assembly } from './assembly.ts'
import type { ReadFile } from './assembly.ts'
import { Conditions } from './conditions.ts'
import { directives } from './directives.ts'
import { TokenReader, parseExpression } from './expression.ts'
import { finish } from './finish.ts'
import { assembleInstruction } from './instructions.ts'
import { blankComments, splitStatements, StatementError, tokenize } from './lexer.ts'
import type { ObjectFile } from './object.ts'
import type { Line } from './source.ts'
import { LineSource } from './source.ts'

export interface AssembleOptions {
  /** Name for messages and line tables. */
  fileName?: string
  /** Choose 16-bit forms where they exist, as after `.option rvc`; false unless given. */
  compressed?: boolean
  /**
   * Address `.text` will be placed at, when it is known: branches to addresses given as numbers are then no longer than they
   * need to be.
   */
  textAddress?: number
  /** Reads the files that `.include` and `.incbin` name; without it there are none. */
  readFile?: ReadFile
  /** Symbols with a number, as `.equ` makes them. */
  constants?: Record<string, number>
}

/** After so many mistakes the rest of the source is not looked at. */
const mostMistakes = 20

/** Assembles a source into a relocatable object. Throws `CompileError` with all mistakes found. */
export function assemble(source: string, options: AssembleOptions = {}): ObjectFile {
  const run = new Run(source, options)
  return run.assemble()
}

class Run {
  readonly #fileName: string
  readonly #textAddress: number | undefined
  readonly #assembly: Assembly
  readonly #lines: LineSource
  readonly #conditions: Conditions
  readonly #mistakes: Diagnostic[] = []

  constructor(source: string, options: AssembleOptions) {
    this.#fileName = options.fileName ?? 'input.s'
    this.#textAddress = options.textAddress
    const compressed = options.compressed ?? false
    this.#assembly = new Assembly({ compressed }, options.readFile ?? (() => undefined))
    this.#assembly.fileName = this.#fileName
    this.#lines = new LineSource(cutLines(source))
    this.#conditions = new Conditions(this.#assembly, this.#lines)
    for (const [name, value] of Object.entries(options.constants ?? {})) {
      const symbol = this.#assembly.symbolNamed(name)
      symbol.definition = { expression: { kind: 'number', value: BigInt(value) } }
      symbol.kind = 'absolute'
    }
  }

  assemble(): ObjectFile {
    this.#readAll()
    this.#throwMistakes()
    const place = { fileName: this.#fileName, textAddress: this.#textAddress }
    const object = finish(this.#assembly, place, (line, error) => this.#note(line, error))
    this.#throwMistakes()
    return object
  }

  #readAll(): void {
    let line: Line | undefined
    while (this.#mistakes.length < mostMistakes) {
      try {
        line = this.#lines.next()
      } catch (error) {
        this.#note(this.#assembly.line, error)
        return
      }
      if (line === undefined) break
      this.#assembly.line = line
      try {
        if (this.#readLine(line)) break
      } catch (error) {
        this.#note(line, error)
      }
    }
    const { open } = this.#conditions
    if (open !== undefined && this.#mistakes.length === 0) {
      const cause = `the .if of line ${open} has no end`
      const error = new StatementError({ column: 0, length: 1 }, cause, 'Write .endif.')
      this.#note(this.#assembly.line, error)
    }
  }

  /** Assembles the statements of a line; true behind `.end`. */
  #readLine(line: Line): boolean {
    for (const { text, column } of splitStatements(line.text)) {
      if (this.#conditions.handle(text, column, line)) {
        continue
      }
      if (/^\s*\.end\s*$/i.test(text)) return true
      this.#readStatement(text, column, line)
    }
    return false
  }

  #readStatement(text: string, column: number, line: Line): void {
    const label = /^\s*(?:([A-Za-z_.$][\w.$]*)|(\d+))\s*:/.exec(text)
    if (label !== null) {
      const [whole, name, digits] = label
      const at = column + whole.search(/\S/)
      if (digits !== undefined) this.#assembly.defineLocalLabel(String(Number(digits)))
      else {
        const length = name.length
        this.#assembly.defineLabel({ kind: 'name', text: name, value: 0, column: at, length })
      }
      this.#readRest(text.slice(whole.length), column + whole.length, line)
      return
    }
    this.#readRest(text, column, line)
  }

  /** What follows a label: another label, a conditional or repeating directive, or a plain statement. */
  #readRest(text: string, column: number, line: Line): void {
    if (/^\s*(?:[A-Za-z_.$][\w.$]*|\d+)\s*:/.test(text)) this.#readStatement(text, column, line)
    else if (!this.#conditions.handle(text, column, line)) this.#readPlain(text, column, line)
  }

  #readPlain(text: string, column: number, line: Line): void {
    const head = /^\s*([A-Za-z_.$][\w.$]*)/.exec(text)
    const macro = head === null ? undefined : this.#lines.macros.get(head[1].toLowerCase())
    if (head !== null && macro !== undefined) {
      this.#lines.call(macro, text.slice(head[0].length), line)
      return
    }
    const reader = new TokenReader(tokenize(text, column))
    if (reader.atEnd) return
    const name = reader.name('an instruction or a directive')
    if (reader.accept('=')) {
      this.#assembly.setSymbol(name, parseExpression(reader, this.#assembly), false)
      reader.expectEnd()
      return
    }
    if (!name.text.startsWith('.')) {
      assembleInstruction(this.#assembly, name, reader, line.text)
      return
    }
    if (name.text.startsWith('.cfi_')) return
    if (name.text.toLowerCase() === '.include') return this.#include(reader, line)
    const directive = directives[name.text.toLowerCase()]
    if (directive === undefined) {
      const remedy = 'Remove it; docs/assembler.md lists the directives.'
      throw new StatementError(name, `unknown directive ${name.text}`, remedy)
    }
    directive(this.#assembly, reader, name)
    reader.expectEnd()
  }

  /** Reads another source in place of the line. */
  #include(reader: TokenReader, line: Line): void {
    const token = reader.next()
    const { name: file, bytes } = this.#assembly.readFile(token)
    reader.expectEnd()
    const source = new TextDecoder().decode(bytes)
    this.#lines.include(cutLines(source).map((text) => ({ ...text, file, calls: line.calls })))
  }

  #note(line: Line, error: unknown): void {
    if (!(error instanceof StatementError)) throw error
    const calls = line.calls.map(({ macro, line: at }) => ` (in ${macro}, line ${at})`).join('')
    this.#mistakes.push({
      file: line.file ?? this.#fileName,
      line: line.number,
      column: error.column + 1,
      length: Math.max(error.length, 1),
      source: line.shown,
      cause: error.message + calls,
      remedy: error.remedy,
    })
  }

  #throwMistakes(): void {
    if (this.#mistakes.length > 0) throw new CompileError(this.#mistakes)
  }
}

function cutLines(source: string): Line[] {
  const shown = source.split(/\r?\n/)
  const texts = blankComments(source.replace(/\r\n/g, '\n')).split('\n')
  return texts.map((text, index) => ({
    text,
    shown: shown[index] ?? text,
    number: index + 1,
    calls: [],
  }))
}
