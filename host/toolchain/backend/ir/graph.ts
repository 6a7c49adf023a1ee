/**
 * Questions about the control-flow graph: reachability and block order, dominators (Cooper, Harvey and Kennedy's iteration over
 * reverse postorder) and natural loops.
 */
import type { Block, IrFunction } from './ir.ts'

/** Blocks in reverse postorder from the entries. Resume points of coroutines are entries too. */
export function reversePostorder(fn: IrFunction): Block[] {
  const seen = new Set<Block>()
  const order: Block[] = []
  for (const root of entries(fn).reverse()) visit(root, seen, order)
  return order.reverse()
}

/** The blocks control can enter from outside; the first is the function's start. */
export function entries(fn: IrFunction): Block[] {
  const resumes = fn.coroutine?.states.map((state) => state.resume) ?? []
  return [fn.blocks[0], ...resumes.filter((block) => block.predecessors.length === 0)]
}

function visit(root: Block, seen: Set<Block>, order: Block[]): void {
  if (seen.has(root)) return
  seen.add(root)
  const stack: { block: Block; next: number }[] = [{ block: root, next: root.targets.length - 1 }]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (top.next < 0) {
      order.push(top.block)
      stack.pop()
      continue
    }
    const target = top.block.targets[top.next--]
    if (seen.has(target)) continue
    seen.add(target)
    stack.push({ block: target, next: target.targets.length - 1 })
  }
}

/** Drops blocks that cannot be reached, with their entries in the phis of the blocks they led to. */
export function removeUnreachable(fn: IrFunction): void {
  const reachable = new Set(reversePostorder(fn))
  if (reachable.size === fn.blocks.length) return
  for (const block of reachable) {
    for (let i = block.predecessors.length - 1; i >= 0; i--) {
      if (reachable.has(block.predecessors[i])) continue
      block.predecessors.splice(i, 1)
      for (const phi of block.phis) phi.uses.splice(i, 1)
    }
  }
  fn.blocks = fn.blocks.filter((block) => reachable.has(block))
  if (fn.coroutine) {
    fn.coroutine.states = fn.coroutine.states.filter((state) => reachable.has(state.resume))
  }
}

export interface Dominators {
  readonly order: readonly Block[]
  /** Position in `order`. */
  readonly index: ReadonlyMap<Block, number>
  /** Immediate dominator by position; -1 for an entry. */
  readonly parent: readonly number[]
  dominates(above: Block, below: Block): boolean
}

export function dominators(fn: IrFunction): Dominators {
  const order = reversePostorder(fn)
  const index = new Map(order.map((block, i) => [block, i]))
  const roots = new Set(entries(fn))
  const parent = new Array<number>(order.length).fill(-2)
  for (const root of roots) parent[index.get(root)!] = -1
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      if (a < 0 || b < 0) return -1
      if (a > b) a = parent[a]
      else b = parent[b]
    }
    return a
  }
  for (let changed = true; changed;) {
    changed = false
    for (let i = 0; i < order.length; i++) {
      if (roots.has(order[i])) continue
      let best = -2
      for (const predecessor of order[i].predecessors) {
        const p = index.get(predecessor)
        if (p === undefined || parent[p] === -2) continue
        best = best === -2 ? p : meet(best, p)
      }
      if (best !== parent[i]) {
        parent[i] = best
        changed = true
      }
    }
  }
  return {
    order,
    index,
    parent,
    dominates(above, below) {
      const target = index.get(above)!
      let at = index.get(below)!
      while (at > target) at = parent[at]
      return at === target
    },
  }
}

export interface Loop {
  readonly header: Block
  readonly blocks: Set<Block>
  parent: Loop | undefined
  depth: number
}

/** The natural loops, inner ones after the loops around them; sets every block's `depth`. */
export function findLoops(fn: IrFunction, tree = dominators(fn)): Loop[] {
  const loops = new Map<Block, Loop>()
  for (const block of tree.order) {
    block.depth = 0
    for (const target of block.targets) {
      if (!tree.dominates(target, block)) continue
      const loop = loops.get(target) ?? {
        header: target,
        blocks: new Set([target]),
        parent: undefined,
        depth: 0,
      }
      loops.set(target, loop)
      collectBody(loop, block)
    }
  }
  const sorted = [...loops.values()].sort((a, b) => b.blocks.size - a.blocks.size)
  for (const [i, loop] of sorted.entries()) {
    for (const block of loop.blocks) block.depth++
    for (let k = i - 1; k >= 0 && loop.parent === undefined; k--) {
      if (sorted[k].blocks.has(loop.header)) loop.parent = sorted[k]
    }
    loop.depth = (loop.parent?.depth ?? 0) + 1
  }
  return sorted
}

function collectBody(loop: Loop, from: Block): void {
  const work = [from]
  while (work.length > 0) {
    const block = work.pop()!
    if (loop.blocks.has(block)) continue
    loop.blocks.add(block)
    work.push(...block.predecessors)
  }
}
