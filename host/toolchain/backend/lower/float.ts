/**
 * f32 and f64: bit patterns in one word or a pair. Sign operations and reinterpretations are open code, everything else calls the
 * soft-float routines in support/.
 */
import { TRAP } from '../options.ts'
import type { Lower, Lowering, LowerTable } from './lowering.ts'

const SIGN = -0x80000000

/** A routine that takes `count` values from the stack and leaves `results` words as one value. */
const routine =
  (mnemonic: string, count: number, results: number): Lower =>
  (lowering) => {
    const uses = lowering.popValues(count).flat()
    lowering.push(...lowering.support(mnemonic, uses, results))
  }

/** Changes the sign bit, which is in the last word of the value. */
const sign =
  (op: 'and' | 'xor', mask: number): Lower =>
  (lowering) => {
    const words = [...lowering.pop()]
    words.push(lowering.builder.binaryConstant(op, words.pop()!, mask))
    lowering.push(...words)
  }

const copySign: Lower = (lowering) => {
  const { builder } = lowering
  const from = lowering.pop()
  const words = [...lowering.pop()]
  const magnitude = builder.binaryConstant('and', words.pop()!, ~SIGN)
  const signBit = builder.binaryConstant('and', from[from.length - 1], SIGN)
  lowering.push(...words, builder.binary('or', magnitude, signBit))
}

/** Conversions to integers stop for values out of range; the routine `…_fits` tells. */
const truncation =
  (mnemonic: string, results: number): Lower =>
  (lowering) => {
    const uses = [...lowering.pop()]
    const [fits] = lowering.support(mnemonic.replace('trunc', 'fits'), uses, 1)
    lowering.builder.trapIf('eq', fits, 0, TRAP.badConversion)
    lowering.push(...lowering.support(mnemonic.replace('trunc', 'trunc_sat'), uses, results))
  }

const COMPARISONS = ['eq', 'ne', 'lt', 'gt', 'le', 'ge']
const UNARY = ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt']
const BINARY = ['add', 'sub', 'mul', 'div', 'min', 'max', 'copysign']
const CONVERSIONS: readonly [number, string, number][] = [
  [0xb2, 'f32.convert_i32_s', 1],
  [0xb3, 'f32.convert_i32_u', 1],
  [0xb4, 'f32.convert_i64_s', 1],
  [0xb5, 'f32.convert_i64_u', 1],
  [0xb6, 'f32.demote_f64', 1],
  [0xb7, 'f64.convert_i32_s', 2],
  [0xb8, 'f64.convert_i32_u', 2],
  [0xb9, 'f64.convert_i64_s', 2],
  [0xba, 'f64.convert_i64_u', 2],
  [0xbb, 'f64.promote_f32', 2],
]
/** Result and operand of the truncating conversions, in the order of their opcodes; 0xab and 0xb1 follow 0xa8 and 0xae. */
const TRUNCATIONS = ['f32_s', 'f32_u', 'f64_s', 'f64_u']

const constant32: Lower = (lowering) =>
  lowering.push(lowering.builder.constant(lowering.reader.fixed32()))

const constant64: Lower = (lowering: Lowering) => {
  const low = lowering.reader.fixed32()
  const high = lowering.reader.fixed32()
  lowering.push(lowering.builder.constant(low), lowering.builder.constant(high))
}

function arithmetic(type: 'f32' | 'f64', compare: number, first: number): LowerTable {
  const words = type === 'f32' ? 1 : 2
  const table: LowerTable = {}
  COMPARISONS.forEach((name, i) => (table[compare + i] = routine(`${type}.${name}`, 2, 1)))
  UNARY.forEach((name, i) => (table[first + i] = routine(`${type}.${name}`, 1, words)))
  BINARY.forEach((name, i) => (table[first + 7 + i] = routine(`${type}.${name}`, 2, words)))
  table[first] = sign('and', ~SIGN)
  table[first + 1] = sign('xor', SIGN)
  table[first + 13] = copySign
  return table
}

const nothing: Lower = () => undefined

export const FLOAT: LowerTable = {
  0x43: constant32,
  0x44: constant64,
  ...arithmetic('f32', 0x5b, 0x8b),
  ...arithmetic('f64', 0x61, 0x99),
  ...Object.fromEntries(
    TRUNCATIONS.map((name, i) => [0xa8 + i, truncation(`i32.trunc_${name}`, 1)]),
  ),
  ...Object.fromEntries(
    TRUNCATIONS.map((name, i) => [0xae + i, truncation(`i64.trunc_${name}`, 2)]),
  ),
  ...Object.fromEntries(
    CONVERSIONS.map(([opcode, name, words]) => [opcode, routine(name, 1, words)]),
  ),
  0xbc: nothing,
  0xbd: nothing,
  0xbe: nothing,
  0xbf: nothing,
}

/** Behind the prefix 0xfc. */
export const SATURATING: LowerTable = {
  ...Object.fromEntries(TRUNCATIONS.map((name, i) => [i, routine(`i32.trunc_sat_${name}`, 1, 1)])),
  ...Object.fromEntries(
    TRUNCATIONS.map((name, i) => [4 + i, routine(`i64.trunc_sat_${name}`, 1, 2)]),
  ),
}
