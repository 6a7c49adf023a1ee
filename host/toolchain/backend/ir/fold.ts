/** Arithmetic at compile time: values of operations on constants, and identities such as x + 0 = x. */
import type { BinaryOp, Condition, Instruction, Register } from './ir.ts'
import { ZERO } from './ir.ts'

const MINIMUM = -0x80000000

type Evaluate = (a: number, b: number) => number

const product = (a: bigint, b: bigint): number => Number(BigInt.asIntN(32, (a * b) >> 32n))
const unsigned = (value: number): bigint => BigInt(value >>> 0)

/** Results follow RISC-V: division by zero gives all ones, the overflowing quotient is the dividend. */
const EVALUATE: Readonly<Record<BinaryOp, Evaluate>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  sll: (a, b) => a << b,
  srl: (a, b) => a >>> b,
  sra: (a, b) => a >> b,
  slt: (a, b) => Number(a < b),
  sltu: (a, b) => Number(a >>> 0 < b >>> 0),
  mul: (a, b) => Math.imul(a, b),
  mulh: (a, b) => product(BigInt(a), BigInt(b)),
  mulhu: (a, b) => product(unsigned(a), unsigned(b)),
  mulhsu: (a, b) => product(BigInt(a), unsigned(b)),
  div: (a, b) => (b === 0 ? -1 : a === MINIMUM && b === -1 ? a : a / b),
  divu: (a, b) => (b === 0 ? -1 : Math.trunc((a >>> 0) / (b >>> 0))),
  rem: (a, b) => (b === 0 ? a : a === MINIMUM && b === -1 ? 0 : a % b),
  remu: (a, b) => (b === 0 ? a : (a >>> 0) % (b >>> 0)),
  sh1add: (a, b) => (a << 1) + b,
  sh2add: (a, b) => (a << 2) + b,
  sh3add: (a, b) => (a << 3) + b,
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  minu: (a, b) => Math.min(a >>> 0, b >>> 0),
  maxu: (a, b) => Math.max(a >>> 0, b >>> 0),
  rol: (a, b) => (a << b) | (a >>> -b),
  ror: (a, b) => (a >>> b) | (a << -b),
  bset: (a, b) => a | (1 << b),
  bclr: (a, b) => a & ~(1 << b),
  binv: (a, b) => a ^ (1 << b),
  bext: (a, b) => (a >>> b) & 1,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  ge: (a, b) => Number(a >= b),
  geu: (a, b) => Number(a >>> 0 >= b >>> 0),
}

const COMPARE: Readonly<Record<Condition, BinaryOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'slt',
  ge: 'ge',
  ltu: 'sltu',
  geu: 'geu',
}

export const evaluate = (op: BinaryOp, a: number, b: number): number => EVALUATE[op](a, b) | 0

export const holds = (condition: Condition, a: number, b: number): boolean =>
  evaluate(COMPARE[condition], a, b) === 1

/** Operations for which `x op 0` is x. */
const ZERO_RIGHT = new Set<BinaryOp>(['add', 'sub', 'or', 'xor', 'sll', 'srl', 'sra', 'rol', 'ror'])
/** Operations whose result is 0 for equal operands. */
const ZERO_EQUAL = new Set<BinaryOp>(['sub', 'xor', 'slt', 'sltu', 'ne'])
/** Operations whose result is 1 for equal operands. */
const ONE_EQUAL = new Set<BinaryOp>(['eq', 'ge', 'geu'])
/** Operations whose result is 0 or 1. */
const BOOLEAN = new Set<string>(['slt', 'sltu', 'eq', 'ne', 'ge', 'geu', 'bext'])

/** What a binary operation simplifies to: a constant, one of its operands, or nothing simpler. */
export type Simplified = { constant: number } | { register: Register } | undefined

/** `define` gives the instruction that defines a register, as far as it is known. */
export function simplify(
  op: BinaryOp,
  a: Register,
  b: Register,
  define: (register: Register) => Instruction | undefined,
): Simplified {
  const left = constantOf(a, define)
  const right = constantOf(b, define)
  if (left !== undefined && right !== undefined) return { constant: evaluate(op, left, right) }
  if (a === b) {
    if (op === 'and' || op === 'or') return { register: a }
    if (ZERO_EQUAL.has(op)) return { constant: 0 }
    if (ONE_EQUAL.has(op)) return { constant: 1 }
  }
  if (right === undefined) return undefined
  if (right === 0) {
    if (ZERO_RIGHT.has(op)) return { register: a }
    if (op === 'and' || op === 'mul' || op === 'sltu') return { constant: 0 }
    if (op === 'geu') return { constant: 1 }
    if (op === 'ne' && isBoolean(a, define)) return { register: a }
  }
  if (right === 1) {
    if (op === 'mul' || op === 'div' || op === 'divu') return { register: a }
    if ((op === 'and' || op === 'eq') && isBoolean(a, define)) return { register: a }
  }
  if (right === -1) {
    if (op === 'and') return { register: a }
    if (op === 'or') return { constant: -1 }
  }
  return undefined
}

export function constantOf(
  register: Register,
  define: (register: Register) => Instruction | undefined,
): number | undefined {
  if (register === ZERO) return 0
  const definition = define(register)
  return definition?.op === 'const' ? definition.imm : undefined
}

/** Whether a value is known to be 0 or 1. */
export function isBoolean(
  register: Register,
  define: (register: Register) => Instruction | undefined,
): boolean {
  const definition = define(register)
  if (definition === undefined) return false
  if (definition.op === 'and') return constantOf(definition.uses[1], define) === 1
  return BOOLEAN.has(definition.op) && definition.uses.length === 2
}
