/**
 * The modules of one script in the memory of the guest (core specification, §4.2.3): where each is placed, what it exports, and what its
 * imports resolve to. Every module is an image of its own; they meet by addresses.
 */
import type {
  CodeChoice,
  ImportResolution,
  LinkedImage,
} from '../../host/toolchain/backend/index.ts'
import { linkImage } from '../../host/toolchain/backend/index.ts'
import type {
  FunctionType,
  Import,
  Limits,
  ReferenceType,
  ValueType,
  WasmModule,
} from '../../host/toolchain/backend/wasm/module.ts'
import { parseModule } from '../../host/toolchain/backend/wasm/parse.ts'
import { validateModule } from '../../host/toolchain/backend/wasm/validate.ts'
import type { Guest } from '../backend/guest.ts'

/** The stack lies below the images. What it may reach is said where the thread pointer points. */
export const STACK_TOP = 0x80200000
const STACK_LIMIT = 0x80002000
const THREAD = 0x80001000
const IMAGES = 0x80200000
const MEMORIES = 0x84000000
/** Bytes of RAM the store needs. */
export const STORE_RAM = 0x20000000
const END = 0x80000000 + STORE_RAM - 0x10000

const PAGE = 0x10000
/** Pages to which a memory may grow whose module grows it, and further pages for others that may do so. */
const GROWN_PAGES = 1024
const FURTHER_PAGES = 64
const GROWN_ENTRIES = 4096
const MEMORY_GROW = 0x40
/** Scripts call functions by their addresses. */
const NO_ENTRY = '(no entry)'

export type Extern =
  | { kind: 'function'; type: FunctionType; address: number }
  | { kind: 'global'; type: ValueType; mutable: boolean; value: bigint | number }
  | { kind: 'table'; element: ReferenceType; maximum?: number; address: number; size: number }
  | { kind: 'memory'; maximum?: number; address: number; size: number; room: number }

export interface Instance {
  module: WasmModule
  image: LinkedImage
  exports: ReadonlyMap<string, Extern>
}

/** An import that nothing provides, or something of another type. */
export class LinkError extends Error {}

interface Place {
  image: number
  memory: number
}

/** Modules that nothing but the script's next commands can refer to: where they begin, and their memories. */
interface Replaceable {
  place: Place
  memories: { address: number; pages: number }[]
}

/** A module compiled for the next place, with what its imports are. */
export interface Linked {
  module: WasmModule
  image: LinkedImage
  imports: readonly Extern[]
  /** Pages set aside for its memory. */
  room: number
}

export class Store {
  private readonly guest: Guest
  private readonly code: CodeChoice
  private readonly registered = new Map<string, ReadonlyMap<string, Extern>>()
  private readonly signatures = new Map<string, number>()
  private next: Place = { image: IMAGES, memory: MEMORIES }
  private replaceable: Replaceable | undefined

  /** `code` says how modules are compiled; memories are linear, and their bounds and the stack's are checked. */
  constructor(guest: Guest, code: CodeChoice = {}) {
    this.guest = guest
    this.code = code
    guest.load({ segments: [] })
    guest.setWord(THREAD, STACK_LIMIT)
    guest.setThreadPointer(THREAD)
  }

  register(name: string, instance: Instance): void {
    this.registered.set(name, instance.exports)
    this.replaceable = undefined
  }

  /** Compiles a module and places it. Throws LinkError, or BackendError for one that is refused. */
  add(wasm: Uint8Array, isNamed: boolean): Instance {
    return this.place(this.link(wasm), isNamed)
  }

  /** Compiles a module for the next place, and leaves everything as it is. */
  link(wasm: Uint8Array): Linked {
    validateModule(wasm)
    const module = parseModule(wasm)
    const imports = module.imports.map((item) => this.provided(item))
    module.imports.forEach((item, i) => this.checkType(module, imports, i, item))
    const memory = imports.find((item) => item.kind === 'memory')
    const room = memory?.room ?? roomOf(module)
    return { module, image: this.compile(wasm, module, imports, room), imports, room }
  }

  private place({ module, image, imports, room }: Linked, isNamed: boolean): Instance {
    const place = this.next
    const ownsMemory = module.importedMemories === 0 && image.pagesAddress !== undefined
    const next = {
      image: endOf(image, place.image),
      memory: place.memory + (ownsMemory ? room * PAGE : 0),
    }
    if (next.image > MEMORIES || next.memory > END) throw new Error('no room left')
    this.next = next
    this.guest.place(image)
    // Functions may stay in a table of another module.
    if (isNamed || module.importedTables > 0) this.replaceable = undefined
    else {
      this.replaceable ??= { place, memories: [] }
      const { memories } = this.replaceable
      if (ownsMemory) memories.push({ address: place.memory, pages: image.pagesAddress! })
    }
    return { module, image, exports: exportsOf(module, image, imports, room) }
  }

  /** Takes away the newest modules, if nothing else can refer to them. */
  removeReplaceable(): void {
    if (this.replaceable === undefined) return
    const { place, memories } = this.replaceable
    for (const { address, pages } of memories) {
      this.guest.clear(address, PAGE * this.guest.word(pages))
    }
    this.next = place
    this.replaceable = undefined
  }

