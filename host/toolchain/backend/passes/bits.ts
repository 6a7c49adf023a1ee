/**
 * Combines operations into instructions of the bit-manipulation extensions: an operation on the result of another one, or on a
 * constant, that one instruction does. What is left without a reader falls to the next clean-up. On SSA, before selection.
 */
import type { BinaryOp, Block, Instruction, IrFunction, Register, UnaryOp } from '../ir/ir.ts'
import { createInstruction, isBinary, ZERO } from '../ir/ir.ts'
import type { BitExtensions } from '../march.ts'
import { fitsImmediate } from './select.ts'

const NONE: BitExtensions = { zba: false, zbb: false, zbs: false }

export function combineBits(fn: IrFunction): void {
  const extensions = fn.extensions ?? NONE
  if (!extensions.zba && !extensions.zbb && !extensions.zbs) return
  const combiner = new Combiner(fn, extensions)
  for (const block of fn.blocks) combiner.block(block)
}

/** What an instruction becomes. */
type Replacement = { op: BinaryOp | UnaryOp; uses: Register[] } | undefined

const isPowerOfTwo = (value: number): boolean => value !== 0 && (value & (value - 1)) === 0
const exponent = (value: number): number => 31 - Math.clz32(value)

/** Multiplications that are a sum of the value and its shift. */
const MULTIPLES: Readonly<Record<number, BinaryOp>> = { 3: 'sh1add', 5: 'sh2add', 9: 'sh3add' }
const SHIFTED_SUMS: readonly (BinaryOp | undefined)[] = [undefined, 'sh1add', 'sh2add', 'sh3add']
const NEGATED: Partial<Record<BinaryOp, BinaryOp>> = { and: 'andn', or: 'orn', xor: 'xnor' }
const SINGLE_BIT: Partial<Record<BinaryOp, BinaryOp>> = { or: 'bset', xor: 'binv' }

class Combiner {
  private readonly fn: IrFunction
  private readonly extensions: BitExtensions
  private readonly definitions = new Map<Register, { item: Instruction; block: Block }>()
  private readonly readers = new Map<Register, number>()
  private current!: Block
  private code: Instruction[] = []

  constructor(fn: IrFunction, extensions: BitExtensions) {
    this.fn = fn
    this.extensions = extensions
    for (const block of fn.blocks) {
      for (const item of block.code) {
        for (const def of item.defs) this.definitions.set(def, { item, block })
      }
      for (const { uses } of [...block.phis, ...block.code]) {
        for (const use of uses) this.readers.set(use, (this.readers.get(use) ?? 0) + 1)
      }
    }
  }

  block(block: Block): void {
    this.current = block
    this.code = []
    for (const item of block.code) {
      if (isBinary(item.op) && item.uses.length === 2) this.combine(item, item.op)
      this.code.push(item)
    }
    block.code = this.code
  }

  private combine(item: Instruction, op: BinaryOp): void {
    const [a, b] = item.uses
    const { zba, zbb, zbs } = this.extensions
    const found =
      (zba ? this.addresses(op, a, b) : undefined) ??
      (zbb ? this.basic(op, a, b) : undefined) ??
      (zbs ? this.singleBits(op, a, b, item) : undefined)
    if (found === undefined) return
    item.op = found.op
    item.uses = found.uses
  }

  /** (a << n) + b, and small multiples. */
  private addresses(op: BinaryOp, a: Register, b: Register): Replacement {
    if (op === 'mul') {
      const multiple = MULTIPLES[this.constant(b) ?? 0]
      return multiple && { op: multiple, uses: [a, a] }
    }
    if (op !== 'add') return undefined
    for (const [shifted, other] of [
      [a, b],
      [b, a],
    ]) {
      const shift = this.within('sll', shifted)
      const sum = SHIFTED_SUMS[(shift && this.constant(shift.uses[1])) ?? 0]
      if (shift !== undefined && sum !== undefined) return { op: sum, uses: [shift.uses[0], other] }
    }
    return undefined
  }

