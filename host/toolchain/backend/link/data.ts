/** The initialised memory of a unit: data segments, globals, function tables and what passive segments need. */
import { GLOBAL_CHUNK_BYTES, wordsOf } from '../lower/context.ts'
import type { ImageSymbol } from '../../elf/image.ts'
import type {
  Constant,
  DataSegment,
  ElementSegment,
  TableType,
  WasmModule,
} from '../wasm/module.ts'
import type { Unit } from './units.ts'

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
    const linear = options.memory.kind === 'linear'
    module.tables.forEach((table, i) => {
      if (i < module.importedTables) return
      area(`__table.${i}`, tableLimit(unit, table) * TABLE_ENTRY_BYTES, 8)
      if (linear) area(`__table_size.${i}`, 8, 8)
    })
    module.data.forEach((segment, i) => {
      if (segment.mode === 'passive') area(`__data.${i}`, 8 + segment.bytes.length, 8)
    })
    module.elements.forEach((segment, i) => {
      if (segment.mode !== 'passive') return
      area(`__elements.${i}`, 8 + TABLE_ENTRY_BYTES * segment.functions.length, 8)
    })
    if (linear && unit.importedMemory === undefined) area('__memory_pages', 4, 4)
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
  chunks(functionAddress: FunctionAddress): Chunk[] {
    const { prefix, module } = this.unit.context
    const globals = this.globalBytes(functionAddress)
    const contents: Readonly<Record<string, (number: number, size: number) => Uint8Array>> = {
      __globals: (number, size) => {
        const start = number * GLOBAL_CHUNK_BYTES
        return globals.slice(start, start + size)
      },
      __table: (number, size) => this.table(number, size, functionAddress),
      __table_size: (number) => {
        const table = module.tables[number]
        return words([table.minimum, tableLimit(this.unit, table)])
      },
      __elements: (number) => this.passiveElements(number, functionAddress),
      __data: (number) => passiveBytes(module, number),
      __memory_pages: () => words([module.memories[0]?.minimum ?? 0]),
    }
    return this.areas.map(({ symbol, address, size }) => {
      const [name, number] = symbol.slice(prefix.length).split('.')
      return { address, bytes: contents[name](Number(number), size) }
    })
  }

  private globalBytes(functionAddress: FunctionAddress): Uint8Array {
    const { module, globals } = this.unit.context
    const bytes = new Uint8Array(this.unit.globalBytes)
    const view = new DataView(bytes.buffer)
    module.globals.forEach(({ type, initial }, index) => {
      const place = globals[index]
      if (index < module.importedGlobals || place.kind !== 'memory') return
      const chunk = Number(place.symbol.slice(place.symbol.lastIndexOf('.') + 1))
      const offset = chunk * GLOBAL_CHUNK_BYTES + place.offset
      const bits = constantBits(this.unit, initial, functionAddress)
      view.setUint32(offset, Number(bits & 0xffffffffn), true)
      if (wordsOf(type) === 2) view.setUint32(offset + 4, Number(bits >> 32n), true)
    })
    return bytes
  }

  /** A table with the active segments that fit, up to the first that does not. */
  private table(index: number, size: number, functionAddress: FunctionAddress): Uint8Array {
    const { module } = this.unit.context
    const bytes = new Uint8Array(size)
    for (const segment of activeElements(module)) {
      if (!elementsFit(this.unit, segment)) break
      if (segment.table !== index) continue
      const start = TABLE_ENTRY_BYTES * Number(constantBits(this.unit, segment.offset!))
      bytes.set(entries(this.unit, segment, functionAddress), start)
    }
    return bytes
  }

  /** Length, a reserved word, then the entries. */
  private passiveElements(index: number, functionAddress: FunctionAddress): Uint8Array {
    const segment = this.unit.context.module.elements[index]
    const bytes = new Uint8Array(8 + TABLE_ENTRY_BYTES * segment.functions.length)
    bytes.set(words([segment.functions.length]))
    bytes.set(entries(this.unit, segment, functionAddress), 8)
    return bytes
  }
}

/** Code address of a function by its index. */
export type FunctionAddress = (index: number) => number

/** Entries a table may grow to. Only tables of linear modules that others may reach or that grow themselves need more than they start with. */
function tableLimit({ context }: Unit, { minimum, maximum }: TableType): number {
  const { memory } = context.options
  if (memory.kind === 'physical') return minimum
  return Math.min(maximum ?? Infinity, Math.max(minimum, memory.maximumEntries ?? 0))
}

/** The entries of a segment as tables have them. */
function entries(
  unit: Unit,
  { functions }: ElementSegment,
  functionAddress: FunctionAddress,
): Uint8Array {
  const bytes = new Uint8Array(TABLE_ENTRY_BYTES * functions.length)
  const view = new DataView(bytes.buffer)
  functions.forEach((item, i) => {
    view.setBigUint64(TABLE_ENTRY_BYTES * i, constantBits(unit, item, functionAddress), true)
  })
  return bytes
}

const activeElements = (module: WasmModule): ElementSegment[] =>
  module.elements.filter(({ mode }) => mode === 'active')

function elementsFit(unit: Unit, { table, offset, functions }: ElementSegment): boolean {
  const { tables } = unit.context.module
  const size = unit.importedTables[table]?.size ?? tables[table].minimum
  return Number(constantBits(unit, offset!)) + functions.length <= size
}

function dataFits(unit: Unit, { offset, bytes }: DataSegment): boolean {
  const { module, options } = unit.context
  if (options.memory.kind === 'physical') return true
  const pages = unit.importedMemory?.pages ?? module.memories[0]?.minimum ?? 0
  return Number(constantBits(unit, offset!)) + bytes.length <= pages * WASM_PAGE
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

/** The bits of a constant expression; a function's are its reference. */
export function constantBits(
  unit: Unit,
  constant: Constant,
  functionAddress: FunctionAddress = () => 0,
): bigint {
  const { module, globals, signatureIds } = unit.context
  switch (constant.kind) {
    case 'value':
      return constant.bits
    case 'global': {
      const place = globals[constant.index]
      if (place.kind === 'constant') return place.bits
      return constantBits(unit, module.globals[constant.index].initial, functionAddress)
    }
    case 'function': {
      const signature = BigInt(signatureIds[module.functions[constant.index]])
      return BigInt(functionAddress(constant.index) >>> 0) | (signature << 32n)
    }
    case 'null':
      return 0n
  }
}

export interface ActiveSegments {
  chunks: Chunk[]
  /** Why initialisation stops: a segment that does not fit. Those behind it are left out. */
  fault: string | undefined
}

/** Active segments at their machine addresses: elements of imported tables, then data. */
export function activeSegments(
  unit: Unit,
  origin: number,
  functionAddress: FunctionAddress,
): ActiveSegments {
  const chunks: Chunk[] = []
  for (const segment of activeElements(unit.context.module)) {
    if (!elementsFit(unit, segment)) {
      return { chunks, fault: 'an element segment does not fit its table' }
    }
    const table = unit.importedTables[segment.table]
    if (table === undefined) continue
    const start = TABLE_ENTRY_BYTES * Number(constantBits(unit, segment.offset!))
    chunks.push({ address: table.address + start, bytes: entries(unit, segment, functionAddress) })
  }
  for (const segment of unit.context.module.data) {
    if (segment.mode !== 'active') continue
    if (!dataFits(unit, segment)) {
      return { chunks, fault: 'a data segment does not fit the memory' }
    }
    const start = Number(constantBits(unit, segment.offset!))
    chunks.push({ address: origin + start, bytes: segment.bytes })
  }
  return { chunks, fault: undefined }
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
