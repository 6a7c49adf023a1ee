/**
 * i64 arithmetic on pairs of words. Addition, logic, shifts, comparisons and multiplication are open code; division and bit counts
 * call support routines.
 */
import type { BinaryOp, Register, UnaryOp } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import { extend } from './integer32.ts'
import type { Lower, Lowering, LowerTable, Value } from './lowering.ts'

type Pair = [Register, Register]

const pair =
  (compute: (lowering: Lowering, a: Value, b: Value) => Register[]): Lower =>
  (lowering) => {
    const b = lowering.pop()
    const a = lowering.pop()
    lowering.push(...compute(lowering, a, b))
  }

const bitwise = (op: BinaryOp): Lower =>
  pair(({ builder }, a, b) => [builder.binary(op, a[0], b[0]), builder.binary(op, a[1], b[1])])

const add = pair(({ builder }, a, b) => {
  const low = builder.binary('add', a[0], b[0])
  // The sum is below an operand exactly when it wrapped; a constant operand makes the shorter code.
  const carry = builder.binary('sltu', low, builder.constantOf(b[0]) === undefined ? a[0] : b[0])
  return [low, builder.binary('add', builder.binary('add', a[1], b[1]), carry)]
})

const subtract = pair(({ builder }, a, b) => {
  const borrow = builder.binary('sltu', a[0], b[0])
  const high = builder.binary('sub', a[1], b[1])
  return [builder.binary('sub', a[0], b[0]), builder.binary('sub', high, borrow)]
})

const multiply = pair(({ builder }, a, b) => {
  const low = builder.binary('mul', a[0], b[0])
  const carry = builder.binary('mulhu', a[0], b[0])
  const first = builder.binary('mul', a[0], b[1])
  const second = builder.binary('mul', a[1], b[0])
  return [low, builder.binary('add', builder.binary('add', carry, first), second)]
})

type Shift = 'shl' | 'shr_s' | 'shr_u'

const shift = (kind: Shift): Lower =>
  pair((lowering, value, amount) => {
    const constant = lowering.builder.constantOf(amount[0])
    if (constant !== undefined) return shiftConstant(lowering, kind, value, constant & 63)
    return shiftVariable(lowering, kind, value, amount[0])
  })

function shiftConstant({ builder }: Lowering, kind: Shift, [low, high]: Value, n: number): Pair {
  const sign = kind === 'shr_s' ? 'sra' : 'srl'
  if (n === 0) return [low, high]
  if (kind === 'shl') {
    if (n >= 32) return [ZERO, builder.binaryConstant('sll', low, n - 32)]
    const carried = builder.binaryConstant('srl', low, 32 - n)
    const kept = builder.binaryConstant('sll', high, n)
    return [builder.binaryConstant('sll', low, n), builder.binary('or', kept, carried)]
  }
  const fill = kind === 'shr_s' ? builder.binaryConstant('sra', high, 31) : ZERO
  if (n >= 32) return [builder.binaryConstant(sign, high, n - 32), fill]
  const carried = builder.binaryConstant('sll', high, 32 - n)
  const kept = builder.binaryConstant('srl', low, n)
  return [builder.binary('or', kept, carried), builder.binaryConstant(sign, high, n)]
}

/** Both halves of the amount's range meet in a block: below 32 bits are carried across, from 32 one word becomes fill. */
function shiftVariable(lowering: Lowering, kind: Shift, value: Value, n: Register): Pair {
  const { builder } = lowering
  const [low, high] = value
  return chooseByBit5(
    lowering,
    n,
    () => {
      if (kind === 'shl') return [ZERO, builder.binary('sll', low, n)]
      const fill = kind === 'shr_s' ? builder.binaryConstant('sra', high, 31) : ZERO
      return [builder.binary(kind === 'shr_s' ? 'sra' : 'srl', high, n), fill]
    },
    () => {
      if (kind === 'shl') return [builder.binary('sll', low, n), funnelLeft(lowering, high, low, n)]
      const top = builder.binary(kind === 'shr_s' ? 'sra' : 'srl', high, n)
      return [funnelRight(lowering, high, low, n), top]
    },
  )
}

