/** Listing of an image: symbols, addresses, words, text, and source lines where the image tells them. */
import { instructionBytes } from '../asm/encode.ts'
import type { Image, Segment } from '../elf/image.ts'
import { lineAt, segmentFlags, SymbolIndex } from '../elf/image.ts'
import type { DisassembleOptions } from './disassemble.ts'
import { disassemble } from './disassemble.ts'

export interface ListingOptions extends Omit<DisassembleOptions, 'symbols'> {
  /** First address; the beginning of the code unless given. */
  from?: number
  /** First address behind the listing; the end of the code unless given. */
  to?: number
  /** Lines of a source file, to show them above their code. */
  source?: (file: string) => readonly string[] | undefined
}

/** The listing of an image's code, one entry per line of text. */
export function* listing(image: Image, options: ListingOptions = {}): Generator<string> {
  const symbols = new SymbolIndex(image.symbols)
  for (const segment of image.segments) {
    if ((segment.flags & segmentFlags.execute) === 0) continue
    yield* segmentListing(image, segment, symbols, options)
  }
}

function* segmentListing(
  image: Image,
  segment: Segment,
  symbols: SymbolIndex,
  options: ListingOptions,
): Generator<string> {
  const end = Math.min(segment.address + segment.bytes.length, options.to ?? Infinity)
  let address = Math.max(segment.address, options.from ?? 0)
  let place = ''
  while (address + 2 <= end) {
    const found = symbols.find(address)
    if (found?.offset === 0) yield `\n${hex(address, 8)} <${found.symbol.name}>:`
    const shown = sourceLine(image, address, options)
    if (shown !== undefined && shown !== place) yield shown
    place = shown ?? place
    const word = wordAt(segment, address - segment.address)
    const { text, bytes } = disassemble(word, address, { ...options, symbols })
    const digits = hex(bytes === 2 ? word & 0xffff : word, bytes * 2)
    yield `${hex(address, 8)}:  ${digits.padEnd(8)}  ${text}`
    address += bytes
  }
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0')
}

/** The instruction's bits; a word cut off by the end of the segment is filled with zeros. */
function wordAt(segment: Segment, offset: number): number {
  const { bytes } = segment
  const half = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  const low = half(offset)
  return instructionBytes(low) === 2 ? low : (low | (half(offset + 2) << 16)) >>> 0
}

function sourceLine(image: Image, address: number, options: ListingOptions): string | undefined {
  const row = lineAt(image, address)
  if (row === undefined) return undefined
  const text = options.source?.(row.file)?.[row.line - 1]
  return `; ${row.file}:${row.line}${text === undefined ? '' : `  ${text.trim()}`}`
}
