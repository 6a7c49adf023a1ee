/** Dead code elimination on SSA: drops instructions whose results nobody reads, until nothing changes. */
import type { Instruction, IrFunction } from '../ir/ir.ts'
import { isRemovable } from '../ir/ir.ts'

export function eliminateDeadCode(fn: IrFunction): void {
  const definitions = new Map<number, Instruction>()
  const live = new Set<Instruction>()
  const work: Instruction[] = []
  for (const block of fn.blocks) {
    for (const item of [...block.phis, ...block.code]) {
      for (const register of item.defs) definitions.set(register, item)
      if (!isRemovable(item)) work.push(item)
    }
  }
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if (live.has(item)) continue
    live.add(item)
    for (const use of item.uses) {
      const definition = definitions.get(use)
      if (definition !== undefined && !live.has(definition)) work.push(definition)
    }
  }
  for (const block of fn.blocks) {
    block.phis = block.phis.filter((phi) => live.has(phi))
    block.code = block.code.filter((item) => live.has(item))
  }
}
