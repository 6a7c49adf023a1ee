/** Removes definitions that nothing reads, and copies of a register to itself, where SSA is gone. */
import type { IrFunction, Register } from '../ir/ir.ts'
import { isRemovable } from '../ir/ir.ts'

export function sweep(fn: IrFunction): void {
  const reads = new Map<Register, number>()
  const count = (register: Register, by: number): void => {
    reads.set(register, (reads.get(register) ?? 0) + by)
  }
  for (const block of fn.blocks) {
    for (const item of block.code) for (const use of item.uses) count(use, 1)
  }
  for (let changed = true; changed;) {
    changed = false
    for (const block of fn.blocks) {
      block.code = block.code.filter((item) => {
        const dead = isRemovable(item) && item.defs.every((def) => !reads.get(def))
        if (!dead) return true
        for (const use of item.uses) count(use, -1)
        changed = true
        return false
      })
    }
  }
}
