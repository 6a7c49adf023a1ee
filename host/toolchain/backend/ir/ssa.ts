/**
 * Source variables to SSA values while the graph is being built (Braun and others, "Simple and Efficient Construction of Static
 * Single Assignment Form", 2013). A block is sealed once all its predecessors are known; until then a read makes an incomplete phi.
 * Reading is a work list and not a recursion, because functions may have very long chains of blocks.
 */
import type { Block, Instruction, Register } from './ir.ts'
import { createInstruction, ZERO } from './ir.ts'

type Variable = number

interface BlockState {
  values: Map<Variable, Register>
  sealed: boolean
  incomplete: { variable: Variable; phi: Instruction }[]
}

export class SsaVariables {
  private readonly states = new Map<Block, BlockState>()
  /** What a removed phi stands for. */
  private readonly alias = new Map<Register, Register>()
  private readonly pending: { variable: Variable; phi: Instruction; block: Block }[] = []
  private readonly newRegister: () => Register

  constructor(newRegister: () => Register) {
    this.newRegister = newRegister
  }

  write(variable: Variable, block: Block, value: Register): void {
    this.state(block).values.set(variable, value)
  }

  read(variable: Variable, block: Block): Register {
    const value = this.lookup(variable, block)
    this.fillPending()
    return this.resolve(value)
  }

  /** Tells that no predecessor of the block will be added. */
  seal(block: Block): void {
    const state = this.state(block)
    state.sealed = true
    for (const { variable, phi } of state.incomplete) this.pending.push({ variable, phi, block })
    state.incomplete = []
    this.fillPending()
  }

  /** The value that stands for `register` after trivial phis were removed. */
  resolve(register: Register): Register {
    let value = register
    for (let next = this.alias.get(value); next !== undefined; next = this.alias.get(value)) {
      value = next
    }
    return value
  }

  /** Removes phis that merge one value only, and renames every operand. To be called once, at the end. */
  finish(blocks: readonly Block[]): void {
    for (let changed = true; changed;) {
      changed = false
      for (const block of blocks) {
        const before = block.phis.length
        block.phis = block.phis.filter((phi) => !this.removeIfTrivial(phi))
        if (block.phis.length !== before) changed = true
      }
    }
    for (const block of blocks) {
      for (const item of [...block.phis, ...block.code]) {
        item.uses = item.uses.map((use) => this.resolve(use))
      }
    }
  }

  private state(block: Block): BlockState {
    let state = this.states.get(block)
    if (state === undefined) {
      state = { values: new Map(), sealed: false, incomplete: [] }
      this.states.set(block, state)
    }
    return state
  }

  private lookup(variable: Variable, from: Block): Register {
    const passed: Block[] = []
    let block = from
    let value: Register | undefined
    for (;;) {
      const state = this.state(block)
      value = state.values.get(variable)
      if (value !== undefined) break
      if (!state.sealed || block.predecessors.length > 1) {
        value = this.createPhi(variable, block, state)
        break
      }
      if (block.predecessors.length === 0) {
        value = ZERO // only in code that cannot be reached
        break
      }
      passed.push(block)
      block = block.predecessors[0]
    }
    for (const item of passed) this.write(variable, item, value)
    return value
  }

  private createPhi(variable: Variable, block: Block, state: BlockState): Register {
    const phi = createInstruction('phi', [this.newRegister()], [])
    block.phis.push(phi)
    state.values.set(variable, phi.defs[0])
    if (state.sealed) this.pending.push({ variable, phi, block })
    else state.incomplete.push({ variable, phi })
    return phi.defs[0]
  }

  private fillPending(): void {
    const filled: { phi: Instruction; block: Block }[] = []
    for (let item = this.pending.pop(); item !== undefined; item = this.pending.pop()) {
      const { variable, phi, block } = item
      phi.uses = block.predecessors.map((predecessor) => this.lookup(variable, predecessor))
      filled.push({ phi, block })
    }
    for (const { phi, block } of filled.reverse()) {
      if (this.removeIfTrivial(phi)) block.phis.splice(block.phis.indexOf(phi), 1)
    }
  }

  private removeIfTrivial(phi: Instruction): boolean {
    const self = phi.defs[0]
    let only: Register | undefined
    for (const use of phi.uses) {
      const value = this.resolve(use)
      if (value === self || value === only) continue
      if (only !== undefined) return false
      only = value
    }
    this.alias.set(self, only ?? ZERO)
    return true
  }
}
