/** Comparisons go into the branches that test their results, where the block or the one that leads to it compares. */
import type { Block, Instruction, IrFunction } from '../ir/ir.ts'
import { CONDITION_OF, CONDITION_OPPOSITE, terminatorOf, ZERO } from '../ir/ir.ts'

export function fuseComparisons(fn: IrFunction): void {
  for (const block of fn.blocks) while (fuse(block)) continue
}

/** Whether a test of a comparison's result became the comparison. */
function fuse(block: Block): boolean {
  const last = terminatorOf(block)
  if (last.op !== 'branch' || last.uses[1] !== ZERO) return false
  if (last.condition !== 'eq' && last.condition !== 'ne') return false
  const comparison = definitionNear(block, last.uses[0])
  const condition = comparison && CONDITION_OF[comparison.op]
  if (comparison === undefined || condition === undefined || comparison.uses.length < 2)
    return false
  last.uses = [...comparison.uses]
  last.condition = last.condition === 'ne' ? condition : CONDITION_OPPOSITE[condition]
  return true
}

function definitionNear(block: Block, register: number): Instruction | undefined {
  const blocks = block.predecessors.length === 1 ? [block, block.predecessors[0]] : [block]
  return blocks.flatMap(({ code }) => code).find(({ defs }) => defs.includes(register))
}
