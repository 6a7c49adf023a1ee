/** Places of a program in words: `handler`, `echo.ts:12`, `0x80400010`, and back. */
import type { FunctionInformation, Variable } from '../../toolchain/dwarf/information.ts'
import { readInformation } from '../../toolchain/dwarf/information.ts'
import type { Image, SourceLine } from '../../toolchain/elf/image.ts'
import { lineAt, segmentAt, segmentFlags, SymbolIndex } from '../../toolchain/elf/image.ts'

/** What the user named cannot be found. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError'
}

export class Places {
  readonly #images: readonly Image[]
  readonly #symbols: SymbolIndex
  /** By falling address. */
  readonly functions: readonly FunctionInformation[]
  /** Global variables, the program's first. */
  readonly variables: readonly Variable[]
  /** Lines of a source file; undefined for one that is not there. */
  readonly #source: (file: string) => readonly string[] | undefined

  constructor(
    images: readonly Image[],
    source: (file: string) => readonly string[] | undefined = () => undefined,
  ) {
    this.#images = images
    this.#symbols = new SymbolIndex(images.flatMap((image) => image.symbols))
    this.#source = source
    const all = images.map(readInformation).reverse()
    this.functions = all.flatMap(({ functions }) => functions).sort((a, b) => b.address - a.address)
    this.variables = all
      .flatMap(({ variables }) => variables)
      .sort((a, b) => Number(isLibrary(a.name)) - Number(isLibrary(b.name)))
  }

  lineOf(address: number): SourceLine | undefined {
    for (const image of this.#images) {
      const row = lineAt(image, address)
      if (row !== undefined) return row
    }
    return undefined
  }

  /** The function that holds a code address: its name and first address. */
  functionOf(address: number): { name: string; start: number } | undefined {
    const found = this.#isCode(address) ? this.#symbols.find(address) : undefined
    return found && { name: found.symbol.name, start: found.symbol.address }
  }

  /** Where to stop for a function: behind the code that puts its parameters into their places. */
  bodyOf(address: number): number {
    const known = this.informationAt(address)
    if (known?.address !== address) return address
    const rows = this.#images
      .flatMap((image) => image.lines)
      .filter((row) => row.line !== 0)
      .filter((row) => row.address >= address && row.address < address + known.size)
    const [first, second] = rows
    // The row of a prologue is the only one without a column.
    return first?.address === address && first.column === 0 && second ? second.address : address
  }

  /** What the compiler says about the function that holds an address. */
  informationAt(address: number): FunctionInformation | undefined {
    const found = this.functions.find((item) => item.address <= address)
    return found !== undefined && address < found.address + found.size ? found : undefined
  }

  #isCode(address: number): boolean {
    return this.#images.some((image) => {
      const flags = segmentAt(image, address)?.flags ?? 0
      return (flags & segmentFlags.execute) !== 0
    })
  }

  /** `0x80400010 in handler+0x10 (echo.ts:12)`; of a place behind a call, the line is the call's. */
  describe(address: number, isBehindCall = false): string {
    const name = this.#isCode(address) ? this.#symbols.describe(address) : undefined
    const row = this.lineOf(isBehindCall ? address - 1 : address)
    const inFunction = name === undefined ? '' : ` in ${name}`
    return `${hex(address)}${inFunction}${row === undefined ? '' : ` (${row.file}:${row.line})`}`
  }

  /** Address of a symbol by its whole name, its name in the source, or the part behind its last slash; undefined when there is none. */
  symbol(name: string): number | undefined {
    const named = this.functions.filter((item) => item.name === name)
    const known = named.find((item) => !isLibrary(item.symbol)) ?? named.at(0)
    if (known !== undefined) return known.address
    const symbols = this.#images.flatMap((image) => image.symbols)
    const exact = symbols.find((symbol) => symbol.name === name)
    return (exact ?? symbols.find((symbol) => symbol.name.endsWith(`/${name}`)))?.address
  }

  /** Address of a place as the user writes it; a bare number is a line of `file`. Throws a PlaceError. */
  find(text: string, file: string | undefined): number {
    if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number(text)
    const place = /^(?:(.*):)?(\d+)$/.exec(text)
    if (place === null) {
      const address = this.symbol(text)
      if (address === undefined) throw new PlaceError(`there is no function ${text}`)
      return this.bodyOf(address)
    }
    const wanted = place[1] ?? file
    if (wanted === undefined) throw new PlaceError('say which file, as in echo.ts:12')
    return this.#lineAddress(wanted, Number(place[2]))
  }

  /** The first address of a line, or of the next one that has code. */
  #lineAddress(file: string, line: number): number {
    const rows = this.#images
      .flatMap((image) => image.lines)
      .filter((row) => row.line >= line && (row.file === file || row.file.endsWith(`/${file}`)))
    if (rows.length === 0) throw new PlaceError(`no code comes from ${file}:${line}`)
    return rows.reduce((best, row) => {
      const better = row.line < best.line || (row.line === best.line && row.address < best.address)
      return better ? row : best
    }).address
  }

  /** What tells lines apart when stepping. Where `onlyReadable`, code whose source is not there belongs to no line. */
  lineKey(address: number, onlyReadable: boolean): string | undefined {
    const row = this.lineOf(address)
    if (row === undefined || (onlyReadable && this.text(row) === undefined)) return undefined
    return `${row.file}:${row.line}`
  }

  /** The file that a bare line number means: the one at an address if it can be read, or the program's own. */
  fileAt(address: number): string | undefined {
    const row = this.lineOf(address)
    if (row !== undefined && this.text(row) !== undefined) return row.file
    const main = this.functions.find(({ name, symbol }) => name === 'main' && !isLibrary(symbol))
    return main?.file ?? row?.file
  }

  /** The text of a source line, if the file is there. */
  text({ file, line }: SourceLine): string | undefined {
    return this.#source(file)?.[line - 1]
  }
}

function isLibrary(symbol: string): boolean {
  return symbol.startsWith('~lib/')
}

/** An address of eight digits. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`
}
