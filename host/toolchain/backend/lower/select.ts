/**
 * `select`: chooses between two values. RISC-V has no conditional move, so that it branches over one of them, except where a mask made
 * of the condition does it: x op k or x for an operation that zero leaves unchanged, a value or zero, two constants.
 */
import type { BinaryOp, Op, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { isBoolean } from '../ir/fold.ts'
import type { Lowering } from './lowering.ts'

/** Operations that leave the left operand unchanged for zero on the right. */
const NEUTRAL_ZERO = new Set<string>(['add', 'sub', 'xor', 'or'])

export function select(lowering: Lowering): void {
  const { builder } = lowering
  const condition = lowering.popWord()
  const second = lowering.pop()
  const first = lowering.pop()
  const constant = builder.constantOf(condition)
  if (constant !== undefined) return lowering.push(...(constant !== 0 ? first : second))
  if (first.length === 1) {
    const extreme = ofTwo(lowering, condition, first[0], second[0])
    if (extreme !== undefined) return lowering.push(extreme)
    const masked = selectByMask(lowering, condition, first[0], second[0])
    if (masked !== undefined) return lowering.push(masked)
  }
  const variables = first.map(() => builder.newVariable())
  const [other, join] = [builder.newBlock(), builder.newBlock()]
  first.forEach((word, i) => builder.write(variables[i], word))
  builder.branchIf(condition, join, other)
  builder.start(other, true)
  second.forEach((word, i) => builder.write(variables[i], word))
  builder.jump(join)
  builder.start(join, true)
  lowering.push(...variables.map((variable) => builder.read(variable)))
}

/** The smaller or larger of two values that a comparison chooses, with and without their places changed. */
const EXTREMES: Partial<Record<Op, readonly [BinaryOp, BinaryOp]>> = {
  slt: ['min', 'max'],
  sltu: ['minu', 'maxu'],
  ge: ['max', 'min'],
  geu: ['maxu', 'minu'],
}

function ofTwo(
  { builder, context }: Lowering,
  condition: Register,
  first: Register,
  second: Register,
): Register | undefined {
  const definition = builder.define(condition)
  const ops = definition && EXTREMES[definition.op]
  if (!context.march.zbb || definition === undefined || ops === undefined) return undefined
  const [a, b] = definition.uses
  if (a === first && b === second) return builder.binary(ops[0], a, b)
  return a === second && b === first ? builder.binary(ops[1], a, b) : undefined
}

function selectByMask(
  lowering: Lowering,
  condition: Register,
  first: Register,
  second: Register,
): Register | undefined {
  const { builder } = lowering
  if (!isBoolean(condition, builder.define)) return undefined
  if (second === ZERO) return builder.binary('and', first, onesIf(lowering, condition))
  if (first === ZERO) return builder.binary('and', second, onesUnless(lowering, condition))
  const a = builder.constantOf(first)
  const b = builder.constantOf(second)
  if (a !== undefined && b !== undefined) return ofConstants(lowering, condition, a, b)
  return (
    neutral(lowering, first, second, () => onesIf(lowering, condition)) ??
    neutral(lowering, second, first, () => onesUnless(lowering, condition))
  )
}

const onesIf = ({ builder }: Lowering, condition: Register): Register =>
  builder.binary('sub', ZERO, condition)

const onesUnless = ({ builder }: Lowering, condition: Register): Register =>
  builder.binaryConstant('add', condition, -1)

/** b + (a − b) · condition; the product is a shift or a mask. */
function ofConstants({ builder }: Lowering, condition: Register, a: number, b: number): Register {
  const difference = (a - b) | 0
  const power = difference > 0 && (difference & (difference - 1)) === 0
  const scaled = power
    ? builder.binaryConstant('sll', condition, 31 - Math.clz32(difference))
    : builder.binaryConstant('and', builder.binary('sub', ZERO, condition), difference)
  return builder.binaryConstant('add', scaled, b)
}

/** `changed` is `kept op k`: kept op (k & mask). */
function neutral(
  { builder }: Lowering,
  changed: Register,
  kept: Register,
  mask: () => Register,
): Register | undefined {
  const definition = builder.define(changed)
  if (definition === undefined || !NEUTRAL_ZERO.has(definition.op)) return undefined
  const [x, k] = definition.uses
  if (x !== kept) return undefined
  return builder.binary(definition.op as BinaryOp, kept, builder.binary('and', k, mask()))
}