/** (high << n) | (low >> (32 − n)) for n in 0…31; the amount modulo 32 as RISC-V takes it. */
function funnelLeft({ builder }: Lowering, high: Register, low: Register, n: Register): Register {
  const opposite = builder.binaryConstant('xor', n, -1)
  const carried = builder.binary('srl', builder.binaryConstant('srl', low, 1), opposite)
  return builder.binary('or', builder.binary('sll', high, n), carried)
}

function funnelRight({ builder }: Lowering, high: Register, low: Register, n: Register): Register {
  const opposite = builder.binaryConstant('xor', n, -1)
  const carried = builder.binary('sll', builder.binaryConstant('sll', high, 1), opposite)
  return builder.binary('or', builder.binary('srl', low, n), carried)
}

function chooseByBit5({ builder }: Lowering, n: Register, far: () => Pair, near: () => Pair): Pair {
  const variables = [builder.newVariable(), builder.newVariable()]
  const [farBlock, nearBlock, join] = [builder.newBlock(), builder.newBlock(), builder.newBlock()]
  builder.branch('ne', builder.binaryConstant('and', n, 32), ZERO, farBlock, nearBlock)
  for (const [block, compute] of [
    [farBlock, far],
    [nearBlock, near],
  ] as const) {
    builder.start(block, true)
    compute().forEach((word, i) => builder.write(variables[i], word))
    builder.jump(join)
  }
  builder.start(join, true)
  return [builder.read(variables[0]), builder.read(variables[1])]
}

const rotation = (left: boolean): Lower =>
  pair((lowering, [low, high], [n]) => {
    const turn = (top: Register, bottom: Register): Pair =>
      left
        ? [funnelLeft(lowering, bottom, top, n), funnelLeft(lowering, top, bottom, n)]
        : [funnelRight(lowering, top, bottom, n), funnelRight(lowering, bottom, top, n)]
    const constant = lowering.builder.constantOf(n)
    if (constant !== undefined) return constant & 32 ? turn(low, high) : turn(high, low)
    return chooseByBit5(
      lowering,
      n,
      () => turn(low, high),
      () => turn(high, low),
    )
  })

const equality = (op: 'eq' | 'ne'): Lower =>
  pair(({ builder }, a, b) => {
    const low = builder.binary('xor', a[0], b[0])
    const high = builder.binary('xor', a[1], b[1])
    return [builder.binary(op, builder.binary('or', low, high), ZERO)]
  })

/** a < b: the high words decide unless they are equal. */
function lessThan({ builder }: Lowering, a: Value, b: Value, signed: boolean): Register {
  const op = signed ? 'slt' : 'sltu'
  if (signed && builder.constantOf(b[0]) === 0) return builder.binary('slt', a[1], b[1])
  const high = builder.binary(op, a[1], b[1])
  const low = builder.binary('sltu', a[0], b[0])
  const equal = builder.binary('eq', a[1], b[1])
  return builder.binary('or', high, builder.binary('and', equal, low))
}

const ordering = (signed: boolean, swap: boolean, negate: boolean): Lower =>
  pair((lowering, a, b) => {
    const less = swap ? lessThan(lowering, b, a, signed) : lessThan(lowering, a, b, signed)
    return [negate ? lowering.builder.binary('eq', less, ZERO) : less]
  })

const division = (mnemonic: string, overflow: boolean): Lower =>
  pair((lowering, a, b) => {
    const { builder, context } = lowering
    if (context.options.checks.division) {
      builder.trapIf('eq', builder.binary('or', b[0], b[1]), ZERO, TRAP.divisionByZero)
      if (overflow) checkOverflow(lowering, a, b)
    }
    return lowering.support(mnemonic, [...a, ...b], 2)
  })

