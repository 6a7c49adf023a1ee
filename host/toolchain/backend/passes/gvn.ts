/**
 * Global value numbering on SSA: walks the dominator tree and replaces every pure operation that was already computed on the way
 * down, with constants and identities simplified on the way. Loads and stored values are reused within a block as long as nothing
 * may have written in between; wasm globals are apart from the linear memory and from one another.
 *
 * Nothing is carried across a suspension: what is cheap to compute again would cost a slot of the frame.
 */
import type { BinaryOp, Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { isBinary, isCommutative, isLoad, isStore, isUnary, terminatorOf, ZERO } from '../ir/ir.ts'
import { dominators } from '../ir/graph.ts'
import { constantOf, simplify } from '../ir/fold.ts'

export function numberValues(fn: IrFunction): void {
  new Numbering(fn).run()
}

type Scope = Map<string, Register>

class Numbering {
  private readonly fn: IrFunction
  private readonly replaced = new Map<Register, Register>()
  private readonly definitions = new Map<Register, Instruction>()

  constructor(fn: IrFunction) {
    this.fn = fn
  }

  run(): void {
    const tree = dominators(this.fn)
    const scopes = new Map<Block, Scope[]>()
    tree.order.forEach((block, i) => {
      const parent = tree.order[tree.parent[i]]
      const outer = parent === undefined || this.separates(block) ? [] : scopes.get(parent)!
      const chain = [...outer, new Map<string, Register>()]
      scopes.set(block, chain)
      this.visit(block, chain)
    })
    this.renameAll()
  }

  /** In a coroutine nothing is carried over a suspension, nor into blocks that may have been resumed before. */
  private separates(block: Block): boolean {
    if (this.fn.coroutine === undefined) return false
    const from = block.predecessors
    return from.length > 1 || from.some((predecessor) => terminatorOf(predecessor).op === 'suspend')
  }

  private resolve(register: Register): Register {
    let value = register
    for (let next = this.replaced.get(value); next !== undefined; next = this.replaced.get(value)) {
      value = next
    }
    return value
  }

  private define = (register: Register): Instruction | undefined => this.definitions.get(register)

  private visit(block: Block, chain: Scope[]): void {
    block.phis = block.phis.filter((phi) => !this.dropTrivial(phi))
    const memory = new BlockMemory()
    block.code = block.code.filter((item) => {
      item.uses = item.uses.map((use) => this.resolve(use))
      if (this.forwarded(item, memory)) return false
      if (this.known(item, chain)) return false
      for (const def of item.defs) this.definitions.set(def, item)
      return true
    })
  }

  private dropTrivial(phi: Instruction): boolean {
    const values = new Set(phi.uses.map((use) => this.resolve(use)))
    values.delete(phi.defs[0])
    if (values.size !== 1) return false
    this.replaced.set(phi.defs[0], [...values][0])
    return true
  }

  /** Handles memory instructions; true if the instruction is a load of a known value. */
  private forwarded(item: Instruction, memory: BlockMemory): boolean {
    if (isLoad(item.op) && !item.volatile) {
      const value = memory.load(item)
      if (value === undefined) return false
      this.replaced.set(item.defs[0], value)
      return true
    }
    memory.record(item)
    return false
  }

  private known(item: Instruction, chain: readonly Scope[]): boolean {
    if (isBinary(item.op)) {
      if (this.simplified(item, item.op)) return true
    } else if (!isUnary(item.op) && !['const', 'address', 'high'].includes(item.op)) return false
    const key = keyOf(item)
    for (let i = chain.length - 1; i >= 0; i--) {
      const value = chain[i].get(key)
      if (value === undefined) continue
      this.replaced.set(item.defs[0], value)
      return true
    }
    chain[chain.length - 1].set(key, item.defs[0])
    return false
  }

  private simplified(item: Instruction, op: BinaryOp): boolean {
    if (item.uses.length < 2) return false
    const constantLeft = constantOf(item.uses[0], this.define) !== undefined
    if (isCommutative(op) && constantLeft) item.uses.reverse()
    const simpler = simplify(op, item.uses[0], item.uses[1], this.define)
    if (simpler === undefined) return false
    if ('register' in simpler) {
      this.replaced.set(item.defs[0], simpler.register)
      return true
    }
    if (simpler.constant === 0) {
      this.replaced.set(item.defs[0], ZERO)
      return true
    }
    item.op = 'const'
    item.uses = []
    item.imm = simpler.constant
    return false
  }

  private renameAll(): void {
    for (const block of this.fn.blocks) {
      for (const item of [...block.phis, ...block.code]) {
        item.uses = item.uses.map((use) => this.resolve(use))
      }
    }
    const { coroutine } = this.fn
    if (coroutine !== undefined) coroutine.frame = this.resolve(coroutine.frame)
  }
}

function keyOf({ op, uses, imm, symbol }: Instruction): string {
  const operands =
    isCommutative(op) && uses.length === 2 && uses[0] > uses[1] ? [uses[1], uses[0]] : uses
  return `${op} ${operands.join(' ')} ${imm} ${symbol ?? ''}`
}

/** The values that memory is known to hold at a point of a block. */
class BlockMemory {
  private linear = new Map<string, Register>()
  private globals = new Map<string, Register>()

  load(item: Instruction): Register | undefined {
    const key = placeKey(item.op, item)
    const values = this.valuesFor(item)
    const known = values.get(key)
    if (known === undefined) values.set(key, item.defs[0])
    return known
  }

  record(item: Instruction): void {
    if (isStore(item.op) && !item.volatile) return this.store(item)
    if (!isBarrier(item)) return
    this.linear.clear()
    this.globals.clear()
  }

  /** A store changes every word it may overlap: in linear memory, any other place than its own. */
  private store(item: Instruction): void {
    const values = this.valuesFor(item)
    if (values === this.linear) this.linear.clear()
    if (item.op === 'store32') values.set(placeKey('load32', item), item.uses[1])
  }

  private valuesFor(item: Instruction): Map<string, Register> {
    return item.symbol?.includes('__globals') ? this.globals : this.linear
  }
}

const placeKey = (op: string, { uses, imm, symbol }: Instruction): string =>
  `${op} ${uses[0]} ${imm} ${symbol ?? ''}`

/** Whether memory may be different behind the instruction: calls, suspensions, and whatever has to do with other harts or traps. */
function isBarrier(item: Instruction): boolean {
  switch (item.op) {
    case 'jump':
    case 'branch':
    case 'switch':
    case 'return':
    case 'parameters':
    case 'hint':
      return false
    default:
      return (
        !isBinary(item.op) &&
        !isUnary(item.op) &&
        !['const', 'address', 'high', 'copy', 'readsp', 'readtp', 'loadtp'].includes(item.op)
      )
  }
}
