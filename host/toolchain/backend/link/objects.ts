/** Places the sections of assembled objects one behind another and lets the assembler's relocator patch them. */
import { BackendError } from '../errors.ts'
import type { ObjectFile } from '../../asm/object.ts'
import { relocate, RelocationError } from '../../asm/relocate.ts'
import type { ImageSymbol, Segment, SourceLine } from '../../elf/image.ts'

interface Placed {
  object: ObjectFile
  /** Address by section index; undefined for a section that is not loaded. */
  addresses: (number | undefined)[]
}

export class Objects {
  readonly end: number
  private readonly placed: Placed[] = []
  private readonly globals = new Map<string, number>()

  constructor(objects: readonly ObjectFile[], base: number) {
    let next = base
    for (const object of objects) {
      const addresses = object.sections.map((section) => {
        if (section.flags === 0) return undefined
        const address = Math.ceil(next / section.alignment) * section.alignment
        next = address + section.size
        return address
      })
      this.placed.push({ object, addresses })
    }
    this.end = next
    for (const placed of this.placed) this.defineGlobals(placed)
  }

  /** Address of a global symbol. */
  address(symbol: string): number | undefined {
    return this.globals.get(symbol)
  }

  /** Symbols that objects use and none of them defines; weak references may stay open. */
  undefinedSymbols(): string[] {
    const names = new Set<string>()
    for (const { object } of this.placed) {
      for (const symbol of object.symbols) {
        if (symbol.section !== 'undefined' || symbol.weak) continue
        if (!this.globals.has(symbol.name)) names.add(symbol.name)
      }
    }
    return [...names]
  }

  symbols(): ImageSymbol[] {
    const result: ImageSymbol[] = []
    for (const { object, addresses } of this.placed) {
      for (const symbol of object.symbols) {
        const address = definedAddress(symbol, addresses)
        if (address === undefined) continue
        const { name, size, kind, global } = symbol
        result.push({ name, address, size, kind, global })
      }
    }
    return result
  }

  lines(): SourceLine[] {
    const result: SourceLine[] = []
    for (const { object, addresses } of this.placed) {
      object.sections.forEach((section, i) => {
        const base = addresses[i]
        if (base === undefined) return
        for (const { offset, file, line, column } of section.lines) {
          result.push({ address: base + offset, file, line, column })
        }
      })
    }
    return result
  }

  /** The sections' bytes with relocations applied. */
  segments(resolve: (symbol: string) => number | undefined): Segment[] {
    const result: Segment[] = []
    for (const placed of this.placed) {
      const contents = this.relocate(placed, resolve)
      placed.object.sections.forEach((section, i) => {
        const address = placed.addresses[i]
        if (address === undefined || section.size === 0) return
        const { size: memorySize, flags, name } = section
        result.push({ address, bytes: contents[i], memorySize, flags, name })
      })
    }
    return result
  }

  private defineGlobals({ object, addresses }: Placed): void {
    for (const symbol of object.symbols) {
      if (!symbol.global) continue
      const address = definedAddress(symbol, addresses)
      if (address === undefined) continue
      if (this.globals.has(symbol.name) && !symbol.weak) {
        throw new BackendError('unresolved', `symbol ${symbol.name} is defined twice`)
      }
      this.globals.set(symbol.name, address)
    }
  }

  private relocate(
    { object, addresses }: Placed,
    resolve: (symbol: string) => number | undefined,
  ): Uint8Array[] {
    const symbol = (index: number): number | undefined => {
      const { name } = object.symbols[index]
      return definedAddress(object.symbols[index], addresses) ?? resolve(name)
    }
    try {
      return relocate(object, { sections: addresses.map((address) => address ?? 0), symbol })
    } catch (error) {
      if (!(error instanceof RelocationError)) throw error
      const { name } = object.symbols[error.relocation.symbol]
      throw new BackendError('unresolved', `${error.message} (symbol ${name})`)
    }
  }
}

function definedAddress(
  symbol: ObjectFile['symbols'][number],
  addresses: readonly (number | undefined)[],
): number | undefined {
  if (symbol.section === 'undefined') return undefined
  if (symbol.section === 'absolute') return symbol.value
  const base = addresses[symbol.section]
  return base === undefined ? undefined : base + symbol.value
}
