/** i32 arithmetic and comparisons (core specification §4.3.2) as RV32 operations. */
import type { BinaryOp, Register, UnaryOp } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import type { Lower, Lowering, LowerTable } from './lowering.ts'

const MINIMUM = -0x80000000

const binary =
  (op: BinaryOp, swap = false): Lower =>
  (lowering) => {
    const b = lowering.popWord()
    const a = lowering.popWord()
    lowering.push(swap ? lowering.builder.binary(op, b, a) : lowering.builder.binary(op, a, b))
  }

/** Division as wasm has it: stops for a zero divisor and for a quotient that does not fit. */
const division =
  (op: BinaryOp): Lower =>
  (lowering) => {
    const b = lowering.popWord()
    const a = lowering.popWord()
    checkDivision(lowering, op === 'div', a, b)
    lowering.push(lowering.builder.binary(op, a, b))
  }

function checkDivision(lowering: Lowering, overflow: boolean, a: Register, b: Register): void {
  const { builder, context } = lowering
  if (!context.options.checks.division) return
  const divisor = builder.constantOf(b)
  if (divisor === undefined || divisor === 0) builder.trapIf('eq', b, ZERO, TRAP.divisionByZero)
  if (!overflow || (divisor !== undefined && divisor !== -1)) return
  const dividend = builder.constantOf(a)
  if (dividend !== undefined && dividend !== MINIMUM) return
  // Equal to the minimum and to −1 at once: both differences are zero.
  const first = builder.binary('xor', a, builder.constant(MINIMUM))
  const second = builder.binary('xor', b, builder.constant(-1))
  builder.trapIf('eq', builder.binary('or', first, second), ZERO, TRAP.integerOverflow)
}

const count =
  (op: UnaryOp, mnemonic: string): Lower =>
  (lowering) => {
    const value = lowering.popWord()
    if (lowering.context.march.zbb) return lowering.push(lowering.builder.value(op, [value]))
    lowering.push(...lowering.support(mnemonic, [value], 1))
  }

export function rotate32(
  lowering: Lowering,
  value: Register,
  amount: Register,
  left: boolean,
): Register {
  const { builder, context } = lowering
  const opposite = builder.binary('sub', ZERO, amount)
  if (context.march.zbb) {
    const isConstant = builder.constantOf(amount) !== undefined
    if (left && isConstant) return builder.binary('ror', value, opposite)
    return builder.binary(left ? 'rol' : 'ror', value, amount)
  }
  const [up, down] = left ? [amount, opposite] : [opposite, amount]
  const high = builder.binary('sll', value, up)
  return builder.binary('or', high, builder.binary('srl', value, down))
}

const rotation =
  (left: boolean): Lower =>
  (lowering) => {
    const amount = lowering.popWord()
    lowering.push(rotate32(lowering, lowering.popWord(), amount, left))
  }

/** The low `bits` of a word, sign-extended. */
export function extend(lowering: Lowering, value: Register, bits: number): Register {
  const up = lowering.builder.binaryConstant('sll', value, 32 - bits)
  return lowering.builder.binaryConstant('sra', up, 32 - bits)
}

export const INTEGER32: LowerTable = {
  0x41: (lowering) => lowering.push(lowering.builder.constant(lowering.reader.s32())),
  0x45: (lowering) => lowering.push(lowering.builder.binary('eq', lowering.popWord(), ZERO)),
  0x46: binary('eq'),
  0x47: binary('ne'),
  0x48: binary('slt'),
  0x49: binary('sltu'),
  0x4a: binary('slt', true),
  0x4b: binary('sltu', true),
  0x4c: binary('ge', true),
  0x4d: binary('geu', true),
  0x4e: binary('ge'),
  0x4f: binary('geu'),
  0x67: count('clz', 'i32.clz'),
  0x68: count('ctz', 'i32.ctz'),
  0x69: count('cpop', 'i32.popcnt'),
  0x6a: binary('add'),
  0x6b: binary('sub'),
  0x6c: binary('mul'),
  0x6d: division('div'),
  0x6e: division('divu'),
  0x6f: division('rem'),
  0x70: division('remu'),
  0x71: binary('and'),
  0x72: binary('or'),
  0x73: binary('xor'),
  0x74: binary('sll'),
  0x75: binary('sra'),
  0x76: binary('srl'),
  0x77: rotation(true),
  0x78: rotation(false),
  0xc0: (lowering) => lowering.push(extend(lowering, lowering.popWord(), 8)),
  0xc1: (lowering) => lowering.push(extend(lowering, lowering.popWord(), 16)),
}
