/** Parts of a function that control does not leave again, and their entrances. */
import type { Block, IrFunction } from '../ir/ir.ts'
import { createInstruction } from '../ir/ir.ts'
import { newBlock } from './loops.ts'

/** The blocks and everything behind them. */
export function forwardClosure(blocks: readonly Block[]): Set<Block> {
  const region = new Set<Block>()
  const work = [...blocks]
  for (let block = work.pop(); block !== undefined; block = work.pop()) {
    if (region.has(block)) continue
    region.add(block)
    work.push(...block.targets)
  }
  return region
}

/**
 * The blocks through which control comes into a region from blocks outside; edges are split so that each has predecessors outside only.
 * New blocks become part of the region.
 */
export function enterRegion(fn: IrFunction, region: Set<Block>): Block[] {
  const entrances: Block[] = []
  for (const block of [...region]) {
    const outside = block.predecessors.filter((from) => !region.has(from))
    if (outside.length === 0) continue
    if (outside.length === block.predecessors.length) entrances.push(block)
    else entrances.push(splitEntrance(fn, block, outside))
  }
  for (const block of entrances) region.add(block)
  return entrances
}

function splitEntrance(fn: IrFunction, block: Block, outside: readonly Block[]): Block {
  const middle = newBlock(fn, Math.min(...outside.map(({ depth }) => depth)))
  middle.cold = block.cold
  middle.code.push(createInstruction('jump', [], [], 0, block.code[0].at))
  middle.targets = [block]
  middle.predecessors = [...outside]
  for (const from of outside) {
    from.targets = from.targets.map((target) => (target === block ? middle : target))
  }
  block.predecessors = [...block.predecessors.filter((from) => !outside.includes(from)), middle]
  fn.blocks.splice(fn.blocks.indexOf(block), 0, middle)
  return middle
}

/** Gives the chosen predecessors of a block that leaves the function a copy of it. */
export function duplicateFor(
  fn: IrFunction,
  block: Block,
  chosen: (predecessor: Block) => boolean,
): void {
  const moved = block.predecessors.filter(chosen)
  if (moved.length === 0 || moved.length === block.predecessors.length) return
  const copy = newBlock(fn, block.depth)
  copy.code = block.code.map((item) => ({ ...item, uses: [...item.uses], defs: [...item.defs] }))
  copy.predecessors = moved
  for (const from of moved) {
    from.targets = from.targets.map((target) => (target === block ? copy : target))
  }
  block.predecessors = block.predecessors.filter((from) => !moved.includes(from))
  fn.blocks.push(copy)
}
