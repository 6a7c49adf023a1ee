/**
 * Loop-invariant code motion on SSA: moves pure operations whose operands come from outside a loop in front of it. Loads stay: an
 * interrupt or another hart may change memory. Loops that suspend keep everything, because a hoisted value would cost a slot.
 */
import type { Instruction, IrFunction, Register } from '../ir/ir.ts'
import { isPure, terminatorOf } from '../ir/ir.ts'
import type { Loop } from '../ir/graph.ts'
import { findLoops } from '../ir/graph.ts'
import { makePreheader } from './loops.ts'

export function hoistInvariants(fn: IrFunction): void {
  // Code that debuggers step through stays in its line.
  if (fn.homes !== undefined) return
  // Inner loops first, so that an operation moves as far out as it can.
  for (const loop of findLoops(fn).reverse()) {
    if (suspends(loop)) continue
    hoist(fn, loop)
  }
  findLoops(fn)
}

export const suspends = (loop: Loop): boolean =>
  [...loop.blocks].some((block) => terminatorOf(block).op === 'suspend')

function hoist(fn: IrFunction, loop: Loop): void {
  const inside = definedIn(loop)
  const moved: Instruction[] = []
  for (let changed = true; changed;) {
    changed = false
    for (const block of fn.blocks) {
      if (!loop.blocks.has(block) || block.cold) continue
      block.code = block.code.filter((item) => {
        if (!isPure(item) || item.uses.some((use) => inside.has(use))) return true
        for (const def of item.defs) inside.delete(def)
        moved.push(item)
        changed = true
        return false
      })
    }
  }
  if (moved.length === 0) return
  const preheader = makePreheader(fn, loop)
  preheader.code.splice(-1, 0, ...moved)
}

function definedIn(loop: Loop): Set<Register> {
  const result = new Set<Register>()
  for (const block of loop.blocks) {
    for (const item of [...block.phis, ...block.code]) for (const def of item.defs) result.add(def)
  }
  return result
}
