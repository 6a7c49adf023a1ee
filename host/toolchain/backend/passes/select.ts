/**
 * Instruction selection: after it, every operation is one RV32 instruction. Constants become immediates where they fit, the
 * comparisons that RISC-V lacks are spelled out with slt, sltu, xor, and multiplications by powers of two become shifts.
 */
import type { BinaryOp, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, isBinary, ZERO } from '../ir/ir.ts'

const SHIFTS = new Set<BinaryOp>(['sll', 'srl', 'sra', 'ror', 'bset', 'bclr', 'binv', 'bext'])
const IMMEDIATE = new Set<BinaryOp>(['add', 'and', 'or', 'xor', 'slt', 'sltu', ...SHIFTS])

export const fitsImmediate = (value: number): boolean => value >= -2048 && value <= 2047

export function selectInstructions(fn: IrFunction): void {
  const constants = new Map<Register, number>([[ZERO, 0]])
  for (const block of fn.blocks) {
    for (const item of block.code) {
      if (item.op === 'const') constants.set(item.defs[0], item.imm)
    }
  }
  const selector = new Selector(fn, constants)
  for (const block of fn.blocks) {
    selector.code = []
    for (const item of block.code) selector.select(item)
    block.code = selector.code
  }
}

class Selector {
  code: Instruction[] = []
  private readonly fn: IrFunction
  private readonly constants: ReadonlyMap<Register, number>

  constructor(fn: IrFunction, constants: ReadonlyMap<Register, number>) {
    this.fn = fn
    this.constants = constants
  }

  select(item: Instruction): void {
    if (!isBinary(item.op) || item.uses.length < 2) {
      this.code.push(item)
      return
    }
    const [a, b] = item.uses
    const constant = this.constants.get(b)
    switch (item.op) {
      case 'eq':
        return this.put(item, 'sltu', [this.difference(item, a, b, constant)], 1)
      case 'ne':
        return this.put(item, 'sltu', [ZERO, this.difference(item, a, b, constant)])
      case 'ge':
      case 'geu': {
        const less = this.less(item, item.op === 'ge' ? 'slt' : 'sltu', a, b, constant)
        return this.put(item, 'xor', [less], 1)
      }
      case 'mul':
        return this.multiply(item, a, constant)
      default:
        return this.immediate(item, item.op, a, constant)
    }
  }

  private put(item: Instruction, op: BinaryOp, uses: Register[], imm = 0): void {
    this.code.push({ ...item, op, uses, imm })
  }

  private emit(item: Instruction, op: BinaryOp, uses: Register[], imm = 0): Register {
    const register = this.fn.registers++
    this.code.push(createInstruction(op, [register], uses, imm, item.at))
    return register
  }

  /** Something that is zero exactly when a = b. */
  private difference(item: Instruction, a: Register, b: Register, constant?: number): Register {
    if (constant === 0) return a
    if (constant === undefined) return this.emit(item, 'xor', [a, b])
    if (fitsImmediate(-constant)) return this.emit(item, 'add', [a], -constant)
    if (fitsImmediate(constant)) return this.emit(item, 'xor', [a], constant)
    return this.emit(item, 'xor', [a, b])
  }

  private less(
    item: Instruction,
    op: 'slt' | 'sltu',
    a: Register,
    b: Register,
    constant?: number,
  ): Register {
    if (constant !== undefined && constant !== 0 && fitsImmediate(constant)) {
      return this.emit(item, op, [a], constant)
    }
    return this.emit(item, op, [a, b])
  }

  private multiply(item: Instruction, a: Register, constant?: number): void {
    if (constant !== undefined && constant > 0 && (constant & (constant - 1)) === 0) {
      return this.put(item, 'sll', [a], 31 - Math.clz32(constant))
    }
    this.code.push(item)
  }

  private immediate(item: Instruction, op: BinaryOp, a: Register, constant?: number): void {
    if (constant === undefined) {
      this.code.push(item)
      return
    }
    if (op === 'sub' && fitsImmediate(-constant)) return this.put(item, 'add', [a], -constant)
    const value = SHIFTS.has(op) ? constant & 31 : constant
    if (IMMEDIATE.has(op) && fitsImmediate(value)) return this.put(item, op, [a], value)
    this.code.push(item)
  }
}
