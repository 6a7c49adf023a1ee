/**
 * Links a program: wasm module, support routines and assembled objects become an image at a base address (docs/design.md §4).
 *
 *   base            program header (programs only), assembled objects
 *   base + 0x1000   data of the wasm module
 *                   globals, function tables
 *                   code
 *                   coroutine descriptors
 *   __image_end     heap
 */
import type { ObjectFile } from '../../asm/object.ts'
import { DEBUG_SECTION, informationBytes } from '../../dwarf/information.ts'
import type { Image, ImageSymbol, Segment } from '../../elf/image.ts'
import { segmentFlags } from '../../elf/image.ts'
import type { SourceNames } from '../../frontend/names.ts'
import { BackendError } from '../errors.ts'
import { descriptorSymbol, LINKER } from '../lower/context.ts'
import type { CodeChoice } from '../options.ts'
import { parseMarch } from '../march.ts'
import { DEFAULT_CODE } from '../options.ts'
import type { Dump } from '../passes/pipeline.ts'
import { parseModule } from '../wasm/parse.ts'
import type { CodeCache } from './codeCache.ts'
import type { CoroutineTable } from './coroutines.ts'
import { coroutineTables, descriptorBytes, descriptorSize } from './coroutines.ts'
import { debugInformation, globalVariables } from './information.ts'
import { activeSegments, staticDataEnd, UnitData, words } from './data.ts'
import type { ExportedItem } from './exports.ts'
import { exportedItems, globalSymbols } from './exports.ts'
import { Objects } from './objects.ts'
import type { Compiled } from './program.ts'
import { compileReachable } from './program.ts'
import { sourceLines } from './lines.ts'
import { WORD } from './sizes.ts'
import type { PlacedFunction, Resolve } from './text.ts'
import { Text } from './text.ts'
import type { ImportResolution, Unit } from './units.ts'
import { createUnit, supportUnit } from './units.ts'
import { validateModule } from '../wasm/validate.ts'

export const DATA_OFFSET = 0x1000
const HEADER_BYTES = 32
const HEADER_MAGIC = 0x4750544e
const HEADER_VERSION = 1
const HEAP_ALIGNMENT = 16
const CODE_ALIGNMENT = 16
/** ELF's EF_RISCV_RVC. */
const FLAG_COMPRESSED = 1
const DEFAULT_RAM_END = 0x84000000

export const COROUTINE_SECTION = '.nothread.coroutines'

export interface LinkOptions {
  /** The program. */
  wasm: Uint8Array
  /** Address of the image; asc's `memoryBase` is base + 0x1000. */
  base: number
  /** Assembled objects, placed from the base on. */
  objects?: readonly ObjectFile[]
  /** Symbol or export name of the first instruction. */
  entry: string
  /** Whether the image is a program: it begins with the header the kernel reads. */
  header?: boolean
  /** asc's source map, for line tables. */
  sourceMap?: string
  /** What the source calls functions and variables, for debuggers. */
  names?: SourceNames
  /** Names of files in the source map to names in the line table. */
  renameSource?: (file: string) => string
  /** Numbers that objects may refer to by name. */
  symbols?: Readonly<Record<string, number>>
  /** First address behind RAM. */
  ramEnd?: number
  code?: CodeChoice
  /** What further imports stand for. */
  imports?: ImportResolution
  /** Numbers of signatures; images that call each other through pointers share one map. */
  signatures?: Map<string, number>
  /** Receives every function's text after every pass. */
  dump?: Dump
  /** Functions that were compiled before. */
  cache?: CodeCache
}

export interface LinkedImage extends Image {
  coroutines: CoroutineTable[]
  /** The word that holds the pages of a linear memory, of the module's own or imported. */
  pagesAddress: number | undefined
  /** The module's start function. */
  start: number | undefined
  /** What the wasm module exports. */
  exports: ExportedItem[]
  /** Why a linear module cannot be initialised: its segments up to the one that does not fit are in the image. */
  fault: string | undefined
}

/** Compiles and links. Throws BackendError. */
export function linkImage(options: LinkOptions): LinkedImage {
  return new Linker(options).link()
}

/** A coroutine and where its descriptor stands. */
interface Descriptor {
  placed: PlacedFunction
  address: number
}

class Linker {
  private readonly options: LinkOptions
  private readonly units: Unit[]
  private readonly objects: Objects
  private readonly unitData: UnitData[]
  private readonly compiled: Compiled[]
  private readonly text: Text
  private readonly symbols = new Map<string, number>()
  private readonly dataBase: number
  private readonly dataEnd: number

