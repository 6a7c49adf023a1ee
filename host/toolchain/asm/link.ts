/**
 * A linker for one object: enough for assembly programs and tests. Code comes first, then read-only data, data and zeros, each
 * section at its alignment.
 */
import { CompileError } from '../frontend/diagnostic.ts'
import type { Image, ImageSymbol, Segment, SourceLine } from '../elf/image.ts'
import { segmentFlags } from '../elf/image.ts'
import { EF_RISCV_RVC } from '../elf/constants.ts'
import { assemble } from './assembler.ts'
import type { AssembleOptions } from './assembler.ts'
import type { ObjectFile, ObjectSection } from './object.ts'
import { relocate, RelocationError } from './relocate.ts'

export interface AssembleImageOptions extends AssembleOptions {
  /** Address of the first section. */
  base: number
  /** Symbol the program begins at; `_start`, or the base where there is none. */
  entry?: string
}

/** Assembles a whole program. Throws `CompileError`. */
export function assembleImage(source: string, options: AssembleImageOptions): Image {
  const object = assemble(source, { textAddress: options.base, ...options })
  try {
    return linkObject(object, options)
  } catch (error) {
    if (!(error instanceof RelocationError)) throw error
    throw linkError(error, source, options.fileName ?? 'input.s')
  }
}

function linkError(error: RelocationError, source: string, file: string): CompileError {
  const { section, relocation } = error
  const place = [...section.lines].reverse().find((line) => line.offset <= relocation.offset)
  const line = place?.line ?? 0
  const isIncluded = place !== undefined && place.file !== file
  const text = isIncluded ? '' : (source.split(/\r?\n/)[line - 1] ?? '')
  const undefinedSymbol = error.message.endsWith('not defined')
  return new CompileError([
    {
      file: place?.file ?? file,
      line,
      column: text.search(/\S/) + 1,
      length: Math.max(text.trim().length, 1),
      source: text,
      cause: error.message,
      remedy: undefinedSymbol
        ? 'Define a label of that name, or an .equ.'
        : 'Jump there with call, tail or jump, which reach everything.',
    },
  ])
}

/** Order of sections in memory: by what they may do, zeros last. */
function rank(section: ObjectSection): number {
  if ((section.flags & segmentFlags.execute) !== 0) return 0
  if ((section.flags & segmentFlags.write) === 0) return 1
  return section.bytes.length === section.size ? 2 : 3
}

/** Sections that are loaded, in memory's order. */
function loadedSections(object: ObjectFile): { section: ObjectSection; index: number }[] {
  return object.sections
    .map((section, index) => ({ section, index }))
    .filter(({ section }) => section.flags !== 0)
    .sort((a, b) => rank(a.section) - rank(b.section) || a.index - b.index)
}

/** Addresses by section index; each kind of section begins at its widest alignment. */
function placeSections(object: ObjectFile, base: number): number[] {
  const order = loadedSections(object)
  const addresses = object.sections.map(() => 0)
  let next = base
  let kind = -1
  for (const { section, index } of order) {
    let { alignment } = section
    if (rank(section) !== kind) {
      kind = rank(section)
      const group = order.filter((other) => rank(other.section) === kind)
      alignment = Math.max(...group.map((other) => other.section.alignment))
    }
    next = Math.ceil(next / alignment) * alignment
    addresses[index] = next
    next += section.size
  }
  return addresses
}

/** Places one object at an address and resolves its relocations. Throws `RelocationError`. */
export function linkObject(object: ObjectFile, options: { base: number; entry?: string }): Image {
  const order = loadedSections(object)
  const addresses = placeSections(object, options.base)
  const symbolAddress = (index: number): number | undefined => {
    const { section, value } = object.symbols[index]
    if (section === 'undefined') return undefined
    return section === 'absolute' ? value : addresses[section] + value
  }
  const contents = relocate(object, { sections: addresses, symbol: symbolAddress })
  const segments = order
    .filter(({ section }) => section.size > 0)
    .map(({ section, index }): Segment => {
      const { size, flags, name } = section
      return { address: addresses[index], bytes: contents[index], memorySize: size, flags, name }
    })
  const symbols = imageSymbols(object, symbolAddress)
  const entryName = options.entry ?? '_start'
  const entry = symbols.find((symbol) => symbol.name === entryName)?.address ?? options.base
  const unloaded = object.sections.flatMap((section, index): [string, Uint8Array][] =>
    section.flags === 0 && section.size > 0 ? [[section.name, contents[index]]] : [],
  )
  return {
    entry,
    segments,
    symbols,
    lines: imageLines(object, addresses),
    sections: new Map(unloaded),
    machineFlags: object.compressed ? EF_RISCV_RVC : 0,
  }
}

function imageSymbols(
  object: ObjectFile,
  symbolAddress: (index: number) => number | undefined,
): ImageSymbol[] {
  return object.symbols.flatMap((symbol, index): ImageSymbol[] => {
    const address = symbolAddress(index)
    const { name, size, kind, global } = symbol
    return name === '' || address === undefined ? [] : [{ name, address, size, kind, global }]
  })
}

/** Rows of all code, each section closed by a row without a source. */
function imageLines(object: ObjectFile, addresses: number[]): SourceLine[] {
  return object.sections
    .flatMap((section, index): SourceLine[] => {
      if (section.lines.length === 0) return []
      const rows = section.lines.map(({ offset, ...place }) => ({
        address: addresses[index] + offset,
        ...place,
      }))
      const end = { address: addresses[index] + section.size, file: '', line: 0, column: 0 }
      return [...rows, end]
    })
    .sort((a, b) => a.address - b.address || a.line - b.line)
}
