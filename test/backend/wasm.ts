/** Writes small WebAssembly modules for tests (core specification §5): enough of the binary format to say what a test is about. */

import { parseModule } from '../../host/toolchain/backend/wasm/parse.ts'

export type Type = 'i32' | 'i64' | 'f32' | 'f64'

export interface TestFunction {
  name: string
  parameters: Type[]
  results: Type[]
  locals?: Type[]
  /** Instructions without the final `end`. */
  body: number[]
}

/** A signature. */
export interface Signature {
  parameters: Type[]
  results: Type[]
}

export interface TestModule {
  /** Imported functions, which have the first indices. */
  imports?: (Signature & { module: string; name: string })[]
  functions: TestFunction[]
  /** Pages of memory, and the most it may have. */
  memory?: number
  memoryMaximum?: number
  /** Mutable globals of type i32 or i64, starting at zero. */
  globals?: Type[]
  /** Exported constants. */
  constants?: Readonly<Record<string, readonly [Type, number]>>
  /** Function indices (imports come first) in table 0, undefined for none in any; its largest size and its export's name. */
  table?: readonly number[] | readonly undefined[]
  tableMaximum?: number
  tableName?: string
  /** Further function types, behind those of the functions: for blocks and indirect calls. */
  types?: Signature[]
  data?: { offset: number; bytes: number[] }[]
}

const CODES: Readonly<Record<Type, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c }

export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const byte = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? byte : byte | 0x80)
  } while (rest !== 0)
  return bytes
}

export function signed(value: number | bigint): number[] {
  const bytes: number[] = []
  for (let rest = BigInt(value); ;) {
    const byte = Number(rest & 0x7fn)
    rest >>= 7n
    const done = (rest === 0n && !(byte & 0x40)) || (rest === -1n && (byte & 0x40) !== 0)
    bytes.push(done ? byte : byte | 0x80)
    if (done) return bytes
  }
}

export const typeCode = (type: Type): number => CODES[type]

export const constant = (type: Type, value: number | bigint): number[] => {
  switch (type) {
    case 'i32':
      return [0x41, ...signed(BigInt.asIntN(32, BigInt(value)))]
    case 'i64':
      return [0x42, ...signed(BigInt.asIntN(64, BigInt(value)))]
    case 'f32':
      return [0x43, ...new Uint8Array(new Float32Array([Number(value)]).buffer)]
    case 'f64':
      return [0x44, ...new Uint8Array(new Float64Array([Number(value)]).buffer)]
  }
}

const vector = (items: readonly number[][]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
]
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)]
  return [...unsigned(bytes.length), ...bytes]
}
const section = (id: number, items: readonly number[][]): number[] => {
  if (items.length === 0) return []
  const bytes = vector(items)
  return [id, ...unsigned(bytes.length), ...bytes]
}

const functionType = (parameters: readonly Type[], results: readonly Type[]): number[] => [
  0x60,
  ...vector(parameters.map((type) => [CODES[type]])),
  ...vector(results.map((type) => [CODES[type]])),
]

const limits = (minimum: number, maximum?: number): number[] =>
  maximum === undefined
    ? [0, ...unsigned(minimum)]
    : [1, ...unsigned(minimum), ...unsigned(maximum)]

/** The module's bytes. Function i has type i and is exported by its name, the memory as `memory`; the types of imports come last. */
export function encodeModule(module: TestModule): Uint8Array<ArrayBuffer> {
  const { functions, memory, table, globals = [], types = [], data = [], imports = [] } = module
  const constants = Object.entries(module.constants ?? {})
  const entries = (table ?? []).filter((index) => index !== undefined)
  const all = [...functions, ...types, ...imports]
  const importType = (index: number): number => functions.length + types.length + index
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      all.map(({ parameters, results }) => functionType(parameters, results)),
    ),
    ...section(
      2,
      imports.map(({ module: from, name }, index) => [
        ...text(from),
        ...text(name),
        0,
        ...unsigned(importType(index)),
      ]),
    ),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      4,
      table === undefined ? [] : [[0x70, ...limits(table.length, module.tableMaximum)]],
    ),
    ...section(5, memory === undefined ? [] : [limits(memory, module.memoryMaximum)]),
    ...section(6, [
      ...globals.map((type) => [CODES[type], 1, ...constant(type, 0), 0x0b]),
      ...constants.map(([, [type, value]]) => [CODES[type], 0, ...constant(type, value), 0x0b]),
    ]),
    ...section(7, [
      ...functions.map(({ name }, i) => [...text(name), 0, ...unsigned(imports.length + i)]),
      ...(memory === undefined ? [] : [[...text('memory'), 2, 0]]),
      ...(module.tableName === undefined ? [] : [[...text(module.tableName), 1, 0]]),
      ...constants.map(([name], i) => [...text(name), 3, ...unsigned(globals.length + i)]),
    ]),
    ...section(
      9,
      entries.length === 0 ? [] : [[0, 0x41, 0, 0x0b, ...vector(entries.map((i) => unsigned(i)))]],
    ),
    ...section(10, functions.map(encodeBody)),
    ...section(
      11,
      data.map(({ offset, bytes: content }) => [
        0,
        ...constant('i32', offset),
        0x0b,
        ...unsigned(content.length),
        ...content,
      ]),
    ),
  ]
  return new Uint8Array(bytes)
}

function encodeBody({ locals = [], body }: TestFunction): number[] {
  const bytes = [...vector(locals.map((type) => [1, CODES[type]])), ...body, 0x0b]
  return [...unsigned(bytes.length), ...bytes]
}

/** Subsection of the name section with the names of locals. */
const NAMES_OF_LOCALS = 2

/**
 * Names every local of a module, and lists the names as the homes of a debug build, by the functions' symbols. The list is the same for
 * all functions.
 */
export function nameLocals(wasm: Uint8Array): {
  bytes: Uint8Array<ArrayBuffer>
  homes: Record<string, Record<string, boolean>>
} {
  const { bodies, types, exports } = parseModule(wasm)
  const counts = bodies.map(({ type, locals }) => types[type].parameters.length + locals.length)
  const names = Array.from({ length: Math.max(0, ...counts) }, (_, i) => `local${i}`)
  const functions = bodies.map(({ index }, i) => [
    ...unsigned(index),
    ...vector(names.slice(0, counts[i]).map((name, local) => [...unsigned(local), ...text(name)])),
  ])
  const list = vector(functions)
  const content = [...text('name'), NAMES_OF_LOCALS, ...unsigned(list.length), ...list]
  const all = Object.fromEntries(names.map((name) => [name, true]))
  const symbolOf = (index: number): string =>
    exports.find((item) => item.kind === 'function' && item.index === index)?.name ??
    `function.${index}`
  return {
    bytes: new Uint8Array([...wasm, 0, ...unsigned(content.length), ...content]),
    homes: Object.fromEntries(bodies.map(({ index }) => [symbolOf(index), all])),
  }
}