  constructor(options: LinkOptions) {
    this.options = options
    this.units = createUnits(options)
    const { base } = options
    this.objects = new Objects(options.objects ?? [], base + (options.header ? HEADER_BYTES : 0))
    this.dataBase = base + DATA_OFFSET
    if (this.objects.end > this.dataBase) {
      throw new BackendError('limit', 'the assembled objects exceed the space in front of the data')
    }
    let next = staticDataEnd(this.units[0], this.dataBase)
    this.unitData = this.units.map((unit) => {
      const data = new UnitData(unit, next)
      next = data.end
      return data
    })
    this.dataEnd = next
    this.compiled = this.compile()
    const codes = this.compiled.map(({ code }) => code)
    this.text = new Text(codes, align(next, CODE_ALIGNMENT), this.compressed)
  }

  link(): LinkedImage {
    this.defineFixedSymbols()
    this.text.place((symbol) => this.known(symbol))
    const descriptors = this.defineTextSymbols()
    const resolve = (symbol: string): number => this.resolve(symbol)
    const textBytes = this.text.encode(resolve)
    const data = this.dataSegments()
    const segments = [
      ...this.objects.segments((symbol) => this.known(symbol)),
      ...data.segments,
      ...this.codeSegments(textBytes, descriptors),
    ]
    const coroutines = coroutineTables(this.text.functions, resolve)
    const sections = new Map<string, Uint8Array>()
    if (coroutines.length > 0) sections.set(COROUTINE_SECTION, json(coroutines))
    const globals = globalVariables(this.units[0], resolve, this.options.names)
    const information = debugInformation(this.options, this.compiled, this.text, globals)
    sections.set(DEBUG_SECTION, informationBytes(information))
    return {
      entry: this.resolve(this.options.entry),
      segments: this.options.header ? [this.header(), ...segments] : segments,
      symbols: this.imageSymbols(resolve),
      lines: sourceLines(
        this.options,
        this.objects,
        this.compiled,
        this.text,
        information.functions,
      ),
      sections,
      machineFlags: this.compressed ? FLAG_COMPRESSED : 0,
      coroutines,
      pagesAddress: this.known('__memory_pages'),
      start: this.startAddress(),
      exports: exportedItems(this.units[0], resolve, (symbol) => this.known(symbol)),
      fault: data.fault,
    }
  }

  private get compressed(): boolean {
    return parseMarch(this.options.code?.march ?? DEFAULT_CODE.march).compressed
  }

  private compile(): Compiled[] {
    const { units, objects, options } = this
    const isKnown = (symbol: string): boolean =>
      this.known(symbol) !== undefined || LINKER_SYMBOLS.has(symbol)
    const roots = new Set<string>([options.entry, ...objects.undefinedSymbols()])
    const { module, functionSymbols } = units[0].context
    if (module.start !== undefined) roots.add(functionSymbols[module.start])
    for (const { kind, index } of module.exports) {
      if (kind === 'function') roots.add(functionSymbols[index])
    }
    const references = [
      ...module.elements.flatMap(({ functions }) => functions),
      ...module.globals.map(({ initial }) => initial),
    ]
    for (const item of references) {
      if (item.kind === 'function') roots.add(functionSymbols[item.index])
    }
    return compileReachable(units, roots, isKnown, options)
  }

  /** Addresses that do not depend on the code. */
  private known(symbol: string): number | undefined {
    return (
      this.symbols.get(symbol) ??
      this.units[0].externals.get(symbol) ??
      this.objects.address(symbol) ??
      this.given(symbol) ??
      this.unitData.map((data) => data.address(symbol)).find((address) => address !== undefined)
    )
  }

  private given(symbol: string): number | undefined {
    const { symbols = {} } = this.options
    return Object.hasOwn(symbols, symbol) ? symbols[symbol] : undefined
  }

  private defineFixedSymbols(): void {
    this.symbols.set(LINKER.imageBase, this.options.base)
    this.symbols.set(LINKER.ramEnd, this.options.ramEnd ?? DEFAULT_RAM_END)
    this.symbols.set(LINKER.dataBase, this.dataBase)
    this.symbols.set(LINKER.dataEnd, this.dataEnd)
  }

