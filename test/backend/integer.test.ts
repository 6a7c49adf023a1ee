import { beforeAll, describe, expect, test } from 'vitest'
import { Pair } from './differential.ts'
import { Guest } from './guest.ts'
import type { TestFunction, Type } from './wasm.ts'
import { constant } from './wasm.ts'

const EDGES_32 = [
  0, 1, 2, 7, 31, 32, 33, 63, 127, 128, 255, 2047, 2048, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x12345678, 0x7fffffff, -0x80000000, -0x7fffffff, -1, -2, -7, -128, -2048, -2049, -32768,
]
const EDGES_64 = [
  0n,
  1n,
  2n,
  7n,
  31n,
  32n,
  33n,
  63n,
  64n,
  255n,
  0x7fffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0x123456789abcdef0n,
  0x7fffffffffffffffn,
  -0x8000000000000000n,
  -0x7fffffffffffffffn,
  -1n,
  -2n,
  -7n,
  -0x80000000n,
  -0x80000001n,
  -0x100000000n,
]

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Instructions by signature (core specification §5.4.6). */
const GROUPS: { parameters: Type[]; result: Type; opcodes: number[] }[] = [
  {
    parameters: ['i32', 'i32'],
    result: 'i32',
    opcodes: [...range(0x46, 0x4f), ...range(0x6a, 0x78)],
  },
  { parameters: ['i64', 'i64'], result: 'i32', opcodes: range(0x51, 0x5a) },
  { parameters: ['i64', 'i64'], result: 'i64', opcodes: range(0x7c, 0x8a) },
  { parameters: ['i32'], result: 'i32', opcodes: [0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1] },
  { parameters: ['i64'], result: 'i64', opcodes: [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4] },
  { parameters: ['i64'], result: 'i32', opcodes: [0x50, 0xa7] },
  { parameters: ['i32'], result: 'i64', opcodes: [0xac, 0xad] },
]

const edges = (type: Type): readonly (number | bigint)[] => (type === 'i32' ? EDGES_32 : EDGES_64)
const name = (opcode: number): string => `op_${opcode.toString(16)}`

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

/** Every pair of edge operands, or every single one. */
function operandLists(parameters: readonly Type[]): (number | bigint)[][] {
  const [first, second] = parameters
  if (second === undefined) return edges(first).map((a) => [a])
  return edges(first).flatMap((a) => edges(second).map((b) => [a, b]))
}

describe.each(GROUPS)('$parameters -> $result', ({ parameters, result, opcodes }) => {
  test('operands in registers', () => {
    const functions = opcodes.map((opcode): TestFunction => {
      const body = [...parameters.flatMap((_, i) => [0x20, i]), opcode]
      return { name: name(opcode), parameters, results: [result], body }
    })
    const pair = new Pair(guest, { functions })
    const differences = opcodes.flatMap((opcode) =>
      operandLists(parameters).map((operands) => pair.difference(name(opcode), operands)),
    )
    expect(differences.filter((text) => text !== undefined)).toEqual([])
  })

  if (parameters.length < 2) return
  test('a constant on either side, and a branch on the result', () => {
    const [type] = parameters
    const functions = opcodes.flatMap((opcode) =>
      edges(type).flatMap((value, i) => {
        const make = (suffix: string, body: number[]): TestFunction => ({
          name: `${name(opcode)}_${suffix}_${i}`,
          parameters: [type],
          results: [result],
          body,
        })
        const left = [...constant(type, value), 0x20, 0, opcode]
        const right = [0x20, 0, ...constant(type, value), opcode]
        const made = [make('left', left), make('right', right)]
        if (result === 'i32') {
          made.push(make('branch', [...right, 0x04, 0x7f, 0x41, 5, 0x05, 0x41, 9, 0x0b]))
        }
        return made
      }),
    )
    const pair = new Pair(guest, { functions })
    const differences = functions.flatMap((fn) =>
      edges(type).map((operand) => pair.difference(fn.name, [operand])),
    )
    expect(differences.filter((text) => text !== undefined)).toEqual([])
  })
})
