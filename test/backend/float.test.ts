import { beforeAll, describe, expect, test } from 'vitest'
import { Pair } from './differential.ts'
import { Random } from './random.ts'
import { Guest } from './guest.ts'
import type { TestFunction, Type } from './wasm.ts'

const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.49999999999999994,
  1 / 3,
  Math.PI,
  1e300,
  -1e-300,
  5e-324,
  2.2250738585072014e-308,
  2.225073858507201e-308,
  1.401298464324817e-45,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  3.4028235677973366e38,
  16777217,
  2147483647,
  2147483648,
  -2147483648.9,
  -2147483649,
  4294967295.9,
  4294967296,
  -0.9,
  2 ** 63,
  -(2 ** 63),
  2 ** 64,
  2 ** 64 - 2048,
  4503599627370495.5,
  Infinity,
  -Infinity,
  NaN,
]

interface Group {
  parameters: Type[]
  result: Type
  opcodes: number[][]
}

const range = (from: number, to: number): number[][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i])
const one = (parameter: Type, result: Type, ...opcodes: number[][]): Group => ({
  parameters: [parameter],
  result,
  opcodes,
})

/** Instructions by signature (core specification §5.4.6 and §5.4.8). */
const GROUPS: Group[] = [
  { parameters: ['f32', 'f32'], result: 'i32', opcodes: range(0x5b, 0x60) },
  { parameters: ['f64', 'f64'], result: 'i32', opcodes: range(0x61, 0x66) },
  { parameters: ['f32', 'f32'], result: 'f32', opcodes: range(0x92, 0x98) },
  { parameters: ['f64', 'f64'], result: 'f64', opcodes: range(0xa0, 0xa6) },
  one('f32', 'f32', ...range(0x8b, 0x91)),
  one('f64', 'f64', ...range(0x99, 0x9f)),
  one('f32', 'i32', [0xa8], [0xa9], [0xbc], [0xfc, 0], [0xfc, 1]),
  one('f64', 'i32', [0xaa], [0xab], [0xfc, 2], [0xfc, 3]),
  one('f32', 'i64', [0xae], [0xaf], [0xfc, 4], [0xfc, 5]),
  one('f64', 'i64', [0xb0], [0xb1], [0xbd], [0xfc, 6], [0xfc, 7]),
  one('i32', 'f32', [0xb2], [0xb3], [0xbe]),
  one('i64', 'f32', [0xb4], [0xb5]),
  one('i32', 'f64', [0xb7], [0xb8]),
  one('i64', 'f64', [0xb9], [0xba], [0xbf]),
  one('f64', 'f32', [0xb6]),
  one('f32', 'f64', [0xbb]),
]

const RANDOM_CASES = 60
const name = (opcode: number[]): string => `op_${opcode.map((byte) => byte.toString(16)).join('_')}`

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

const bits = new DataView(new ArrayBuffer(8))

/** An operand of the type: an edge, random bits, or a number of ordinary size. */
function operand(random: Random, type: Type): number | bigint {
  bits.setUint32(0, random.next(), true)
  bits.setUint32(4, random.next(), true)
  if (type === 'i32') return bits.getInt32(0, true) >> random.below(32)
  if (type === 'i64') return bits.getBigInt64(0, true) >> BigInt(random.below(64))
  switch (random.below(3)) {
    case 0:
      return random.pick(EDGES)
    case 1:
      return type === 'f32' ? bits.getFloat32(0, true) : bits.getFloat64(0, true)
    default:
      return (random.next() - 2 ** 31) / 2 ** random.below(40)
  }
}

describe.each(GROUPS)('$parameters -> $result', ({ parameters, result, opcodes }) => {
  test('edges and random operands', () => {
    const functions = opcodes.map((opcode): TestFunction => {
      const body = [...parameters.flatMap((_, i) => [0x20, i]), ...opcode]
      return { name: name(opcode), parameters, results: [result], body }
    })
    const pair = new Pair(guest, { functions })
    const random = new Random(opcodes[0][0])
    const edges = parameters.length === 1 ? EDGES.map((value) => [value]) : []
    const usable = parameters[0].startsWith('f') ? edges : []
    const chosen = Array.from({ length: RANDOM_CASES * parameters.length }, () =>
      parameters.map((type) => operand(random, type)),
    )
    const differences = opcodes.flatMap((opcode) =>
      [...usable, ...chosen].map((operands) => pair.difference(name(opcode), operands)),
    )
    expect(differences.filter((text) => text !== undefined)).toEqual([])
  })
})
