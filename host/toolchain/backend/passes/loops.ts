/** Surgery on loops that several passes need. */
import type { Loop } from '../ir/graph.ts'
import type { Block, Instruction, IrFunction } from '../ir/ir.ts'
import { createInstruction, terminatorOf } from '../ir/ir.ts'

/** The block in front of a loop that leads nowhere else; made, with its phis, if there is none. */
export function makePreheader(fn: IrFunction, loop: Loop): Block {
  const { header } = loop
  const outside = header.predecessors.filter((block) => !loop.blocks.has(block))
  if (outside.length === 1 && outside[0].targets.length === 1) {
    const { op } = terminatorOf(outside[0])
    if (op === 'jump') return outside[0]
  }
  const preheader = newBlock(fn, header.depth - 1)
  preheader.code.push(createInstruction('jump', [], [], 0, terminatorOf(header).at))
  preheader.targets = [header]
  preheader.predecessors = outside
  mergeEntries(fn, loop, preheader, outside)
  for (const block of outside) {
    block.targets = block.targets.map((target) => (target === header ? preheader : target))
  }
  fn.blocks.splice(fn.blocks.indexOf(header), 0, preheader)
  for (let around = loop.parent; around !== undefined; around = around.parent) {
    around.blocks.add(preheader)
  }
  return preheader
}

/** Gives the header one operand for all ways in, merged by phis of the preheader where there are several. */
function mergeEntries(
  fn: IrFunction,
  { header }: Loop,
  preheader: Block,
  outside: readonly Block[],
): void {
  const positions = outside.map((block) => header.predecessors.indexOf(block))
  const inner = header.predecessors.filter((block) => !outside.includes(block))
  for (const phi of header.phis) {
    const values = positions.map((position) => phi.uses[position])
    const rest = phi.uses.filter((_, i) => !positions.includes(i))
    phi.uses = [merge(fn, preheader, values, phi), ...rest]
  }
  header.predecessors = [preheader, ...inner]
}

function merge(
  fn: IrFunction,
  preheader: Block,
  values: readonly number[],
  phi: Instruction,
): number {
  if (values.every((value) => value === values[0])) return values[0]
  const register = fn.registers++
  preheader.phis.push(createInstruction('phi', [register], [...values], 0, phi.at))
  return register
}

export function newBlock(fn: IrFunction, depth: number): Block {
  const id = fn.blocks.reduce((most, block) => Math.max(most, block.id), 0) + 1
  return { id, phis: [], code: [], targets: [], predecessors: [], depth, cold: false }
}
