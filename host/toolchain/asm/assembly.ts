/** The object file under construction: sections, symbols, options, and what waits for addresses. */
import { segmentFlags } from '../elf/image.ts'
import type { SymbolKind } from '../elf/image.ts'
import type { Base, Evaluator, Expression, Location, Names, Value } from './expression.ts'
import { evaluate } from './expression.ts'
import type { Token } from './lexer.ts'
import { StatementError, stringBytes } from './lexer.ts'
import { registerNumber } from './registers.ts'
import type { BranchForm, Fixup, FixupType } from './section.ts'
import { SectionBuilder } from './section.ts'
import type { Line } from './source.ts'

const { read, write, execute } = segmentFlags

/** Sections known by the beginning of their names: flags, and whether they hold only zeros. */
const knownSections: [string, number, boolean][] = [
  ['.text', read | execute, false],
  ['.init', read | execute, false],
  ['.rodata', read, false],
  ['.srodata', read, false],
  ['.data', read | write, false],
  ['.sdata', read | write, false],
  ['.bss', read | write, true],
  ['.sbss', read | write, true],
]

/** Most bytes of one section. */
export const largestSection = 1 << 26

export interface AsmSymbol {
  name: string
  /** A place, or an expression of `.equ`; undefined while only referred to. */
  definition?: { location: Location } | { expression: Expression }
  /** `.equ` may be repeated, a label may not. */
  kind: SymbolKind
  global: boolean
  weak: boolean
  size?: Expression
  /** Where the name was first met. */
  line: Line
  column: number
}

/** The bytes of a file that a source names; undefined when there is none. */
export type ReadFile = (name: string) => Uint8Array | undefined

export interface Options {
  compressed: boolean
}

/** Where an operand stands. */
export interface Place {
  column: number
  length: number
}

export class Assembly implements Names, Evaluator {
  readonly sections: SectionBuilder[] = []
  readonly symbols = new Map<string, AsmSymbol>()
  readonly fixups: Fixup[] = []
  options: Options
  readonly #saved: Options[] = []
  readonly #localCounts = new Map<string, number>()
  #current: SectionBuilder
  #previous: SectionBuilder
  readonly #stack: SectionBuilder[] = []
  #anonymous = 0
  usesCompressed = false
  /** Of the source. */
  fileName = ''
  /** Line being assembled. */
  line: Line = { text: '', shown: '', number: 0, calls: [] }

  readonly #read: ReadFile

  constructor(options: Options, readFile: ReadFile) {
    this.options = { ...options }
    this.#read = readFile
    for (const name of ['.text', '.data', '.bss']) this.section(name)
    this.#current = this.sections[0]
    this.#previous = this.#current
  }

  get current(): SectionBuilder {
    return this.#current
  }

  /** The section of a name, made when it is new. */
  section(name: string, flags?: number, zeros?: boolean): SectionBuilder {
    const found = this.sections.find((section) => section.name === name)
    if (found !== undefined) return found
    const known = knownSections.find(([stem]) => name === stem || name.startsWith(`${stem}.`))
    const made = new SectionBuilder(
      this.sections.length,
      name,
      flags ?? known?.[1] ?? 0,
      zeros ?? known?.[2] ?? false,
    )
    this.sections.push(made)
    return made
  }

  enter(section: SectionBuilder): void {
    this.#previous = this.#current
    this.#current = section
  }

