/**
 * A decoded WebAssembly module: everything but the function bodies, which stay bytes until they are lowered. SIMD is left out.
 */

export type ReferenceType = 'funcref' | 'externref'
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | ReferenceType

export interface FunctionType {
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export type ExternalKind = 'function' | 'table' | 'memory' | 'global'

export interface Import {
  readonly module: string
  readonly name: string
  readonly kind: ExternalKind
  /** Type index of a function; unused for the other kinds. */
  readonly type: number
  readonly global?: { readonly type: ValueType; readonly mutable: boolean }
}

/** A constant expression: a number (bit pattern as a BigInt), a global's value, or a function's table reference. */
export type Constant =
  | { readonly kind: 'value'; readonly type: ValueType; readonly bits: bigint }
  | { readonly kind: 'global'; readonly index: number }
  | { readonly kind: 'function'; readonly index: number }
  | { readonly kind: 'null' }

export interface Limits {
  readonly minimum: number
  readonly maximum: number | undefined
}

export interface TableType extends Limits {
  readonly element: ReferenceType
}

export interface Global {
  readonly type: ValueType
  readonly mutable: boolean
  readonly initial: Constant
}

export interface FunctionBody {
  /** Index in the function index space (imports come first). */
  readonly index: number
  readonly type: number
  readonly locals: readonly ValueType[]
  /** Offsets in the file of the first instruction and of the end. */
  readonly start: number
  readonly end: number
}

export interface ElementSegment {
  readonly mode: 'active' | 'passive' | 'declared'
  readonly table: number
  readonly offset: Constant | undefined
  readonly functions: readonly Constant[]
}

export interface DataSegment {
  readonly mode: 'active' | 'passive'
  readonly offset: Constant | undefined
  readonly bytes: Uint8Array
}

export interface WasmModule {
  readonly bytes: Uint8Array
  readonly types: readonly FunctionType[]
  readonly imports: readonly Import[]
  /** Type index of every function, imports first. */
  readonly functions: readonly number[]
  readonly importedFunctions: number
  readonly importedGlobals: number
  readonly importedTables: number
  readonly importedMemories: number
  readonly tables: readonly TableType[]
  readonly memories: readonly Limits[]
  readonly globals: readonly Global[]
  readonly exports: readonly { name: string; kind: ExternalKind; index: number }[]
  readonly start: number | undefined
  readonly elements: readonly ElementSegment[]
  readonly data: readonly DataSegment[]
  readonly bodies: readonly FunctionBody[]
  /** The name section's names. */
  readonly functionNames: ReadonlyMap<number, string>
  readonly globalNames: ReadonlyMap<number, string>
  /** Names of locals by function and local. */
  readonly localNames: ReadonlyMap<number, ReadonlyMap<number, string>>
}
