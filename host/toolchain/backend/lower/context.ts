/** What lowering a function needs to know of the whole module: names of functions and globals, signatures, options. */
import type { March } from '../march.ts'
import type { CodeOptions } from '../options.ts'
import type { FunctionType, ValueType, WasmModule } from '../wasm/module.ts'

/** Globals live in chunks that one %hi reaches. */
export const GLOBAL_CHUNK_BYTES = 2048

export type GlobalPlace =
  | { readonly kind: 'constant'; readonly type: ValueType; readonly bits: bigint }
  | {
      readonly kind: 'memory'
      readonly type: ValueType
      readonly symbol: string
      readonly offset: number
    }

export interface ModuleContext {
  readonly module: WasmModule
  readonly options: CodeOptions
  readonly march: March
  /** Symbol of every function, by index; of an import, the symbol it resolves to. */
  readonly functionSymbols: readonly string[]
  /** The function's import, where it is one that becomes instructions. */
  readonly intrinsics: ReadonlyMap<number, { readonly module: string; readonly name: string }>
  readonly globals: readonly GlobalPlace[]
  /** Number that stands for a signature in table entries; equal signatures have equal numbers. */
  readonly signatureIds: readonly number[]
  /** Prefix of the names of this module's tables, memories and segments. */
  readonly prefix: string
}

/**
 * Words a value takes: 64-bit values are pairs, low word first. A reference is a pair too, as in a table: the code address (or the
 * host's number) and the number of the signature (or 1); a null reference is two zeros.
 */
export const wordsOf = (type: ValueType): number => (type === 'i32' || type === 'f32' ? 1 : 2)

export const totalWords = (types: readonly ValueType[]): number =>
  types.reduce((sum, type) => sum + wordsOf(type), 0)

export const signatureText = (type: FunctionType): string =>
  `${type.parameters.join(' ')} -> ${type.results.join(' ')}`

/** Symbols that the linker makes. */
export const LINKER = {
  imageBase: '__image_base',
  imageEnd: '__image_end',
  ramEnd: '__ram_end',
  dataBase: '__data_base',
  dataEnd: '__data_end',
} as const

/** The record of a coroutine that its frames refer to. */
export const descriptorSymbol = (functionName: string): string => `${functionName}.descriptor`

/** Support routines by wasm mnemonic (`i64.div_s` is `support.i64_div_s`). */
export const supportSymbol = (mnemonic: string): string => `support.${mnemonic.replace('.', '_')}`

const LINKER_NAMES = new Set<string>(Object.values(LINKER))
const PLACES = /^(__(globals|table|table_size|data|elements)\.\d+|__memory_pages|__wasm_start)$/
const PREFIXED = /^(support|import)\.|\.descriptor$/

/** The symbol of a function by its name in the module, which may be one that the linker gives to something else. */
export const functionSymbol = (prefix: string, name: string): string =>
  LINKER_NAMES.has(name) || PLACES.test(name) || PREFIXED.test(name)
    ? `${prefix}${name}.function`
    : prefix + name
