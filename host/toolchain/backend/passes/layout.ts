/**
 * Orders the blocks for emission: empty blocks are threaded away, a block with one way in joins the block before it, loops are
 * rotated so that their test is at the bottom, resume points follow their suspensions, and traps go behind everything else.
 */
import { findLoops, removeUnreachable } from '../ir/graph.ts'
import type { Loop } from '../ir/graph.ts'
import type { Block, IrFunction } from '../ir/ir.ts'
import { suspensionsByState, terminatorOf } from '../ir/ir.ts'

export function layOut(fn: IrFunction): void {
  threadJumps(fn)
  removeUnreachable(fn)
  mergeChains(fn)
  const loops = loopsOf(fn)
  let order = fn.blocks.filter((block) => !block.cold)
  for (const loop of loops) order = rotate(order, loop)
  order = placeResumes(fn, order)
  fn.blocks = [...order, ...fn.blocks.filter((block) => block.cold)]
}

/** Moves each resume point, with the blocks it falls through to, behind its suspension, so that one follows from the other. */
function placeResumes(fn: IrFunction, blocks: Block[]): Block[] {
  let order = blocks
  const states = fn.coroutine?.states ?? []
  const byState = suspensionsByState(blocks)
  states.forEach(({ resume }, state) => {
    const suspended = byState.get(state)?.[0]
    const start = order.indexOf(resume)
    if (resume.predecessors.length > 0 || start < 1 || suspended === undefined) return
    let end = start + 1
    while (end < order.length && order[end - 1].targets.includes(order[end])) end++
    const chain = order.slice(start, end)
    if (chain.includes(suspended)) return
    const rest = [...order.slice(0, start), ...order.slice(end)]
    rest.splice(rest.indexOf(suspended) + 1, 0, ...chain)
    order = rest
  })
  return order
}

/** Loops that go through a suspension are no loops any more, but their blocks run as often as before. */
function loopsOf(fn: IrFunction): Loop[] {
  if (fn.coroutine === undefined) return findLoops(fn)
  const depths = fn.blocks.map(({ depth }) => depth)
  const loops = findLoops(fn)
  fn.blocks.forEach((block, i) => (block.depth = depths[i]))
  return loops
}

/** Leads edges past blocks that hold nothing but a jump. */
function threadJumps(fn: IrFunction): void {
  const resumes = new Set(fn.coroutine?.states.map((state) => state.resume))
  // The last of a chain first, so that each edge moves once.
  for (const block of [...fn.blocks].reverse()) {
    const forwards = block.code.length === 1 && terminatorOf(block).op === 'jump'
    const target = block.targets[0]
    if (!forwards || target === block || target.phis.length > 0 || block.phis.length > 0) continue
    if (block === fn.blocks[0] || resumes.has(block)) continue
    for (const predecessor of block.predecessors) {
      predecessor.targets = predecessor.targets.map((old) => (old === block ? target : old))
      if (!target.predecessors.includes(predecessor)) target.predecessors.push(predecessor)
      mergeEqualTargets(predecessor)
    }
    target.predecessors.splice(target.predecessors.indexOf(block), 1)
    block.predecessors = []
    block.targets = []
  }
  fn.blocks = fn.blocks.filter((block) => block.targets.length > 0 || isEnd(block))
}

const isEnd = (block: Block): boolean => {
  const { op } = terminatorOf(block)
  return op === 'return' || op === 'trap' || op === 'suspend'
}

/** Joins a block to the only one that leads to it. */
function mergeChains(fn: IrFunction): void {
  const merged = new Set<Block>()
  for (const block of fn.blocks) {
    if (merged.has(block)) continue
    for (;;) {
      const [next] = block.targets
      if (terminatorOf(block).op !== 'jump' || next === block) break
      if (next.predecessors.length !== 1 || next.phis.length > 0 || next === fn.blocks[0]) break
      block.code.pop()
      block.code.push(...next.code)
      block.targets = next.targets
      block.cold = next.cold
      for (const target of new Set(next.targets)) {
        target.predecessors[target.predecessors.indexOf(next)] = block
      }
      merged.add(next)
    }
  }
  fn.blocks = fn.blocks.filter((block) => !merged.has(block))
}

/** A branch whose both ways lead to the same block is a jump. */
function mergeEqualTargets(block: Block): void {
  const terminator = terminatorOf(block)
  if (terminator.op !== 'branch' || block.targets[0] !== block.targets[1]) return
  terminator.op = 'jump'
  terminator.uses = []
  block.targets = [block.targets[0]]
}

/**
 * Moves the blocks from the header up to the first way out of the loop behind the loop's other blocks, if the loop is contiguous
 * and its last block jumps back: each iteration then ends with the branch and needs no jump.
 */
function rotate(order: Block[], loop: Loop): Block[] {
  const first = order.indexOf(loop.header)
  let last = first
  while (last + 1 < order.length && loop.blocks.has(order[last + 1])) last++
  const inside = order.filter((block) => loop.blocks.has(block)).length
  if (first < 0 || last - first + 1 !== inside || inside < 2) return order
  const bottom = order[last]
  if (terminatorOf(bottom).op !== 'jump' || bottom.targets[0] !== loop.header) return order
  const exits = (block: Block): boolean =>
    terminatorOf(block).op === 'branch' && block.targets.some((target) => !loop.blocks.has(target))
  let cut = first
  while (cut < last && !exits(order[cut])) {
    if (terminatorOf(order[cut]).op !== 'jump' || order[cut].targets[0] !== order[cut + 1])
      return order
    cut++
  }
  if (cut === last) return order
  const top = order.slice(first, cut + 1)
  const rest = order.slice(cut + 1, last + 1)
  return [...order.slice(0, first), ...rest, ...top, ...order.slice(last + 1)]
}