  enterPrevious(): void {
    this.enter(this.#previous)
  }

  pushSection(): void {
    this.#stack.push(this.#current)
  }

  popSection(place: Place): void {
    const section = this.#stack.pop()
    if (section === undefined) {
      throw new StatementError(place, 'no section was pushed', 'Write .pushsection before.')
    }
    this.enter(section)
  }

  pushOptions(): void {
    this.#saved.push({ ...this.options })
  }

  popOptions(place: Place): void {
    const options = this.#saved.pop()
    if (options === undefined) {
      throw new StatementError(place, 'no options were pushed', 'Write .option push before.')
    }
    this.options = options
  }

  /** The symbol of a name, made when it is new. */
  symbolNamed(name: string, column = 0): AsmSymbol {
    let symbol = this.symbols.get(name)
    if (symbol === undefined) {
      symbol = { name, kind: 'label', global: false, weak: false, line: this.line, column }
      this.symbols.set(name, symbol)
    }
    return symbol
  }

  defineLabel(token: Token): void {
    if (registerNumber(token.text) !== undefined) {
      const cause = `${token.text} is a register, not a label`
      throw new StatementError(token, cause, 'Choose another name.')
    }
    const symbol = this.symbolNamed(token.text, token.column)
    if (symbol.definition !== undefined) {
      const cause = `${token.text} is already defined in line ${symbol.line.number}`
      throw new StatementError(token, cause, 'Rename one of them, or use a numeric label.')
    }
    symbol.definition = { location: this.current.here }
    symbol.line = this.line
    symbol.column = token.column
  }

  /** `1:` may be defined many times; `1b` and `1f` mean the nearest one. */
  defineLocalLabel(digits: string): void {
    const count = (this.#localCounts.get(digits) ?? 0) + 1
    this.#localCounts.set(digits, count)
    this.symbolNamed(`${digits}#${count}`).definition = { location: this.current.here }
  }

  /** A label without a name at the current place. */
  anonymousLabel(): string {
    const name = `#${++this.#anonymous}`
    this.symbolNamed(name).definition = { location: this.current.here }
    return name
  }

  setSymbol(token: Token, expression: Expression, once: boolean): void {
    const symbol = this.symbolNamed(token.text, token.column)
    const { definition } = symbol
    if (definition !== undefined && (once || 'location' in definition)) {
      const cause = `${token.text} is already defined in line ${symbol.line.number}`
      throw new StatementError(token, cause, 'Rename one of them.')
    }
    const constant = this.constantOf(expression)
    symbol.definition = {
      expression: constant === undefined ? expression : { kind: 'number', value: constant },
    }
    symbol.line = this.line
  }

  /** The file that a string names, beside the file of the present line or from the working folder. */
  readFile(token: Token): { name: string; bytes: Uint8Array } {
    if (token.kind !== 'string') {
      throw new StatementError(token, 'expected a file', 'Put its name into quotation marks.')
    }
    const name = new TextDecoder().decode(stringBytes(token))
    const folder = (this.line.file ?? this.fileName).replace(/[^/]*$/, '')
    for (const path of [folder + name, name]) {
      const bytes = this.#read(path)
      if (bytes !== undefined) return { name: path, bytes }
    }
    throw new StatementError(token, `there is no file ${name}`, 'Check its path.')
  }

  // What expressions ask.

  lookUp(token: Token): Expression | undefined {
    const symbol = this.symbolNamed(token.text, token.column)
    const { definition } = symbol
    if (definition === undefined || 'location' in definition) return undefined
    // Its mistakes are shown where it is used.
    return 'token' in definition.expression
      ? { ...definition.expression, token }
      : definition.expression
  }

  localLabel(token: Token): string {
    const digits = token.text.slice(0, -1)
    const count = this.#localCounts.get(digits) ?? 0
    if (token.text.endsWith('f')) {
      const name = `${digits}#${count + 1}`
      this.symbolNamed(name, token.column)
      return name
    }
    if (count === 0) {
      const cause = `no label ${digits}: stands before this line`
      throw new StatementError(token, cause, `For one that follows write ${digits}f.`)
    }
    return `${digits}#${count}`
  }

  here(): Location {
    return this.current.here
  }

  symbol(name: string, token: Token): Value {
    const definition = this.symbols.get(name)?.definition
    if (definition === undefined || 'location' in definition) {
      return { constant: 0n, plus: { symbol: name } }
    }
    if (this.#evaluating.has(name)) {
      throw new StatementError(token, `${name} is defined by itself`, 'Break the circle.')
    }
    this.#evaluating.add(name)
    try {
      return evaluate(definition.expression, this)
    } catch (error) {
      if (!(error instanceof StatementError)) throw error
      // The definition stands in another line; this one is where it matters.
      throw new StatementError(token, error.message, error.remedy)
    } finally {
      this.#evaluating.delete(name)
    }
  }
  readonly #evaluating = new Set<string>()

  /** The place a base stands for, or undefined when it is not in this object. */
  locationOf(base: Base): Location | undefined {
    if ('location' in base) return base.location
    const definition = this.symbols.get(base.symbol)?.definition
    return definition !== undefined && 'location' in definition ? definition.location : undefined
  }

  /** Set when all sections are laid out; until then only distances within a fragment are known. */
  laidOut = false

  distance(plus: Base, minus: Base): bigint | undefined {
    if ('symbol' in plus && 'symbol' in minus && plus.symbol === minus.symbol) return 0n
    const from = this.locationOf(plus)
    const to = this.locationOf(minus)
    if (from === undefined || to === undefined || from.section !== to.section) return undefined
    if (!this.laidOut) {
      return from.fragment === to.fragment ? BigInt(from.offset - to.offset) : undefined
    }
    const section = this.sections[from.section]
    return BigInt(section.offsetOf(from) - section.offsetOf(to))
  }

  /** The number an expression is by now, or undefined. */
  constantOf(expression: Expression): bigint | undefined {
    const value = evaluate(expression, this)
    return value.plus === undefined && value.minus === undefined ? value.constant : undefined
  }

  /** The number an expression is by now; refuses addresses and names that come later. */
  constant(expression: Expression, place: Place, what: string): bigint {
    const value = this.constantOf(expression)
    if (value !== undefined) return value
    const cause = `${what} must be a number that is known here`
    throw new StatementError(place, cause, 'Define its names before this line.')
  }

  // Emission.

  /** Refuses contents in a section of zeros and sections without end. */
  reserve(count: number, place: Place): void {
    if (this.current.roughSize + count > largestSection) {
      const cause = `section ${this.current.name} becomes larger than ${largestSection} bytes`
      throw new StatementError(place, cause, 'Leave large zeros to the program.')
    }
  }

  emitBytes(bytes: Uint8Array, place: Place): void {
    this.reserve(bytes.length, place)
    if (this.current.zeros && bytes.some((byte) => byte !== 0)) {
      const cause = `section ${this.current.name} can only hold zeros`
      throw new StatementError(place, cause, 'Put the data into .data or .rodata.')
    }
    this.current.current.bytes(bytes)
  }

  #beginInstruction(): void {
    const { current } = this
    current.alignment = Math.max(current.alignment, this.options.compressed ? 2 : 4)
    if (current.zeros) {
      const cause = `section ${current.name} can only hold zeros`
      throw new StatementError({ column: 0, length: 1 }, cause, 'Write .text before the code.')
    }
    current.lines.push({
      location: current.here,
      line: this.line,
      column: this.#instructionColumn(),
    })
  }

  #instructionColumn(): number {
    return this.line.text.search(/\S/)
  }