  /** Operations on a complement, sign and zero extensions, rotations by constants. */
  private basic(op: BinaryOp, a: Register, b: Register): Replacement {
    const constant = this.constant(b)
    if (op === 'and' && constant === 0xffff) return { op: 'zexth', uses: [a] }
    if (op === 'xor' && constant === -1) {
      const inner = this.within('xor', a)
      return inner && { op: 'xnor', uses: inner.uses }
    }
    const negated = NEGATED[op]
    if (negated !== undefined) {
      for (const [complement, other] of [
        [b, a],
        [a, b],
      ]) {
        const inner = this.within('xor', complement)
        if (inner !== undefined && this.constant(inner.uses[1]) === -1) {
          return { op: negated, uses: [other, inner.uses[0]] }
        }
      }
    }
    if (op === 'sra') return this.extension(a, constant)
    return op === 'or' || op === 'add' || op === 'xor' ? this.rotation(a, b) : undefined
  }

  private extension(a: Register, amount: number | undefined): Replacement {
    const inner = this.within('sll', a)
    if (inner === undefined || this.constant(inner.uses[1]) !== amount) return undefined
    if (amount === 24) return { op: 'sextb', uses: [inner.uses[0]] }
    return amount === 16 ? { op: 'sexth', uses: [inner.uses[0]] } : undefined
  }

  private rotation(a: Register, b: Register): Replacement {
    const left = this.within('sll', a) ?? this.within('sll', b)
    const right = this.within('srl', a) ?? this.within('srl', b)
    if (left === undefined || right === undefined || left.uses[0] !== right.uses[0])
      return undefined
    const [up, down] = [this.constant(left.uses[1]), this.constant(right.uses[1])]
    if (up === undefined || down === undefined || up + down !== 32) return undefined
    return { op: 'ror', uses: right.uses }
  }

  private singleBits(op: BinaryOp, a: Register, b: Register, item: Instruction): Replacement {
    const constant = this.constant(b)
    if (constant !== undefined) return this.constantBit(op, a, constant, item)
    const shift = this.within('sll', b) ?? this.within('sll', a)
    const bitOp = SINGLE_BIT[op]
    if (bitOp === undefined || shift === undefined || this.constant(shift.uses[0]) !== 1) {
      return undefined
    }
    const other = this.definitions.get(b)?.item === shift ? a : b
    return { op: bitOp, uses: [other, shift.uses[1]] }
  }

  /** One bit that is tested, or set, flipped or cleared by a constant that is no immediate. */
  private constantBit(op: BinaryOp, a: Register, value: number, item: Instruction): Replacement {
    if (op === 'and' && value === 1) {
      const shift = this.within('srl', a)
      return shift && { op: 'bext', uses: shift.uses }
    }
    if (fitsImmediate(value)) return undefined
    const bitOp = SINGLE_BIT[op]
    if (bitOp !== undefined && isPowerOfTwo(value)) return this.bit(bitOp, a, value, item)
    if (op === 'and' && isPowerOfTwo(~value)) return this.bit('bclr', a, ~value, item)
    return undefined
  }

  private bit(op: BinaryOp, a: Register, value: number, { at }: Instruction): Replacement {
    const register = this.fn.registers++
    this.code.push(createInstruction('const', [register], [], exponent(value), at))
    return { op, uses: [a, register] }
  }

  /** The instruction that computes an operand, if it does nothing else and is in this block. */
  private within(op: BinaryOp, register: Register): Instruction | undefined {
    const definition = this.definitions.get(register)
    if (definition === undefined || definition.block !== this.current) return undefined
    const { item } = definition
    const isWanted = item.op === op && item.uses.length === 2 && this.readers.get(register) === 1
    return isWanted ? item : undefined
  }

  private constant(register: Register): number | undefined {
    if (register === ZERO) return 0
    const item = this.definitions.get(register)?.item
    return item?.op === 'const' ? item.imm : undefined
  }
}
