/**
 * The wasm modules that stand in for Emscripten's invocations. The first has for each of them a function that calls an entry of its table in a
 * `try`; it can be made before Binaryen's instance is there. The second fills that table from Binaryen's.
 */
import type { Signature } from './inspect.ts'

/** Names of the first module's exports besides `invoke0`, `invoke1`, … */
export const TABLE = 'table'
/** Whether the exception under way is one of C++. Others pass through. */
export const THROWN = 'thrown'

const I32 = 0x7f
const EMPTY = 0x40
const FUNCREF = 0x70
const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
}
const KIND = { function: 0, table: 1, global: 3 }
const OP = {
  if: 0x04,
  try: 0x06,
  rethrow: 0x09,
  end: 0x0b,
  call_indirect: 0x11,
  catch_all: 0x19,
  local_get: 0x20,
  local_set: 0x21,
  global_get: 0x23,
  global_set: 0x24,
  i32_const: 0x41,
  i32_eqz: 0x45,
}
/** Zero of each type, by its code. */
const ZERO: Readonly<Record<number, number[]>> = {
  [I32]: [0x41, 0],
  0x7e: [0x42, 0],
  0x7d: [0x43, 0, 0, 0, 0],
  0x7c: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
}

const save: Signature = { parameters: [], results: [I32] }
const restore: Signature = { parameters: [I32], results: [] }
const note: Signature = { parameters: [I32, I32], results: [] }

/** A module with a function for each signature, whose first parameter is the entry to call, and a table of `entries` and three more. */
export function invocations(signatures: readonly Signature[], entries: number): Uint8Array {
  const types = new Types()
  const functions = signatures.map((signature) => unsigned(types.index(signature)))
  const bodies = signatures.map((signature) => invocation(types, signature, entries))
  const exported = signatures.map((_, i) => [...text(`invoke${i}`), KIND.function, ...unsigned(i)])
  return moduleOf([
    [SECTION.type, types.bytes()],
    [SECTION.function, vector(functions)],
    [SECTION.table, vector([table(entries + 3)])],
    [SECTION.global, vector([[I32, 1, OP.i32_const, 0, OP.end]])],
    [
      SECTION.export,
      vector([[...text(TABLE), KIND.table, 0], [...text(THROWN), KIND.global, 0], ...exported]),
    ],
    [SECTION.code, vector(bodies)],
  ])
}

/** A call of an entry. If it throws, the stack pointer is as before, and the exception is noted for the caller, which looks for it. */
function invocation(types: Types, { parameters, results }: Signature, entries: number): number[] {
  const stack = parameters.length
  const called = { parameters: parameters.slice(1), results }
  const words = called.parameters.flatMap((_, i) => [OP.local_get, ...unsigned(i + 1)])
  const runtime = (index: number, signature: Signature): number[] => [
    ...[OP.i32_const, ...signed(entries + index)],
    ...[OP.call_indirect, ...unsigned(types.index(signature)), 0],
  ]
  const code = [
    ...[...runtime(0, save), OP.local_set, ...unsigned(stack)],
    ...[OP.try, results[0] ?? EMPTY, ...words],
    ...[OP.local_get, 0, OP.call_indirect, ...unsigned(types.index(called)), 0],
    OP.catch_all,
    ...[OP.global_get, 0, OP.i32_eqz, OP.if, EMPTY, OP.rethrow, 1, OP.end],
    ...[OP.i32_const, 0, OP.global_set, 0],
    ...[OP.local_get, ...unsigned(stack), ...runtime(1, restore)],
    ...[OP.i32_const, 1, OP.i32_const, 0, ...runtime(2, note)],
    ...results.flatMap((type) => ZERO[type]),
    ...[OP.end, OP.end],
  ]
  const body = [1, 1, I32, ...code]
  return [...unsigned(body.length), ...body]
}

/** A module that copies `entries` of table `in.from` to `in.to`, and puts three imported functions behind them. */
export function tableFiller(entries: number): Uint8Array {
  const types = new Types()
  const start: Signature = { parameters: [], results: [] }
  const signatures = [save, restore, note]
  const imports = [
    [...text('in'), ...text('from'), KIND.table, ...table(entries)],
    [...text('in'), ...text('to'), KIND.table, ...table(entries + 3)],
    ...signatures.map((signature, i) => [
      ...[...text('in'), ...text(`function${i}`), KIND.function],
      ...unsigned(types.index(signature)),
    ]),
  ]
  const tableCopy = [0xfc, ...unsigned(14), 1, 0]
  const code = [
    0,
    OP.i32_const,
    0,
    OP.i32_const,
    0,
    OP.i32_const,
    ...signed(entries),
    ...tableCopy,
    OP.end,
  ]
  const startType = unsigned(types.index(start))
  const segment = [2, 1, OP.i32_const, ...signed(entries), OP.end, 0, ...vector([[0], [1], [2]])]
  return moduleOf([
    [SECTION.type, types.bytes()],
    [SECTION.import, vector(imports)],
    [SECTION.function, vector([startType])],
    [SECTION.start, [signatures.length]],
    [SECTION.element, vector([segment])],
    [SECTION.code, vector([[...unsigned(code.length), ...code]])],
  ])
}

/** The type section: each signature once. */
class Types {
  private readonly texts: string[] = []

  index({ parameters, results }: Signature): number {
    const type = [
      0x60,
      ...vector(parameters.map((one) => [one])),
      ...vector(results.map((one) => [one])),
    ]
    const known = this.texts.indexOf(type.join())
    return known >= 0 ? known : this.texts.push(type.join()) - 1
  }

  bytes(): number[] {
    return vector(this.texts.map((one) => one.split(',').map(Number)))
  }
}

const table = (entries: number): number[] => [FUNCREF, 0, ...unsigned(entries)]

function moduleOf(sections: readonly (readonly [id: number, content: number[]])[]): Uint8Array {
  const head = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const rest = sections.map(([id, content]) => [id, ...unsigned(content.length), ...content])
  return Uint8Array.from([head, ...rest].flat())
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
]

const text = (value: string): number[] =>
  vector([...new TextEncoder().encode(value)].map((one) => [one]))

function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

/** A number that is not negative, where the format has signed ones. */
const signed = (value: number): number[] =>
  value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