  emitInstruction(word: number, bytes: 2 | 4): void {
    this.#beginInstruction()
    if (bytes === 2) {
      this.usesCompressed = true
      this.current.current.u16(word)
    } else this.current.current.u32(word)
  }

  /** Patches what is emitted next. */
  fixup(type: FixupType, expression: Expression, place: Place): void {
    this.fixups.push(this.#fixupHere(type, expression, place))
  }

  #fixupHere(type: FixupType, expression: Expression, place: Place): Fixup {
    const { column, length } = place
    return { location: this.current.here, type, expression, line: this.line, column, length }
  }

  /** A number of variable length, which may be known only when all is laid out. */
  emitLeb(signed: boolean, expression: Expression, place: Place): void {
    const fixup = this.#fixupHere('data64', expression, place)
    this.reserve(10, place)
    this.current.append({ kind: 'leb', signed, value: 0n, size: 1, fixup })
  }

  /** Padding up to a place of the section. */
  emitOrg(target: Expression, fill: number, place: Place): void {
    const fixup = this.#fixupHere('data64', target, place)
    this.current.append({ kind: 'org', fill, size: 0, fixup })
  }

  emitBranch(forms: BranchForm[], target: Expression, place: Place): void {
    this.#beginInstruction()
    const fixup = this.#fixupHere(forms[0].type, target, place)
    this.current.append({ kind: 'branch', forms, chosen: 0, fixup })
  }
}
