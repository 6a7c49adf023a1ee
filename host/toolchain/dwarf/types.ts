/**
 * Types of the source as debugging entries: base types, and classes as references to structures. A string is an array of UTF-16 units, and a
 * static array one of its elements, whose length lies in front of them in memory.
 */
import type { ByteSink } from '../elf/bytes.ts'
import type { ClassLayout, FieldLayout } from '../frontend/layoutSection.ts'
import { abbreviation } from './abbreviations.ts'
import * as dwarf from './constants.ts'

const addressBytes = 4

/** Encoding and bytes. */
const bases: Record<string, [number, number]> = {
  bool: [dwarf.DW_ATE_boolean, 1],
  i8: [dwarf.DW_ATE_signed, 1],
  i16: [dwarf.DW_ATE_signed, 2],
  i32: [dwarf.DW_ATE_signed, 4],
  i64: [dwarf.DW_ATE_signed, 8],
  isize: [dwarf.DW_ATE_signed, 4],
  u8: [dwarf.DW_ATE_unsigned, 1],
  u16: [dwarf.DW_ATE_unsigned, 2],
  u32: [dwarf.DW_ATE_unsigned, 4],
  u64: [dwarf.DW_ATE_unsigned, 8],
  usize: [dwarf.DW_ATE_unsigned, 4],
  f32: [dwarf.DW_ATE_float, 4],
  f64: [dwarf.DW_ATE_float, 8],
  char16_t: [dwarf.DW_ATE_UTF, 2],
}

const string = '~lib/string/String'
const staticArray = /^~lib\/staticarray\/StaticArray<(.*)>$/
const array = /^~lib\/array\/Array<(.*)>$/

/** Type names inside of this file: what a reference points to. */
const target = (name: string): string => `*${name}`
const elements = (name: string): string => `[]${name}`

export class TypeEntries {
  readonly #classes: ReadonlyMap<string, ClassLayout>
  /** Offset in `.debug_info` by type. */
  readonly #places = new Map<string, number>()
  /** Types that entries refer to, and where. */
  readonly #references: { at: number; type: string }[] = []

  constructor(classes: readonly ClassLayout[]) {
    this.#classes = new Map(classes.map((item) => [item.name, item]))
  }

  /** Refers to a type that is written later. */
  refer(out: ByteSink, type: string): void {
    this.#references.push({ at: out.length, type })
    out.u32(0)
  }

  /** Writes every type that has been referred to, and fills the references. */
  write(out: ByteSink): void {
    // Types refer to further ones while the list is walked.
    for (const { type } of this.#references) {
      if (this.#places.has(type)) continue
      this.#places.set(type, out.length)
      this.#writeType(out, type)
    }
    for (const { at, type } of this.#references) out.patchU32(at, this.#places.get(type)!)
  }

  #writeType(out: ByteSink, type: string): void {
    if (type.startsWith('*')) return this.#writeStructure(out, type.slice(1))
    if (type.startsWith('[]')) return this.#writeArray(out, type.slice(2))
    const base = bases[type]
    if (base !== undefined) {
      const [encoding, bytes] = base
      out.uleb(abbreviation('base')).string(type).u8(encoding).uleb(bytes)
      return
    }
    out.uleb(abbreviation('pointer')).uleb(addressBytes)
    const item = staticArray.exec(type)?.[1]
    if (type.includes('=>')) this.refer(out, 'u8')
    else if (type === string) this.refer(out, elements('char16_t'))
    else this.refer(out, item === undefined ? target(type) : elements(item))
  }

  #writeStructure(out: ByteSink, type: string): void {
    const layout = this.#classes.get(type)
    out.uleb(abbreviation('structure')).string(shortTypeName(type))
    out.uleb(layout?.bytes ?? 0)
    for (const { name, type: field, offset } of layout?.fields ?? arrayFields(type)) {
      out.uleb(abbreviation('member')).string(name)
      this.refer(out, field.replace(/ \| null$/, ''))
      out.uleb(offset)
    }
    out.uleb(0)
  }

  /** The word in front of the object is its bytes. */
  #writeArray(out: ByteSink, item: string): void {
    const bytes = bases[item]?.[1] ?? addressBytes
    out.uleb(abbreviation('array'))
    this.refer(out, item)
    out.uleb(abbreviation('count'))
    this.refer(out, 'u32')
    const expression = [
      dwarf.DW_OP_push_object_address,
      dwarf.DW_OP_lit0 + addressBytes,
      dwarf.DW_OP_minus,
      dwarf.DW_OP_deref,
      dwarf.DW_OP_lit0 + Math.log2(bytes),
      dwarf.DW_OP_shr,
    ]
    out.uleb(expression.length).bytes(Uint8Array.from(expression))
    out.uleb(0)
  }
}

/** asc's library is not among the layouts; an array's items are behind `data`. */
function arrayFields(type: string): Pick<FieldLayout, 'name' | 'type' | 'offset'>[] {
  const item = array.exec(type)?.[1]
  if (item === undefined) return []
  return [
    { name: 'data', type: `~lib/staticarray/StaticArray<${item}>`, offset: 0 },
    { name: 'length', type: 'i32', offset: 12 },
  ]
}

/** `net/socket/Socket` as the source calls it, also inside of type arguments. */
export function shortTypeName(type: string): string {
  return type.replace(/[^<>,() ]*\//g, '')
}
