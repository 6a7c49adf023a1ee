/** Which registers are live where blocks begin and end: the classic backward dataflow on bit sets. */
import { reversePostorder } from '../ir/graph.ts'
import type { Block, IrFunction, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'

type Bits = Uint32Array

export interface Liveness {
  liveIn(block: Block): Register[]
  liveOut(block: Block): Register[]
}

interface Sets {
  uses: Bits
  defs: Bits
  input: Bits
  output: Bits
}

/** For functions without phis. */
export function computeLiveness(fn: IrFunction): Liveness {
  const words = (fn.registers + 31) >>> 5
  const sets = new Map<Block, Sets>()
  for (const block of fn.blocks) sets.set(block, localSets(block, words))
  const order = reversePostorder(fn).reverse()
  for (let changed = true; changed;) {
    changed = false
    for (const block of order) if (update(block, sets)) changed = true
  }
  return {
    liveIn: (block) => members(sets.get(block)!.input),
    liveOut: (block) => members(sets.get(block)!.output),
  }
}

function localSets(block: Block, words: number): Sets {
  const uses = new Uint32Array(words)
  const defs = new Uint32Array(words)
  for (let i = block.code.length - 1; i >= 0; i--) {
    for (const register of block.code[i].defs) {
      defs[register >>> 5] |= 1 << register
      uses[register >>> 5] &= ~(1 << register)
    }
    for (const register of block.code[i].uses) {
      if (register !== ZERO) uses[register >>> 5] |= 1 << register
    }
  }
  return { uses, defs, input: uses.slice(), output: new Uint32Array(words) }
}

function update(block: Block, sets: Map<Block, Sets>): boolean {
  const { uses, defs, input, output } = sets.get(block)!
  let changed = false
  for (const target of block.targets) {
    const next = sets.get(target)!.input
    for (let i = 0; i < output.length; i++) {
      const merged = output[i] | next[i]
      if (merged >>> 0 === output[i]) continue
      output[i] = merged
      input[i] = uses[i] | (merged & ~defs[i])
      changed = true
    }
  }
  return changed
}

function members(bits: Bits): Register[] {
  const result: Register[] = []
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]; word !== 0; word &= word - 1) {
      result.push(32 * i + 31 - Math.clz32(word & -word))
    }
  }
  return result
}