  private provided(item: Import): Extern {
    const found = this.registered.get(item.module)?.get(item.name)
    if (found === undefined) throw new LinkError(`unknown import ${item.module}.${item.name}`)
    if (found.kind === item.kind) return found
    throw new LinkError(`${item.module}.${item.name} is a ${found.kind}`)
  }

  private compile(
    wasm: Uint8Array,
    module: WasmModule,
    imports: readonly Extern[],
    room: number,
  ): LinkedImage {
    const memory = imports.find((item) => item.kind === 'memory')
    const origin = memory?.address ?? this.next.memory
    return linkImage({
      wasm,
      base: this.next.image,
      symbols: { [NO_ENTRY]: 0 },
      entry: NO_ENTRY,
      signatures: this.signatures,
      code: {
        ...this.code,
        memory: { kind: 'linear', origin, maximumPages: room, maximumEntries: GROWN_ENTRIES },
        checks: { bounds: true, stack: true },
      },
      imports: this.resolution(module, imports),
    })
  }

  private resolution(module: WasmModule, imports: readonly Extern[]): ImportResolution {
    const { guest } = this
    const find = <K extends Extern['kind']>(kind: K, from: string, name: string) => {
      const i = module.imports.findIndex(
        (item) => item.module === from && item.name === name && item.kind === kind,
      )
      return imports[i] as Extract<Extern, { kind: K }> | undefined
    }
    return {
      function: (from, name) => find('function', from, name)?.address,
      global: (from, name) => find('global', from, name)?.value,
      table: (from, name) => {
        const table = find('table', from, name)
        if (table === undefined) return undefined
        return { address: table.address, sizeAddress: table.size, size: guest.word(table.size) }
      },
      memory: (from, name) => {
        const memory = find('memory', from, name)
        if (memory === undefined) return undefined
        const { address, size } = memory
        return { address, pagesAddress: size, pages: guest.word(size) }
      },
    }
  }

  private checkType(
    module: WasmModule,
    imports: readonly Extern[],
    index: number,
    item: Import,
  ): void {
    const found = imports[index]
    const position = module.imports.slice(0, index).filter(({ kind }) => kind === item.kind).length
    if (this.matches(found, item, module, position)) return
    throw new LinkError(`${item.module}.${item.name} has another type`)
  }

  /** Import matching (core specification, §3.4.11); `position` is the import's index among those of its kind. */
  private matches(found: Extern, item: Import, module: WasmModule, position: number): boolean {
    switch (found.kind) {
      case 'function': {
        const { parameters, results } = module.types[item.type]
        const same = (a: readonly ValueType[], b: readonly ValueType[]): boolean =>
          a.join() === b.join()
        return same(found.type.parameters, parameters) && same(found.type.results, results)
      }
      case 'global':
        return found.type === item.global!.type && found.mutable === item.global!.mutable
      case 'table': {
        const wanted = module.tables[position]
        return found.element === wanted.element && this.limitsMatch(found, wanted)
      }
      case 'memory':
        return this.limitsMatch(found, module.memories[position])
    }
  }

  private limitsMatch(found: { size: number; maximum?: number }, wanted: Limits): boolean {
    if (this.guest.word(found.size) < wanted.minimum) return false
    if (wanted.maximum === undefined) return true
    return found.maximum !== undefined && found.maximum <= wanted.maximum
  }
}

/** Pages to set aside for the memory that a module defines. */
function roomOf({ bytes, memories: [memory], exports }: WasmModule): number {
  if (memory === undefined) return 0
  const { minimum, maximum = Infinity } = memory
  if (bytes.some((byte, i) => byte === MEMORY_GROW && bytes[i + 1] === 0)) {
    return Math.min(maximum, Math.max(minimum, GROWN_PAGES))
  }
  const isExported = exports.some(({ kind }) => kind === 'memory')
  return isExported ? Math.min(maximum, minimum + FURTHER_PAGES) : minimum
}

function endOf(image: LinkedImage, least: number): number {
  const ends = image.segments
    .filter(({ address }) => address < MEMORIES)
    .map(({ address, memorySize }) => address + memorySize)
  return Math.ceil(Math.max(least, ...ends) / 0x1000) * 0x1000
}

function exportsOf(
  module: WasmModule,
  image: LinkedImage,
  imports: readonly Extern[],
  room: number,
): Map<string, Extern> {
  const importedGlobals = imports.filter(({ kind }) => kind === 'global')
  const result = new Map<string, Extern>()
  module.exports.forEach(({ name, kind, index }, i) => {
    const { address = 0, sizeAddress: size = 0 } = image.exports[i]
    switch (kind) {
      case 'function':
        result.set(name, { kind, type: module.types[module.functions[index]], address })
        return
      case 'global': {
        const { type, mutable, initial } = module.globals[index]
        const constant = initial.kind === 'value' ? initial.bits : 0n
        const value = image.exports[i].address ?? constant
        result.set(name, importedGlobals[index] ?? { kind, type, mutable, value })
        return
      }
      case 'table': {
        const { element, maximum } = module.tables[index]
        result.set(name, { kind, element, maximum, address, size })
        return
      }
      case 'memory':
        result.set(name, { kind, maximum: module.memories[index].maximum, address, size, room })
    }
  })
  return result
}
