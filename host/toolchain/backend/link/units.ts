/**
 * Modules as the linker sees them: what their functions and globals are called in the image, and what their imports stand for.
 */
import { BackendError } from '../errors.ts'
import { SUPPORT_LIBRARY } from '../generated/support.ts'
import type { GlobalPlace, ModuleContext } from '../lower/context.ts'
import { functionSymbol, GLOBAL_CHUNK_BYTES, signatureText, wordsOf } from '../lower/context.ts'
import { intrinsicOf } from '../lower/intrinsics.ts'
import { parseMarch } from '../march.ts'
import type { CodeOptions } from '../options.ts'
import { NO_CHECKS } from '../options.ts'
import type { Import, WasmModule } from '../wasm/module.ts'
import { parseModule } from '../wasm/parse.ts'

/** A module with its names: what its functions, exports and globals are called in the image. */
export interface Unit {
  readonly context: ModuleContext
  /** Function index by every symbol that names it. */
  readonly functions: ReadonlyMap<string, number>
  readonly globalBytes: number
  readonly isSupport: boolean
  /** Addresses of what is imported from other images, by the symbols the code uses. */
  readonly externals: ReadonlyMap<string, number>
  readonly importedTables: readonly ImportedTable[]
  readonly importedMemory: ImportedMemory | undefined
}

/** Imports from this module are symbols of assembly objects. */
const ASSEMBLY_MODULE = 'asm'

/** A table of another image: addresses of its entries and of the words that say its size and limit. */
export interface ImportedTable {
  address: number
  sizeAddress: number
  /** Entries it has now. */
  size: number
}

/** A memory of another image: the address of its first byte, and of the word that says its pages. */
export interface ImportedMemory {
  address: number
  pagesAddress: number
  /** Pages it has now. */
  pages: number
}

/** What imports stand for that are neither intrinsics nor symbols of assembly objects. */
export interface ImportResolution {
  /** The symbol of an imported function, or its address. */
  function?(module: string, name: string): string | number | undefined
  /** The bits of an imported immutable global, or the address of one that may change. */
  global?(module: string, name: string): bigint | number | undefined
  table?(module: string, name: string): ImportedTable | undefined
  memory?(module: string, name: string): ImportedMemory | undefined
}

export interface UnitOptions {
  readonly code: CodeOptions
  /** Prefix of all symbols, empty for the program. */
  readonly prefix: string
  readonly imports?: ImportResolution
  readonly signatures: Map<string, number>
}

export function createUnit(module: WasmModule, options: UnitOptions): Unit {
  const { prefix } = options
  const functions = new Map<string, number>()
  const externals = new Map<string, number>()
  const symbols = nameFunctions(module, options, functions, externals)
  const intrinsics = new Map<number, { module: string; name: string }>()
  let index = 0
  for (const item of module.imports) {
    if (item.kind !== 'function') continue
    if (intrinsicOf(item.module, item.name) !== undefined) intrinsics.set(index, item)
    index++
  }
  const { globals, bytes } = placeGlobals(module, options, externals)
  const signatureIds = module.types.map((type) => numberOf(options.signatures, signatureText(type)))
  return {
    context: {
      module,
      options: options.code,
      march: parseMarch(options.code.march),
      functionSymbols: symbols,
      intrinsics,
      globals,
      signatureIds,
      prefix,
    },
    functions,
    globalBytes: bytes,
    isSupport: prefix !== '',
    externals,
    importedTables: importedTables(module, options, externals),
    importedMemory: importedMemory(module, options, externals),
  }
}

const importsOf = (module: WasmModule, kind: Import['kind']): Import[] =>
  module.imports.filter((item) => item.kind === kind)

const unknownImport = ({ module, name, kind }: Import): BackendError =>
  new BackendError(
    'unknown-import',
    `unknown ${kind === 'function' ? 'import' : `import of a ${kind}`} ${module}.${name}`,
  )

function importedTables(
  module: WasmModule,
  { prefix, imports }: UnitOptions,
  externals: Map<string, number>,
): ImportedTable[] {
  return importsOf(module, 'table').map((item, i) => {
    const table = imports?.table?.(item.module, item.name)
    if (table === undefined) throw unknownImport(item)
    externals.set(`${prefix}__table.${i}`, table.address)
    externals.set(`${prefix}__table_size.${i}`, table.sizeAddress)
    return table
  })
}

