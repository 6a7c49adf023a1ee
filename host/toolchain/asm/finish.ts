/** The end of an assembly: layout of sections, resolution of what stays inside them, relocations for the rest. */
import { segmentFlags } from '../elf/image.ts'
import type { Assembly, AsmSymbol } from './assembly.ts'
import { dataBytes } from './data.ts'
import type { Base, Value } from './expression.ts'
import { evaluate } from './expression.ts'
import { StatementError } from './lexer.ts'
import type {
  ObjectFile,
  ObjectLine,
  ObjectSection,
  ObjectSymbol,
  Relocation,
  RelocationType,
} from './object.ts'
import { patchBranch, reachable } from './relocate.ts'
import type { Fixup, FixupType, Leb, Org, SectionBuilder } from './section.ts'
import type { Line } from './source.ts'

/** Told of each mistake; the work goes on with the next fixup. */
export type NoteMistake = (line: Line, error: unknown) => void

const dataSizes: Partial<Record<FixupType, 1 | 2 | 4 | 8>> = {
  data8: 1,
  data16: 2,
  data32: 4,
  data64: 8,
}

const branchTypes = new Set<FixupType>(['BRANCH', 'JAL', 'RVC_BRANCH', 'RVC_JUMP'])

export interface FinishOptions {
  fileName: string
  /** Address of `.text`, when it is known already. */
  textAddress?: number
}

/** Makes the object file of an assembly that has been read to its end. */
export function finish(assembly: Assembly, options: FinishOptions, note: NoteMistake): ObjectFile {
  return new Finisher(assembly, options, note).finish()
}

class Finisher {
  readonly #assembly: Assembly
  readonly #options: FinishOptions
  readonly #note: NoteMistake
  readonly #symbols: ObjectSymbol[] = []
  readonly #indices = new Map<string, number>()

  constructor(assembly: Assembly, options: FinishOptions, note: NoteMistake) {
    this.#assembly = assembly
    this.#options = options
    this.#note = note
  }

  finish(): ObjectFile {
    const { sections } = this.#assembly
    for (const section of sections) padCode(section)
    // Numbers of variable length are distances in sections without any.
    const hasLeb = ({ fragments }: SectionBuilder): boolean =>
      fragments.some(({ tail }) => tail?.kind === 'leb')
    for (const section of sections) if (!hasLeb(section)) this.#layOut(section)
    for (const section of sections) if (hasLeb(section)) section.place()
    this.#assembly.laidOut = true
    for (const section of sections) if (hasLeb(section)) this.#layOut(section)
    const made = sections.map((section) => this.#makeSection(section))
    this.#resolveFixups(made)
    for (const symbol of this.#assembly.symbols.values()) {
      if (this.#isShown(symbol)) this.#symbolIndex(symbol.name)
    }
    return { sections: made, symbols: this.#symbols, compressed: this.#assembly.usesCompressed }
  }

  #layOut(section: SectionBuilder): void {
    section.layOut(
      (fixup) => this.#localTarget(section, fixup) ?? this.#absoluteTarget(section, fixup),
      (fixup) => this.#number(fixup),
    )
  }

  /** The value of an expression that must be a number; 0 for others, which are noted at the end. */
  #number(fixup: Fixup): bigint {
    const value = this.#evaluate(fixup)
    return value?.plus === undefined && value?.minus === undefined ? (value?.constant ?? 0n) : 0n
  }

  /** Section offset of a branch target, if it lies in the section and no other object may replace it. */
  #localTarget(section: SectionBuilder, fixup: Fixup): number | undefined {
    const value = this.#evaluate(fixup)
    if (value?.plus === undefined || value.minus !== undefined) return undefined
    if ('symbol' in value.plus && this.#assembly.symbols.get(value.plus.symbol)?.weak)
      return undefined
    const location = this.#assembly.locationOf(value.plus)
    if (location?.section !== section.index) return undefined
    return section.offsetOf(location) + Number(value.constant)
  }

  /** Section offset of a target given as a number, where the section's address is known. */
  #absoluteTarget(section: SectionBuilder, fixup: Fixup): number | undefined {
    const { textAddress } = this.#options
    const value = this.#evaluate(fixup)
    if (textAddress === undefined || section.index !== 0) return undefined
    if (value === undefined || value.plus !== undefined || value.minus !== undefined)
      return undefined
    return Number(value.constant) - textAddress
  }

