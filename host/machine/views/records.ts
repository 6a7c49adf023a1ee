/**
 * Records of the guest by the names of their fields, read from guest memory by the layouts in an image. A view that asks for a class or
 * a field that the image does not have is a mistake of the views, and says so.
 */

import type { Image } from '../../toolchain/elf/image.ts'
import { SymbolIndex } from '../../toolchain/elf/image.ts'
import type { ClassLayout, FieldLayout, Layouts } from '../../toolchain/frontend/layouts.ts'
import { readLayouts } from '../../toolchain/frontend/layouts.ts'
import type { Memory } from '../memory.ts'

/** A list cannot have more entries than RAM has room for; a longer walk means that it is broken. */
const mostEntries = 1 << 20
/** An entry of a function table: the address of the code, and the number of its signature. */
const tableEntryBytes = 8
const tableSymbol = '__table.0'

/** A record at an address. */
export interface Row {
  readonly address: number
  /** A field's value; a pointer is an address, and 0 is null. */
  (field: string): number
}

export class Records {
  readonly memory: Memory
  readonly #classes: Map<string, Map<string, FieldLayout>>
  readonly #sizes: Map<string, number>
  readonly #constants: Layouts['constants']
  readonly #symbols: Map<string, number>
  readonly names: SymbolIndex

  constructor(image: Image, memory: Memory) {
    const { classes, constants } = readLayouts(image)
    this.memory = memory
    this.#classes = new Map(classes.map((layout) => [layout.name, fieldsOf(layout)]))
    this.#sizes = new Map(classes.map(({ name, bytes }) => [name, bytes]))
    this.#constants = constants
    this.#symbols = new Map(image.symbols.map(({ name, address }) => [name, address]))
    this.names = new SymbolIndex(image.symbols)
  }

  /** Whether the image has the class. */
  has(className: string): boolean {
    return this.#classes.has(className)
  }

  /** Bytes of a record, with those of its bases. */
  size(className: string): number {
    const bytes = this.#sizes.get(className)
    if (bytes === undefined) throw new Error(`the image has no class ${className}`)
    return bytes
  }

  /** Offset of a field in a record. */
  offset(className: string, field: string): number {
    return this.#field(className, field).offset
  }

  /** The record of a class at an address. */
  at(className: string, address: number): Row {
    const row = (field: string): number => {
      const { offset, bytes } = this.#field(className, field)
      return this.number(address + offset, bytes)
    }
    return Object.assign(row, { address })
  }

  /** A little-endian number in memory. */
  number(address: number, bytes: number): number {
    return this.memory.bytes(address, bytes).reduceRight((sum, byte) => sum * 256 + byte, 0)
  }

  /** The value of a named constant, as an unsigned number of 32 bits. */
  constant(name: string): number {
    const value = this.#constants[name]
    if (value === undefined) throw new Error(`the image has no constant ${name}`)
    return value >>> 0
  }

  /** The value of a variable of a module. */
  variable(name: string): number {
    const address = this.#symbols.get(name)
    if (address === undefined) throw new Error(`the image has no variable ${name}`)
    return this.memory.word(address)
  }

  /** Names of constants by value, from their prefix: `ke/object/TYPE_` gives `NOTIFICATION_EVENT` for 1. */
  enumeration(prefix: string): Map<number, string> {
    const found = Object.entries(this.#constants).filter(([name]) => name.startsWith(prefix))
    return new Map(found.map(([name, value]) => [value, name.slice(prefix.length)]))
  }

  /** Records of a circular list, from the address of its head and the field that is the entry's first word. */
  list(head: number, className: string, entry: string): Row[] {
    const offset = this.offset(className, entry)
    const found: Row[] = []
    let next = this.memory.word(head)
    while (next !== head && next !== 0 && found.length < mostEntries) {
      found.push(this.at(className, next - offset))
      next = this.memory.word(next)
    }
    return found
  }

  /** The name of the function with this index in the function table, or of the code at this address. */
  functionName(routine: number): string {
    const table = this.#symbols.get(tableSymbol)
    const isIndex = table !== undefined && !this.memory.holds(routine, 4)
    const address = isIndex ? this.memory.word(table + tableEntryBytes * routine) : routine
    return this.names.describe(address) ?? `0x${address.toString(16)}`
  }

  /** UTF-16 text. */
  text(address: number, bytes: number): string {
    return new TextDecoder('utf-16le').decode(this.memory.bytes(address, bytes))
  }

  #field(className: string, field: string): FieldLayout {
    const found = this.#classes.get(className)?.get(field)
    if (found === undefined) throw new Error(`the image has no field ${field} of ${className}`)
    return found
  }
}

function fieldsOf({ fields }: ClassLayout): Map<string, FieldLayout> {
  return new Map(fields.map((field) => [field.name, field]))
}