  /** Names everything in and behind the code; returns the coroutines with their descriptors' address. */
  private defineTextSymbols(): Descriptor[] {
    this.text.functions.forEach(({ code, address }) => this.symbols.set(code.name, address))
    for (const { context, functions } of this.units) {
      for (const [name, index] of functions) {
        const address = this.symbols.get(context.functionSymbols[index])
        if (address !== undefined) this.symbols.set(name, address)
      }
    }
    let next = align(this.text.end, WORD)
    const descriptors: Descriptor[] = []
    for (const placed of this.text.functions) {
      const { code } = placed
      if (code.coroutine === undefined) continue
      this.symbols.set(descriptorSymbol(code.name), next)
      descriptors.push({ placed, address: next })
      next += descriptorSize(code)
    }
    this.symbols.set(LINKER.imageEnd, align(next, HEAP_ALIGNMENT))
    return descriptors
  }

  private resolve(symbol: string): number {
    const address = this.known(symbol)
    if (address === undefined) throw new BackendError('unresolved', `undefined symbol ${symbol}`)
    return address
  }

  private header(): Segment {
    const { base, entry } = this.options
    const heap = this.resolve(LINKER.imageEnd)
    const bytes = words([HEADER_MAGIC, HEADER_VERSION, this.resolve(entry), heap, 0, 0, 0, 0])
    return segment({ address: base, bytes }, segmentFlags.read, '.header')
  }

  private dataSegments(): { segments: Segment[]; fault: string | undefined } {
    const flags = segmentFlags.read | segmentFlags.write
    const result: Segment[] = []
    let fault: string | undefined
    this.units.forEach((unit, i) => {
      const { memory } = unit.context.options
      const origin = memory.kind === 'linear' ? memory.origin : 0
      const { functionSymbols } = unit.context
      const address = (index: number): number => this.resolve(functionSymbols[index])
      const active = activeSegments(unit, origin, address)
      if (active.fault !== undefined && memory.kind === 'physical') {
        throw new BackendError('malformed', active.fault)
      }
      fault ??= active.fault
      for (const chunk of [...active.chunks, ...this.unitData[i].chunks(address)]) {
        if (chunk.bytes.length > 0) result.push(segment(chunk, flags, '.data'))
      }
    })
    return { segments: result, fault }
  }

  private codeSegments(bytes: Uint8Array, descriptors: readonly Descriptor[]): Segment[] {
    const result: Segment[] = []
    const address = this.text.functions[0]?.address ?? this.text.end
    const flags = segmentFlags.read | segmentFlags.execute
    if (bytes.length > 0) result.push(segment({ address, bytes }, flags, '.text'))
    for (const { placed, address: at } of descriptors) {
      const record = descriptorBytes(placed)
      result.push(segment({ address: at, bytes: record }, segmentFlags.read, '.rodata'))
    }
    return result
  }

  private startAddress(): number | undefined {
    const { module, functionSymbols } = this.units[0].context
    return module.start === undefined ? undefined : this.known(functionSymbols[module.start])
  }

  private imageSymbols(resolve: Resolve): ImageSymbol[] {
    const result = this.objects.symbols()
    const sizes = new Map(this.text.functions.map(({ code, size }) => [code.name, size]))
    const descriptorSizes = new Map(
      this.compiled
        .filter(({ code }) => code.coroutine !== undefined)
        .map(({ code }) => [descriptorSymbol(code.name), descriptorSize(code)]),
    )
    for (const [name, address] of this.symbols) {
      const size = sizes.get(name)
      if (size !== undefined) result.push({ name, address, size, kind: 'function' })
      else if (descriptorSizes.has(name)) {
        result.push({ name, address, size: descriptorSizes.get(name)!, kind: 'object' })
      } else result.push({ name, address, size: 0, kind: 'label' })
    }
    const globals = globalSymbols(this.units[0], resolve)
    return [...result, ...globals, ...this.unitData[0].tableSymbols()]
  }
}

const LINKER_SYMBOLS = new Set<string>(Object.values(LINKER))

const align = (address: number, alignment: number): number =>
  Math.ceil(address / alignment) * alignment

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

function segment(
  { address, bytes }: { address: number; bytes: Uint8Array },
  flags: number,
  name: string,
): Segment {
  return { address, bytes, memorySize: bytes.length, flags, name }
}

function createUnits(options: LinkOptions): Unit[] {
  const checks = { ...DEFAULT_CODE.checks, ...options.code?.checks }
  const code = { ...DEFAULT_CODE, ...options.code, checks }
  const signatures = options.signatures ?? new Map<string, number>()
  const { imports } = options
  validateModule(options.wasm)
  const module = parseModule(options.wasm)
  const program = createUnit(module, { code, prefix: '', signatures, imports })
  return [program, supportUnit(code, signatures)]
}
