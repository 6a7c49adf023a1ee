/** Values in guest memory as the source writes them: numbers, strings, objects with their fields, arrays. */
import { shortTypeName } from '../../toolchain/dwarf/types.ts'
import type { ClassLayout } from '../../toolchain/frontend/layoutSection.ts'

/** Reads guest memory: fewer bytes where it ends. */
export type ReadMemory = (address: number, count: number) => Uint8Array

/** A typed place in memory. */
export interface TypedPlace {
  address: number
  /** As asc names it. */
  type: string
}

/** What is written out of a string or an array; longer ones end with dots. */
const mostCharacters = 200
const mostItems = 16
/** Bytes of a managed object, in the word in front of it. */
const sizeOffset = -4
const addressBytes = 4
/** Fields of asc's Array. */
const arrayFields = { data: 0, length: 12 } as const

type ReadNumber = (view: DataView) => number | bigint

const numbers: Record<string, [bytes: number, read: ReadNumber]> = {
  i8: [1, (view) => view.getInt8(0)],
  u8: [1, (view) => view.getUint8(0)],
  i16: [2, (view) => view.getInt16(0, true)],
  u16: [2, (view) => view.getUint16(0, true)],
  i32: [4, (view) => view.getInt32(0, true)],
  u32: [4, (view) => view.getUint32(0, true)],
  isize: [4, (view) => view.getInt32(0, true)],
  usize: [4, (view) => view.getUint32(0, true)],
  i64: [8, (view) => view.getBigInt64(0, true)],
  u64: [8, (view) => view.getBigUint64(0, true)],
  f32: [4, (view) => view.getFloat32(0, true)],
  f64: [8, (view) => view.getFloat64(0, true)],
}

const stringType = '~lib/string/String'
const listType = /^~lib\/(array\/Array|staticarray\/StaticArray)<(.*)>$/

/** Bytes of a variable of a type; references are addresses. */
export function bytesOf(type: string): number {
  return type === 'bool' ? 1 : (numbers[type]?.[0] ?? addressBytes)
}

export class Values {
  readonly #read: ReadMemory
  readonly #classes: ReadonlyMap<string, ClassLayout>

  constructor(read: ReadMemory, classes: readonly ClassLayout[]) {
    this.#read = read
    this.#classes = new Map(classes.map((item) => [item.name, item]))
  }

  /** A value with what it consists of, one level deep. */
  show({ address, type }: TypedPlace, depth = 1): string {
    const bytes = this.#read(address, bytesOf(type))
    if (bytes.length < bytesOf(type)) return `<0x${address.toString(16)} is not memory>`
    if (type === 'bool') return bytes[0] === 0 ? 'false' : 'true'
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const number = numbers[type]
    if (number !== undefined) return String(number[1](view))
    const object = view.getUint32(0, true)
    if (object === 0) return 'null'
    if (type === stringType) return this.#string(object)
    if (depth === 0) return `${shortTypeName(type)} at 0x${object.toString(16)}`
    return this.#object(object, type, depth - 1)
  }

  /** The place of a field of an object; undefined when there is no such field or no object. */
  field({ address, type }: TypedPlace, name: string): TypedPlace | undefined {
    const object = this.#word(address)
    const field = this.#classes.get(type)?.fields.find((item) => item.name === name)
    if (!object || field === undefined) return undefined
    return { address: object + field.offset, type: field.type.replace(/ \| null$/, '') }
  }

  /** The place of an item of an array; undefined behind its end. */
  item({ address, type }: TypedPlace, index: number): TypedPlace | undefined {
    const list = this.#list(this.#word(address), type)
    if (list === undefined || index >= list.length) return undefined
    return { address: list.start + index * bytesOf(list.item), type: list.item }
  }

  #word(address: number): number {
    const bytes = this.#read(address, addressBytes)
    return bytes.length < addressBytes
      ? 0
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  }

  #string(object: number): string {
    const bytes = this.#word(object + sizeOffset)
    const shown = Math.min(bytes, 2 * mostCharacters)
    const text = new TextDecoder('utf-16le').decode(this.#read(object, shown))
    return JSON.stringify(text) + (shown < bytes ? '…' : '')
  }

  #object(object: number, type: string, depth: number): string {
    const list = this.#list(object, type)
    if (list !== undefined) {
      const shown = Math.min(list.length, mostItems)
      const items = Array.from({ length: shown }, (_, index) =>
        this.show({ address: list.start + index * bytesOf(list.item), type: list.item }, depth),
      )
      return `[${[...items, ...(shown < list.length ? ['…'] : [])].join(', ')}]`
    }
    const name = shortTypeName(type)
    const layout = this.#classes.get(type)
    if (layout === undefined) return `${name} at 0x${object.toString(16)}`
    const fields = layout.fields.map((field) => {
      const place = { address: object + field.offset, type: field.type.replace(/ \| null$/, '') }
      return `${field.name}: ${this.show(place, depth)}`
    })
    return `${name} { ${fields.join(', ')} }`
  }

  #list(object: number, type: string): { start: number; length: number; item: string } | undefined {
    const [, kind, item] = listType.exec(type) ?? []
    if (item === undefined || object === 0) return undefined
    if (kind.endsWith('StaticArray')) {
      return { start: object, length: this.#word(object + sizeOffset) / bytesOf(item), item }
    }
    const start = this.#word(object + arrayFields.data)
    return { start, length: this.#word(object + arrayFields.length), item }
  }
}
