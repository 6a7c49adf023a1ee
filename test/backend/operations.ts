/** What random programs are made of: operands worth trying, and opcodes by the types that they take and give. */
import type { Type } from './wasm.ts'

export const INTERESTING = [
  0, 1, 2, 3, 5, 7, 8, 31, 32, 33, 63, 64, 127, 128, 255, 256, 2047, 2048, 4095, 4096, 0x7fff,
  0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffff800, 0xfffff7ff,
]

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Opcodes by operand and result type. */
export const BINARY: Readonly<Record<string, number[]>> = {
  i32: range(0x6a, 0x78),
  i64: range(0x7c, 0x8a),
  // Without copysign, which would show the sign of a NaN.
  f32: range(0x92, 0x97),
  f64: range(0xa0, 0xa5),
}
export const COMPARE: Readonly<Record<string, number[]>> = {
  i32: range(0x46, 0x4f),
  i64: range(0x51, 0x5a),
  f32: range(0x5b, 0x60),
  f64: range(0x61, 0x66),
}
export const UNARY: Readonly<Record<string, number[]>> = {
  i32: [0x67, 0x68, 0x69, 0xc0, 0xc1, 0x45],
  i64: [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4],
  f32: range(0x8b, 0x91),
  f64: range(0x99, 0x9f),
}
/** Conversions to a type, by the type they take. */
export const CONVERT: Readonly<Record<string, Readonly<Partial<Record<Type, number[][]>>>>> = {
  i32: {
    i64: [[0xa7]],
    f32: [[0xfc, 0], [0xfc, 1], [0xa8]],
    f64: [[0xfc, 2], [0xfc, 3], [0xab]],
  },
  i64: {
    i32: [[0xac], [0xad]],
    f32: [[0xfc, 4], [0xfc, 5], [0xae]],
    f64: [[0xfc, 6], [0xfc, 7], [0xb1]],
  },
  f32: { i32: [[0xb2], [0xb3]], i64: [[0xb4], [0xb5]], f64: [[0xb6]] },
  f64: { i32: [[0xb7], [0xb8]], i64: [[0xb9], [0xba]], f32: [[0xbb]] },
}
export const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -3.75,
  1e10,
  -1e10,
  1e-40,
  3e38,
  2147483648,
  1e300,
  NaN,
  Infinity,
  -Infinity,
]
export const DIVISIONS = new Set([0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82])
export const LOADS: Readonly<Record<string, number[]>> = {
  i32: [0x28, 0x2c, 0x2d, 0x2e, 0x2f],
  i64: [0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
}
export const STORES: Readonly<Record<string, number[]>> = {
  i32: [0x36, 0x3a, 0x3b],
  i64: [0x37, 0x3c, 0x3d, 0x3e],
}
