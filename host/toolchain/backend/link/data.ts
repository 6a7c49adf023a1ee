/** The initialised memory of a unit: data segments, globals, function tables and what passive segments need. */
import { BackendError } from '../errors.ts'
import { GLOBAL_CHUNK_BYTES, wordsOf } from '../lower/context.ts'
import type { Constant, WasmModule } from '../wasm/module.ts'
import type { ImageSymbol } from '../../elf/image.ts'
import type { Unit } from './program.ts'

const WASM_PAGE = 0x10000
const TABLE_ENTRY_BYTES = 8
const HEAP_BASE = '__heap_base'

export interface Chunk {
  address: number
  bytes: Uint8Array
}

/** A memory area that symbols point into; filled once all addresses are known. */
interface Area {
  symbol: string
  address: number
  size: number
}

export class UnitData {
  private readonly unit: Unit
  private readonly areas: Area[] = []
  readonly end: number

  constructor(unit: Unit, base: number) {
    this.unit = unit
    let next = base
    const { prefix, module, options } = unit.context
    const area = (symbol: string, size: number, alignment: number): void => {
      const address = Math.ceil(next / alignment) * alignment
      this.areas.push({ symbol: prefix + symbol, address, size })
      next = address + size
    }
    for (let chunk = 0; chunk * GLOBAL_CHUNK_BYTES < unit.globalBytes; chunk++) {
      const rest = unit.globalBytes - chunk * GLOBAL_CHUNK_BYTES
      area(`__globals.${chunk}`, Math.min(rest, GLOBAL_CHUNK_BYTES), GLOBAL_CHUNK_BYTES)
    }
    module.tables.forEach((table, i) => area(`__table.${i}`, table.minimum * TABLE_ENTRY_BYTES, 8))
    module.data.forEach((segment, i) => {
      if (segment.mode === 'passive') area(`__data.${i}`, 8 + segment.bytes.length, 8)
    })
    module.elements.forEach((segment, i) => {
      if (segment.mode !== 'passive') return
      area(`__elements.${i}`, 8 + TABLE_ENTRY_BYTES * segment.functions.length, 8)
    })
    if (options.memory.kind === 'linear') area('__memory_pages', 4, 4)
    this.end = next
  }

  address(symbol: string): number | undefined {
    return this.areas.find((area) => area.symbol === symbol)?.address
  }

  /** The function tables, as symbols `__table.N`. */
  tableSymbols(): ImageSymbol[] {
    return this.areas
      .filter(({ symbol }) => symbol.startsWith('__table.'))
      .map(({ symbol, address, size }) => ({ name: symbol, address, size, kind: 'object' }))
  }

  /** Contents of all areas; `functionAddress` gives a function's code address by its index. */
  chunks(functionAddress: (index: number) => number): Chunk[] {
    const { prefix, module } = this.unit.context
    const globals = this.globalBytes()
    return this.areas.map(({ symbol, address, size }) => {
      const name = symbol.slice(prefix.length)
      const number = Number(name.slice(name.indexOf('.') + 1))
      if (name.startsWith('__globals')) {
        const start = number * GLOBAL_CHUNK_BYTES
        return { address, bytes: globals.slice(start, start + size) }
      }
      if (name.startsWith('__table')) return { address, bytes: this.table(number, functionAddress) }
      if (name.startsWith('__elements')) {
        return { address, bytes: this.passiveElements(number, functionAddress) }
      }
      if (name.startsWith('__data')) return { address, bytes: passiveBytes(module, number) }
      return { address, bytes: words([module.memories[0]?.minimum ?? 0]) }
    })
  }

  private globalBytes(): Uint8Array {
    const { module, globals } = this.unit.context
    const bytes = new Uint8Array(this.unit.globalBytes)
    const view = new DataView(bytes.buffer)
    module.globals.forEach(({ type, initial }, index) => {
      const place = globals[index]
      if (index < module.importedGlobals || place.kind !== 'memory') return
      const chunk = Number(place.symbol.slice(place.symbol.lastIndexOf('.') + 1))
      const offset = chunk * GLOBAL_CHUNK_BYTES + place.offset
      const bits = constantBits(this.unit, initial)
      view.setUint32(offset, Number(bits & 0xffffffffn), true)
      if (wordsOf(type) === 2) view.setUint32(offset + 4, Number(bits >> 32n), true)
    })
    return bytes
  }

