/**
 * Compiles what an image needs of its wasm modules: the program's module and the support routines. Functions are compiled when
 * something reaches them: exports, table entries, the entry symbol, assembly objects, or compiled code.
 */
import type { FunctionCode } from '../emit/code.ts'
import { BackendError } from '../errors.ts'
import type { IrFunction } from '../ir/ir.ts'
import type { GlobalPlace, ModuleContext } from '../lower/context.ts'
import { GLOBAL_CHUNK_BYTES, signatureText, wordsOf } from '../lower/context.ts'
import { lowerFunction } from '../lower/function.ts'
import { intrinsicOf } from '../lower/intrinsics.ts'
import type { CodeOptions } from '../options.ts'
import type { Dump } from '../passes/pipeline.ts'
import { compileFunction } from '../passes/pipeline.ts'
import type { FunctionBody, Import, WasmModule } from '../wasm/module.ts'

/** A module with its names: what its functions, exports and globals are called in the image. */
export interface Unit {
  readonly context: ModuleContext
  /** Function index by every symbol that names it. */
  readonly functions: ReadonlyMap<string, number>
  readonly globalBytes: number
  readonly isSupport: boolean
}

export interface Compiled {
  readonly code: FunctionCode
  readonly fn: IrFunction
  readonly unit: Unit
}

/** Imports from this module are symbols of assembly objects. */
const ASSEMBLY_MODULE = 'asm'

/** What imports stand for that are neither intrinsics nor symbols of assembly objects. */
export interface ImportResolution {
  /** The symbol of an imported function. */
  function?(module: string, name: string): string | undefined
  /** The bits of an imported immutable global. */
  global?(module: string, name: string): bigint | undefined
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
  const symbols = nameFunctions(module, options, functions)
  const intrinsics = new Map<number, { module: string; name: string }>()
  let index = 0
  for (const item of module.imports) {
    if (item.kind !== 'function') continue
    if (intrinsicOf(item.module, item.name) !== undefined) intrinsics.set(index, item)
    index++
  }
  const { globals, bytes } = placeGlobals(module, prefix, options.imports)
  const signatureIds = module.types.map((type) => numberOf(options.signatures, signatureText(type)))
  return {
    context: {
      module,
      options: options.code,
      functionSymbols: symbols,
      intrinsics,
      globals,
      signatureIds,
      prefix,
    },
    functions,
    globalBytes: bytes,
    isSupport: prefix !== '',
  }
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
): string[] {
  const { prefix } = options
  const symbols: string[] = []
  const exported = new Map<number, string>()
  for (const { name, kind, index } of module.exports) {
    if (kind !== 'function') continue
    functions.set(prefix + name, index)
    if (!exported.has(index)) exported.set(index, name)
  }
  if (module.start !== undefined) functions.set(`${prefix}__wasm_start`, module.start)
  const imports = module.imports.filter(({ kind }) => kind === 'function')
  module.functions.forEach((_, index) => {
    if (index < imports.length) {
      symbols.push(importSymbol(imports[index], options))
      return
    }
    const given = module.functionNames.get(index) ?? `function.${index}`
    let name = prefix + (exported.get(index) ?? given)
    if (functions.has(name) && functions.get(name) !== index) name = `${name}.${index}`
    functions.set(name, index)
    if (!functions.has(prefix + given)) functions.set(prefix + given, index)
    symbols.push(name)
  })
  return symbols
}

function importSymbol(item: Import, options: UnitOptions): string {
  if (item.module === ASSEMBLY_MODULE) return item.name
  if (intrinsicOf(item.module, item.name) !== undefined) return `${item.module}.${item.name}`
  const resolved = options.imports?.function?.(item.module, item.name)
  if (resolved !== undefined) return resolved
  throw new BackendError('unknown-import', `unknown import ${item.module}.${item.name}`)
}

function placeGlobals(
  module: WasmModule,
  prefix: string,
  imports: ImportResolution | undefined,
): { globals: GlobalPlace[]; bytes: number } {
  const globals: GlobalPlace[] = []
  const importedGlobals = module.imports.filter(({ kind }) => kind === 'global')
  let bytes = 0
  module.globals.forEach(({ type, mutable, initial }, index) => {
    if (index < module.importedGlobals) {
      globals.push(importedGlobal(importedGlobals[index], imports))
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
    globals.push({ kind: 'memory', type, symbol: `${prefix}__globals.${chunk}`, offset })
    bytes += size
  })
  return { globals, bytes }
}

function importedGlobal(item: Import, imports: ImportResolution | undefined): GlobalPlace {
  const { type, mutable } = item.global!
  const bits = mutable ? undefined : imports?.global?.(item.module, item.name)
  if (bits !== undefined) return { kind: 'constant', type, bits }
  throw new BackendError('unknown-import', `unknown global import ${item.module}.${item.name}`)
}

/** Compiles everything that `roots` reach. The result is in the order of discovery. */
export function compileReachable(
  units: readonly Unit[],
  roots: Iterable<string>,
  isKnown: (symbol: string) => boolean,
  dump?: Dump,
): Compiled[] {
  const result: Compiled[] = []
  const seen = new Set<string>()
  const bodies = units.map((unit) => bodiesByIndex(unit.context.module))
  const work = [...roots]
  for (let i = 0; i < work.length; i++) {
    const symbol = work[i]
    if (isKnown(symbol)) continue
    const at = units.findIndex((unit) => unit.functions.has(symbol))
    if (at < 0) throw new BackendError('unresolved', `undefined symbol ${symbol}`)
    const unit = units[at]
    const index = unit.functions.get(symbol)!
    const name = unit.context.functionSymbols[index]
    if (seen.has(name)) continue
    seen.add(name)
    const body = bodies[at].get(index)
    if (body === undefined) continue // an import that is exported again
    const compiled = compileBody(unit, body, dump)
    result.push(compiled)
    work.push(...referencedSymbols(compiled.code))
  }
  return result
}

const bodiesByIndex = (module: WasmModule): Map<number, FunctionBody> =>
  new Map(module.bodies.map((body) => [body.index, body]))

function compileBody(unit: Unit, body: FunctionBody, dump?: Dump): Compiled {
  try {
    const fn = lowerFunction(unit.context, body)
    return { code: compileFunction(fn, dump), fn, unit }
  } catch (error) {
    if (error instanceof BackendError || !(error instanceof Error)) throw error
    const name = unit.context.functionSymbols[body.index]
    throw new BackendError('internal', `the backend failed: ${error.message}`, name)
  }
}

/** Symbols that calls and address constants of a function name, without its own tables and its descriptor. */
function referencedSymbols(code: FunctionCode): Set<string> {
  const symbols = new Set<string>()
  for (const { target } of code.items) {
    if (typeof target === 'string' && !code.symbols.has(target)) symbols.add(target)
  }
  symbols.delete(descriptorSymbol(code.name))
  return symbols
}

export const descriptorSymbol = (functionName: string): string => `${functionName}.descriptor`