  /** The value of a fixup's expression; notes a mistake once, after layout. */
  #evaluate(fixup: Fixup): Value | undefined {
    try {
      return evaluate(fixup.expression, this.#assembly)
    } catch (error) {
      if (!(error instanceof StatementError)) throw error
      if (this.#assembly.laidOut)
        this.#note(fixup.line, this.#atOperand(fixup, error.message, error.remedy))
      return undefined
    }
  }

  #atOperand(fixup: Fixup, cause: string, remedy: string): StatementError {
    return new StatementError(fixup, cause, remedy)
  }

  #makeSection(section: SectionBuilder): ObjectSection {
    const bytes = section.zeros ? new Uint8Array(0) : section.toBytes()
    return {
      name: section.name,
      flags: section.flags,
      alignment: section.alignment,
      bytes,
      size: section.size,
      relocations: [],
      lines: section.lines.map(({ location, line, column }): ObjectLine => {
        const number = line.calls[line.calls.length - 1]?.line ?? line.number
        return {
          offset: section.offsetOf(location),
          file: line.file ?? this.#options.fileName,
          line: number,
          column: line.calls.length > 0 ? 0 : column + 1,
        }
      }),
    }
  }

  #resolveFixups(made: ObjectSection[]): void {
    const { sections, fixups } = this.#assembly
    for (const fixup of fixups) {
      const section = sections[fixup.location.section]
      this.#resolve(fixup, fixup.type, section.offsetOf(fixup.location), made[section.index])
    }
    for (const section of sections) {
      for (const { tail, start, fixed } of section.fragments) {
        if (tail?.kind === 'leb') this.#checkNumber(tail)
        if (tail?.kind === 'org') this.#checkOrg(section, tail, start + fixed.length)
        if (tail?.kind !== 'branch') continue
        const form = tail.forms[tail.chosen]
        const at = start + fixed.length + form.targetAt
        this.#resolve(tail.fixup, form.type, at, made[section.index])
      }
    }
    for (const section of made) section.relocations.sort((a, b) => a.offset - b.offset)
  }

  #checkOrg(section: SectionBuilder, { fixup, size }: Org, start: number): void {
    const target = this.#localTarget(section, fixup)
    if (target === start + size) return
    const cause = target === undefined ? 'this is no place of the section' : 'this place is behind'
    this.#note(fixup.line, this.#atOperand(fixup, cause, 'Move on to a place further on.'))
  }

  #checkNumber({ fixup, signed }: Leb): void {
    const value = this.#evaluate(fixup)
    if (value === undefined) return
    const isNumber = value.plus === undefined && value.minus === undefined
    if (isNumber && (signed || value.constant >= 0n)) return
    const cause = isNumber ? `${value.constant} is negative` : 'this is no number'
    const remedy = isNumber ? 'Use .sleb128.' : 'Write a number, or the difference of two labels.'
    this.#note(fixup.line, this.#atOperand(fixup, cause, remedy))
  }

  #resolve(fixup: Fixup, type: FixupType, offset: number, section: ObjectSection): void {
    const size = dataSizes[type]
    if (
      branchTypes.has(type) &&
      this.#resolveBranch(fixup, type as RelocationType, offset, section)
    ) {
      return
    }
    const value = this.#evaluate(fixup)
    if (value === undefined) return
    try {
      if (size !== undefined) this.#resolveData(value, size, offset, section, fixup)
      else this.#relocate(value, type as RelocationType, offset, section, fixup)
    } catch (error) {
      this.#note(fixup.line, error)
    }
  }

  /** Patches a branch within its section; true when that is done. */
  #resolveBranch(
    fixup: Fixup,
    type: RelocationType,
    offset: number,
    section: ObjectSection,
  ): boolean {
    const builder = this.#assembly.sections[fixup.location.section]
    const target = this.#localTarget(builder, fixup)
    if (target === undefined) return false
    const distance = target - offset
    if (!reachable(type, distance)) {
      const cause = `the target is ${distance} bytes away, out of reach`
      const remedy = 'Jump there with call, tail or jump, which reach everything.'
      this.#note(fixup.line, this.#atOperand(fixup, cause, remedy))
      return true
    }
    const { bytes } = section
    patchBranch(new DataView(bytes.buffer, bytes.byteOffset), offset, type, distance)
    return true
  }

  #resolveData(
    value: Value,
    size: 1 | 2 | 4 | 8,
    offset: number,
    section: ObjectSection,
    fixup: Fixup,
  ): void {
    if (value.plus === undefined && value.minus === undefined) {
      if (section.bytes.length > 0)
        section.bytes.set(dataBytes(value.constant, size, fixup), offset)
      return
    }
    if (value.minus === undefined && size >= 4) {
      this.#relocate(value, '32', offset, section, fixup)
      return
    }
    if (value.minus === undefined || value.plus === undefined || size === 8) {
      const cause = `an address does not fit into ${size} bytes`
      throw this.#atOperand(fixup, cause, 'Use .word, or the difference of two labels.')
    }
    const bits = (size * 8) as 8 | 16 | 32
    this.#relocate({ ...value, minus: undefined }, `ADD${bits}`, offset, section, fixup)
    this.#relocate({ constant: 0n, plus: value.minus }, `SUB${bits}`, offset, section, fixup)
  }

  #relocate(
    value: Value,
    type: RelocationType,
    offset: number,
    section: ObjectSection,
    fixup: Fixup,
  ): void {
    if (value.minus !== undefined) {
      const cause = 'a difference of addresses of two sections has no place here'
      throw this.#atOperand(fixup, cause, 'Write it with .word.')
    }
    const addend = Number(BigInt.asIntN(32, value.constant))
    const symbol =
      value.plus === undefined ? this.#absoluteIndex() : this.#baseIndex(value.plus, fixup)
    const relocation: Relocation = { offset, type, symbol, addend }
    section.relocations.push(relocation)
  }

  #baseIndex(base: Base, fixup: Fixup): number {
    if ('symbol' in base) {
      const symbol = this.#assembly.symbols.get(base.symbol)
      if (symbol?.definition === undefined && base.symbol.includes('#')) {
        const label = base.symbol.split('#')[0]
        const remedy = `For one that stands before write ${label}b.`
        throw this.#atOperand(fixup, `no label ${label}: follows this line`, remedy)
      }
      return this.#symbolIndex(base.symbol)
    }
    const { location } = base
    const value = this.#assembly.sections[location.section].offsetOf(location)
    return this.#push({ ...plainSymbol, section: location.section, value })
  }

  /** The symbol for bare numbers. */
  #absoluteIndex(): number {
    const found = this.#indices.get('')
    if (found !== undefined) return found
    const index = this.#push({ ...plainSymbol, section: 'absolute', kind: 'absolute' })
    this.#indices.set('', index)
    return index
  }

  #symbolIndex(name: string): number {
    const found = this.#indices.get(name)
    if (found !== undefined) return found
    const index = this.#push(this.#makeSymbol(this.#assembly.symbolNamed(name)))
    this.#indices.set(name, index)
    return index
  }

  #push(symbol: ObjectSymbol): number {
    return this.#symbols.push(symbol) - 1
  }

  #makeSymbol(symbol: AsmSymbol): ObjectSymbol {
    const { definition, global, weak, kind } = symbol
    const name = symbol.name.includes('#') ? '' : symbol.name
    const common = { name, global, weak, kind, size: this.#sizeOf(symbol) }
    if (definition === undefined) return { ...common, global: true, section: 'undefined', value: 0 }
    const place = this.#definedAt(definition)
    return { ...common, ...place, kind: place.section === 'absolute' ? 'absolute' : kind }
  }

  #definedAt(
    definition: NonNullable<AsmSymbol['definition']>,
  ): Pick<ObjectSymbol, 'section' | 'value'> {
    const { sections } = this.#assembly
    if ('location' in definition) {
      const { location } = definition
      return { section: location.section, value: sections[location.section].offsetOf(location) }
    }
    const { constant, plus, minus } = evaluate(definition.expression, this.#assembly)
    const location = plus === undefined ? undefined : this.#assembly.locationOf(plus)
    if (location !== undefined && minus === undefined) {
      const offset = sections[location.section].offsetOf(location)
      return { section: location.section, value: offset + Number(constant) }
    }
    return { section: 'absolute', value: Number(BigInt.asUintN(32, constant)) }
  }

  #sizeOf(symbol: AsmSymbol): number {
    if (symbol.size === undefined) return 0
    try {
      return Number(this.#assembly.constantOf(symbol.size) ?? 0n)
    } catch (error) {
      this.#note(symbol.line, error)
      return 0
    }
  }

  /** Symbols for the outside: defined ones that are neither temporary (`.L…`) nor numeric. */
  #isShown(symbol: AsmSymbol): boolean {
    return (
      symbol.definition !== undefined && !symbol.name.startsWith('.L') && !symbol.name.includes('#')
    )
  }
}

/** Ends a section of code at its alignment, as GNU as does. */
function padCode(section: SectionBuilder): void {
  const { alignment, flags } = section
  if ((flags & segmentFlags.execute) === 0 || section.roughSize === 0) return
  section.append({ kind: 'align', alignment, fill: undefined, most: alignment })
}

const plainSymbol: ObjectSymbol = {
  name: '',
  section: 'undefined',
  value: 0,
  size: 0,
  kind: 'label',
  global: false,
  weak: false,
}
