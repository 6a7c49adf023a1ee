/**
 * A linked program in memory: what the linker produces, the ELF writer writes, the ELF reader reads and the machine
 * loads. It knows nothing of file offsets or section headers.
 */

/** Segment permissions, with the numbers of ELF's `p_flags`. */
export const segmentFlags = { execute: 1, write: 2, read: 4 } as const

/** A run of guest memory. `bytes` go to `address`; the rest up to `memorySize` is zero (bss). */
export interface Segment {
  /** Physical guest address of the first byte. */
  address: number
  bytes: Uint8Array
  /** Bytes of memory, never less than `bytes.length`. */
  memorySize: number
  /** Sum of `segmentFlags`. */
  flags: number
  /** Section name for other tools; derived from the flags unless given. */
  name?: string
}

/** `label` is an address without a type, `absolute` a number that is no address of the image. */
export type SymbolKind = 'function' | 'object' | 'label' | 'absolute'

export interface ImageSymbol {
  name: string
  address: number
  /** Bytes, 0 when unknown. */
  size: number
  kind: SymbolKind
  /** Visible to other objects; true unless given. */
  global?: boolean
}

/** From `address` on, up to the next row, code belongs to this place. Line 0 says that it belongs to no source. */
export interface SourceLine {
  address: number
  file: string
  line: number
  /** 1 for the first character, 0 when unknown. */
  column: number
}

export interface Image {
  /** Address of the first instruction. */
  entry: number
  segments: Segment[]
  symbols: ImageSymbol[]
  /** Sorted by address. */
  lines: SourceLine[]
  /** Sections that are not loaded, by name, e.g. `.nothread.awaits`. */
  sections: Map<string, Uint8Array>
  /** ELF's `e_flags`: 1 for code with compressed instructions; 0 unless given. */
  machineFlags?: number
}

/** Index of the last element whose address is not above `address`, or -1. `sorted` ascends by address. */
function lastAtOrBefore(sorted: readonly { address: number }[], address: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle].address <= address) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The source place of a code address, or undefined where the table knows none. */
export function lineAt(image: Pick<Image, 'lines'>, address: number): SourceLine | undefined {
  const row = image.lines[lastAtOrBefore(image.lines, address)]
  return row !== undefined && row.line !== 0 ? row : undefined
}

/** Finds symbols by address. Build it once per image: it sorts. */
export class SymbolIndex {
  readonly #sorted: ImageSymbol[]

  constructor(symbols: readonly ImageSymbol[]) {
    const rank = (symbol: ImageSymbol): number => (symbol.kind === 'label' ? 0 : 1)
    this.#sorted = symbols
      .filter((symbol) => symbol.kind !== 'absolute' && symbol.name !== '')
      .sort((a, b) => a.address - b.address || rank(a) - rank(b))
  }

  /** The nearest symbol at or before `address`; a symbol with a size must cover the address. */
  find(address: number): { symbol: ImageSymbol; offset: number } | undefined {
    for (let index = lastAtOrBefore(this.#sorted, address); index >= 0; index--) {
      const symbol = this.#sorted[index]
      const offset = address - symbol.address
      if (symbol.size === 0 || offset < symbol.size) return { symbol, offset }
    }
    return undefined
  }

  /** `name`, `name+0x10`, or undefined. */
  describe(address: number): string | undefined {
    const found = this.find(address)
    if (found === undefined) return undefined
    const { symbol, offset } = found
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`
  }
}

/** The segment that holds `address`, or undefined. */
export function segmentAt(image: Pick<Image, 'segments'>, address: number): Segment | undefined {
  return image.segments.find(
    (segment) => address >= segment.address && address - segment.address < segment.memorySize,
  )
}