function checkOverflow({ builder }: Lowering, a: Value, b: Value): void {
  const divisor = builder.constantOf(b[0])
  if (divisor !== undefined && divisor !== -1) return
  const top = builder.binary('xor', a[1], builder.constant(-0x80000000))
  const dividend = builder.binary('or', a[0], top)
  const ones = builder.binary('and', b[0], b[1])
  const rest = builder.binary('xor', ones, builder.constant(-1))
  builder.trapIf('eq', builder.binary('or', dividend, rest), ZERO, TRAP.integerOverflow)
}

/** Of a word whose zeros are counted 32 if it is zero, and then those of the other word. */
function zeros({ builder }: Lowering, op: UnaryOp, first: Register, second: Register): Register {
  const mask = builder.binary('sub', ZERO, builder.binary('eq', first, ZERO))
  const rest = builder.binary('and', builder.value(op, [second]), mask)
  return builder.binary('add', builder.value(op, [first]), rest)
}

const count =
  (op: UnaryOp, mnemonic: string): Lower =>
  (lowering) => {
    const [low, high] = lowering.pop()
    const { builder, context } = lowering
    if (!context.march.zbb)
      return lowering.push(...lowering.support(mnemonic, [low, high], 1), ZERO)
    if (op === 'cpop') {
      const counts = [low, high].map((word) => builder.value(op, [word]))
      return lowering.push(builder.binary('add', counts[0], counts[1]), ZERO)
    }
    const [first, second] = op === 'clz' ? [high, low] : [low, high]
    lowering.push(zeros(lowering, op, first, second), ZERO)
  }

const signFill = ({ builder }: Lowering, low: Register): Register =>
  builder.binaryConstant('sra', low, 31)

const extension =
  (bits: number): Lower =>
  (lowering) => {
    const low = lowering.popWord()
    const value = bits === 32 ? low : extend(lowering, low, bits)
    lowering.push(value, signFill(lowering, value))
  }

export const INTEGER64: LowerTable = {
  0x42: (lowering) => {
    const value = lowering.reader.s64()
    const low = Number(BigInt.asIntN(32, value))
    const high = Number(value >> 32n)
    lowering.push(lowering.builder.constant(low), lowering.builder.constant(high))
  },
  0x50: (lowering) => {
    const [low, high] = lowering.pop()
    const { builder } = lowering
    lowering.push(builder.binary('eq', builder.binary('or', low, high), ZERO))
  },
  0x51: equality('eq'),
  0x52: equality('ne'),
  0x53: ordering(true, false, false),
  0x54: ordering(false, false, false),
  0x55: ordering(true, true, false),
  0x56: ordering(false, true, false),
  0x57: ordering(true, true, true),
  0x58: ordering(false, true, true),
  0x59: ordering(true, false, true),
  0x5a: ordering(false, false, true),
  0x79: count('clz', 'i64.clz'),
  0x7a: count('ctz', 'i64.ctz'),
  0x7b: count('cpop', 'i64.popcnt'),
  0x7c: add,
  0x7d: subtract,
  0x7e: multiply,
  0x7f: division('i64.div_s', true),
  0x80: division('i64.div_u', false),
  0x81: division('i64.rem_s', false),
  0x82: division('i64.rem_u', false),
  0x83: bitwise('and'),
  0x84: bitwise('or'),
  0x85: bitwise('xor'),
  0x86: shift('shl'),
  0x87: shift('shr_s'),
  0x88: shift('shr_u'),
  0x89: rotation(true),
  0x8a: rotation(false),
  0xa7: (lowering) => lowering.push(lowering.popWord()),
  0xac: extension(32),
  0xad: (lowering) => lowering.push(lowering.popWord(), ZERO),
  0xc2: extension(8),
  0xc3: extension(16),
  0xc4: extension(32),
}