function importedMemory(
  module: WasmModule,
  { prefix, imports, code }: UnitOptions,
  externals: Map<string, number>,
): ImportedMemory | undefined {
  const [item] = importsOf(module, 'memory')
  if (item === undefined || code.memory.kind === 'physical') return undefined
  const memory = imports?.memory?.(item.module, item.name)
  if (memory === undefined) throw unknownImport(item)
  externals.set(`${prefix}__memory_pages`, memory.pagesAddress)
  return memory
}

/** Signature numbers start at 1, since an empty table entry has 0. */
function numberOf(signatures: Map<string, number>, text: string): number {
  const known = signatures.get(text)
  if (known !== undefined) return known
  signatures.set(text, signatures.size + 1)
  return signatures.size
}

/** Export names come first, then names of the name section; `functions` collects all of them. */
function nameFunctions(
  module: WasmModule,
  options: UnitOptions,
  functions: Map<string, number>,
  externals: Map<string, number>,
): string[] {
  const { prefix } = options
  const symbols: string[] = []
  const exported = new Map<number, string>()
  for (const { name, kind, index } of module.exports) {
    if (kind !== 'function') continue
    functions.set(functionSymbol(prefix, name), index)
    if (!exported.has(index)) exported.set(index, name)
  }
  if (module.start !== undefined) functions.set(`${prefix}__wasm_start`, module.start)
  const imports = importsOf(module, 'function')
  module.functions.forEach((_, index) => {
    if (index < imports.length) {
      symbols.push(importSymbol(imports[index], options, externals))
      return
    }
    const given = module.functionNames.get(index) ?? `function.${index}`
    let name = functionSymbol(prefix, exported.get(index) ?? given)
    if (functions.has(name) && functions.get(name) !== index) name = `${name}.${index}`
    functions.set(name, index)
    const other = functionSymbol(prefix, given)
    if (!functions.has(other)) functions.set(other, index)
    symbols.push(name)
  })
  return symbols
}

function importSymbol(item: Import, options: UnitOptions, externals: Map<string, number>): string {
  if (item.module === ASSEMBLY_MODULE) return item.name
  if (intrinsicOf(item.module, item.name) !== undefined) return `${item.module}.${item.name}`
  const resolved = options.imports?.function?.(item.module, item.name)
  if (typeof resolved === 'string') return resolved
  if (resolved === undefined) throw unknownImport(item)
  const symbol = `import.${item.module}.${item.name}`
  externals.set(symbol, resolved)
  return symbol
}

function placeGlobals(
  module: WasmModule,
  options: UnitOptions,
  externals: Map<string, number>,
): { globals: GlobalPlace[]; bytes: number } {
  const globals: GlobalPlace[] = []
  const importedGlobals = importsOf(module, 'global')
  let bytes = 0
  module.globals.forEach(({ type, mutable, initial }, index) => {
    if (index < module.importedGlobals) {
      globals.push(importedGlobal(importedGlobals[index], options, externals))
      return
    }
    if (!mutable && initial.kind === 'value') {
      globals.push({ kind: 'constant', type, bits: initial.bits })
      return
    }
    const size = 4 * wordsOf(type)
    bytes = Math.ceil(bytes / size) * size
    const chunk = Math.floor(bytes / GLOBAL_CHUNK_BYTES)
    const offset = bytes % GLOBAL_CHUNK_BYTES
    globals.push({ kind: 'memory', type, symbol: `${options.prefix}__globals.${chunk}`, offset })
    bytes += size
  })
  return { globals, bytes }
}

function importedGlobal(
  item: Import,
  { imports }: UnitOptions,
  externals: Map<string, number>,
): GlobalPlace {
  const { type } = item.global!
  const resolved = imports?.global?.(item.module, item.name)
  if (resolved === undefined) throw unknownImport(item)
  if (typeof resolved === 'bigint') return { kind: 'constant', type, bits: resolved }
  const symbol = `import.global.${item.module}.${item.name}`
  externals.set(symbol, resolved)
  return { kind: 'memory', type, symbol, offset: 0 }
}

let support: WasmModule | undefined

function supportModule(): WasmModule {
  support ??= parseModule(Uint8Array.from(atob(SUPPORT_LIBRARY), (letter) => letter.charCodeAt(0)))
  return support
}

/** The support routines, for code with the options of a program. */
export function supportUnit(code: CodeOptions, signatures: Map<string, number>): Unit {
  const physical: CodeOptions = { ...code, memory: { kind: 'physical' }, checks: NO_CHECKS }
  return createUnit(supportModule(), { code: physical, prefix: 'support.', signatures })
}