  private table(index: number, functionAddress: (index: number) => number): Uint8Array {
    const { module } = this.unit.context
    const bytes = new Uint8Array(module.tables[index].minimum * TABLE_ENTRY_BYTES)
    for (const segment of module.elements) {
      if (segment.mode !== 'active' || segment.table !== index) continue
      const start = Number(constantBits(this.unit, segment.offset!))
      if (TABLE_ENTRY_BYTES * (start + segment.functions.length) > bytes.length) {
        throw new BackendError('malformed', 'an element segment does not fit its table')
      }
      this.writeEntries(bytes, TABLE_ENTRY_BYTES * start, segment.functions, functionAddress)
    }
    return bytes
  }

  /** Length, a reserved word, then the entries. */
  private passiveElements(index: number, functionAddress: (index: number) => number): Uint8Array {
    const { functions } = this.unit.context.module.elements[index]
    const bytes = new Uint8Array(8 + TABLE_ENTRY_BYTES * functions.length)
    bytes.set(words([functions.length]))
    this.writeEntries(bytes, 8, functions, functionAddress)
    return bytes
  }

  private writeEntries(
    bytes: Uint8Array,
    start: number,
    items: readonly Constant[],
    functionAddress: (index: number) => number,
  ): void {
    const { module, signatureIds } = this.unit.context
    const view = new DataView(bytes.buffer)
    items.forEach((item, i) => {
      if (item.kind !== 'function') return
      const at = start + TABLE_ENTRY_BYTES * i
      view.setUint32(at, functionAddress(item.index), true)
      view.setUint32(at + 4, signatureIds[module.functions[item.index]], true)
    })
  }
}

/** Length, a reserved word, then the bytes. */
function passiveBytes(module: WasmModule, index: number): Uint8Array {
  const source = module.data[index].bytes
  const bytes = new Uint8Array(8 + source.length)
  bytes.set(words([source.length]))
  bytes.set(source, 8)
  return bytes
}

export function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => view.setUint32(4 * i, value, true))
  return bytes
}

export function constantBits(unit: Unit, constant: Constant): bigint {
  switch (constant.kind) {
    case 'value':
      return constant.bits
    case 'global': {
      const place = unit.context.globals[constant.index]
      if (place.kind === 'constant') return place.bits
      const { initial } = unit.context.module.globals[constant.index]
      return constantBits(unit, initial)
    }
    default:
      return 0n
  }
}

/** Active data segments at their machine addresses. */
export function activeData(unit: Unit, origin: number): Chunk[] {
  const chunks: Chunk[] = []
  for (const { mode, offset, bytes } of unit.context.module.data) {
    if (mode !== 'active') continue
    const start = Number(constantBits(unit, offset!))
    const { memory } = unit.context.options
    const pages = unit.context.module.memories[0]?.minimum ?? 0
    if (memory.kind === 'linear' && start + bytes.length > pages * WASM_PAGE) {
      throw new BackendError('malformed', 'a data segment does not fit the memory')
    }
    chunks.push({ address: origin + start, bytes })
  }
  return chunks
}

/**
 * Where the static data ends: asc's `__heap_base` where its name or export survives, otherwise the end of the memory's initial pages,
 * because zeroed static data has no segment. A linear memory is elsewhere.
 */
export function staticDataEnd(unit: Unit, base: number): number {
  const { module, options } = unit.context
  if (options.memory.kind === 'linear') return base
  const exported = module.exports.find(({ kind, name }) => kind === 'global' && name === HEAP_BASE)
  const named = [...module.globalNames].find(([, name]) => name.endsWith(`/${HEAP_BASE}`))
  const index = exported?.index ?? named?.[0]
  if (index !== undefined) return Number(constantBits(unit, module.globals[index].initial))
  return Math.max(base, (module.memories[0]?.minimum ?? 0) * WASM_PAGE)
}
