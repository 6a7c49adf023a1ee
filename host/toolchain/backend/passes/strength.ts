/**
 * Strength reduction of induction variables on SSA. In a loop with one way back, a phi that grows by an invariant step is an induction
 * variable; sums with invariants, shifts by constants and products with invariants of one are linear in it. Where such a chain costs at
 * least two instructions, the loop gets a variable of its own for its end, which grows by an addition.
 */
import { simplify } from '../ir/fold.ts'
import type { Loop } from '../ir/graph.ts'
import { findLoops } from '../ir/graph.ts'
import type { BinaryOp, Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, isCommutative, ZERO } from '../ir/ir.ts'
import { suspends } from './licm.ts'
import { makePreheader } from './loops.ts'

/** New variables in one loop; more would only be spilled. */
const VARIABLE_LIMIT = 8
const WORTH = 2

export function reduceStrength(fn: IrFunction): void {
  if (fn.homes !== undefined) return
  // Inner loops first: what they leave in their preheaders is linear in the loop around.
  for (const loop of findLoops(fn).reverse()) {
    const outside = loop.header.predecessors.filter((block) => !loop.blocks.has(block))
    if (suspends(loop) || loop.header.predecessors.length - outside.length !== 1) continue
    new LoopReduction(fn, loop).run()
  }
  findLoops(fn)
}

/** A value that is `start` in the first iteration and grows by `step`; both are made in front of the loop when asked for. */
interface Linear {
  start: () => Register
  step: () => Register
  cost: number
}

class LoopReduction {
  private readonly fn: IrFunction
  private readonly loop: Loop
  private readonly preheader: Block
  private readonly latch: Block
  private readonly inside = new Set<Register>()
  private readonly constants = new Map<Register, number>([[ZERO, 0]])
  private readonly linear = new Map<Register, Linear>()
  /** Definitions of the linear values that are no phis, in order. */
  private readonly chain = new Map<Register, Instruction>()

  constructor(fn: IrFunction, loop: Loop) {
    this.fn = fn
    this.loop = loop
    this.preheader = makePreheader(fn, loop)
    this.latch = loop.header.predecessors.find((block) => loop.blocks.has(block))!
    for (const block of fn.blocks) {
      for (const item of [...block.phis, ...block.code]) {
        if (item.op === 'const') this.constants.set(item.defs[0], item.imm)
        if (loop.blocks.has(block)) for (const def of item.defs) this.inside.add(def)
      }
    }
  }

  run(): void {
    this.findVariables()
    if (this.linear.size === 0) return
    for (const block of this.fn.blocks) {
      if (this.loop.blocks.has(block)) for (const item of block.code) this.extend(item)
    }
    this.replace(this.worthwhile().slice(0, VARIABLE_LIMIT))
  }

  /** Constants count as invariant wherever they are, because they can be made again in front of the loop. */
  private invariant(register: Register): boolean {
    return !this.inside.has(register) || this.constants.has(register)
  }

  private findVariables(): void {
    const { header } = this.loop
    const [entry, back] = [this.preheader, this.latch].map((block) =>
      header.predecessors.indexOf(block),
    )
    const definitions = new Map<Register, Instruction>()
    for (const block of this.loop.blocks) {
      for (const item of block.code) for (const def of item.defs) definitions.set(def, item)
    }
    for (const phi of header.phis) {
      const next = definitions.get(phi.uses[back])
      if (next?.op !== 'add' || next.uses[0] !== phi.defs[0] || !this.invariant(next.uses[1]))
        continue
      const step = next.uses[1]
      const start = phi.uses[entry]
      this.linear.set(phi.defs[0], { start: () => start, step: () => this.outside(step), cost: 0 })
    }
  }

  /** A register with the invariant's value in front of the loop. */
  private outside(register: Register): Register {
    const constant = this.constants.get(register)
    return constant !== undefined && this.inside.has(register) ? this.constant(constant) : register
  }

  private extend(item: Instruction): void {
    if (item.uses.length !== 2) return
    const [a, b] = item.uses
    const { op } = item
    if (op === 'add' || op === 'sub') {
      if (this.linear.has(a) && this.invariant(b)) this.derive(item, a, b, 1)
      else if (op === 'add' && this.linear.has(b) && this.invariant(a)) this.derive(item, b, a, 1)
    } else if (op === 'mul') {
      if (this.linear.has(a) && this.invariant(b)) this.derive(item, a, b, WORTH)
      else if (this.linear.has(b) && this.invariant(a)) this.derive(item, b, a, WORTH)
    } else if (op === 'sll' && this.linear.has(a) && this.constants.has(b)) {
      this.derive(item, a, b, 1)
    }
  }

  private derive(item: Instruction, variable: Register, other: Register, cost: number): void {
    const op = item.op as BinaryOp
    const inner = this.linear.get(variable)!
    const scales = op === 'mul' || op === 'sll'
    this.linear.set(item.defs[0], {
      start: () => this.emit(op, inner.start(), this.outside(other)),
      step: () => (scales ? this.emit(op, inner.step(), this.outside(other)) : inner.step()),
      cost: inner.cost + cost,
    })
    this.chain.set(item.defs[0], item)
  }

  /** Ends of chains that something else than a longer chain reads, and that cost enough. */
  private worthwhile(): Register[] {
    const read = new Set<Register>()
    for (const block of this.fn.blocks) {
      for (const item of [...block.phis, ...block.code]) {
        if (item.defs.length === 1 && this.chain.get(item.defs[0]) === item) continue
        for (const use of item.uses) read.add(use)
      }
    }
    return [...this.chain.keys()].filter(
      (register) => read.has(register) && this.linear.get(register)!.cost >= WORTH,
    )
  }

  private replace(registers: readonly Register[]): void {
    const renamed = new Map<Register, Register>()
    for (const register of registers) renamed.set(register, this.newVariable(register))
    if (renamed.size === 0) return
    for (const block of this.fn.blocks) {
      for (const item of [...block.phis, ...block.code]) {
        item.uses = item.uses.map((use) => renamed.get(use) ?? use)
      }
    }
  }

  private newVariable(register: Register): Register {
    const { start, step } = this.linear.get(register)!
    const { header } = this.loop
    const at = this.chain.get(register)!.at
    const variable = this.fn.registers++
    const next = this.fn.registers++
    const values = new Map([
      [this.preheader, start()],
      [this.latch, next],
    ])
    const uses = header.predecessors.map((block) => values.get(block)!)
    header.phis.push(createInstruction('phi', [variable], uses, 0, at))
    const grow = createInstruction('add', [next], [variable, step()], 0, at)
    this.latch.code.splice(-1, 0, grow)
    return variable
  }

  private emit(op: BinaryOp, a: Register, b: Register): Register {
    const swap = isCommutative(op) && this.constants.has(a)
    const [left, right] = swap ? [b, a] : [a, b]
    const simpler = simplify(op, left, right, (register) => {
      const value = this.constants.get(register)
      return value === undefined ? undefined : createInstruction('const', [register], [], value)
    })
    if (simpler === undefined) return this.append(op, [left, right], 0)
    return 'register' in simpler ? simpler.register : this.constant(simpler.constant)
  }

  private constant(value: number): Register {
    if (value === 0) return ZERO
    const register = this.append('const', [], value)
    this.constants.set(register, value)
    return register
  }

  private append(op: BinaryOp | 'const', uses: Register[], imm: number): Register {
    const register = this.fn.registers++
    const at = this.preheader.code[this.preheader.code.length - 1].at
    this.preheader.code.splice(-1, 0, createInstruction(op, [register], uses, imm, at))
    return register
  }
}
