/**
 * Leaves SSA form: every phi becomes copies at the ends of the predecessors. Critical edges are split first, so that a copy runs
 * only on its own edge; the copies of one edge are a parallel assignment and are put in an order that respects it.
 */
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, ZERO } from '../ir/ir.ts'

export interface Move {
  to: Register
  from: Register
}

export function leaveSsa(fn: IrFunction): void {
  splitCriticalEdges(fn)
  const definitions = new Map<Register, Instruction>()
  for (const block of fn.blocks) {
    for (const item of block.code) for (const def of item.defs) definitions.set(def, item)
  }
  for (const block of fn.blocks) {
    if (block.phis.length === 0) continue
    block.predecessors.forEach((predecessor, i) => {
      const moves = block.phis.map((phi) => ({ to: phi.defs[0], from: phi.uses[i] }))
      appendCopies(fn, predecessor, moves, definitions)
    })
    block.phis = []
  }
}

function appendCopies(
  fn: IrFunction,
  block: Block,
  moves: Move[],
  definitions: ReadonlyMap<Register, Instruction>,
): void {
  const terminator = block.code.pop()!
  const ordered = sequentialize(moves, () => fn.registers++)
  for (const { to, from } of ordered) {
    const definition = definitions.get(from)
    const constant = from === ZERO ? 0 : definition?.op === 'const' ? definition.imm : undefined
    const copy =
      constant === undefined
        ? createInstruction('copy', [to], [from], 0, terminator.at)
        : createInstruction('const', [to], [], constant, terminator.at)
    block.code.push(copy)
  }
  block.code.push(terminator)
}

/** Orders a parallel assignment; a cycle is broken with a register from `temporary`. */
export function sequentialize(moves: readonly Move[], temporary: () => Register): Move[] {
  const result: Move[] = []
  let pending = moves.filter(({ to, from }) => to !== from)
  while (pending.length > 0) {
    const sources = new Set(pending.map(({ from }) => from))
    const ready = pending.filter(({ to }) => !sources.has(to))
    if (ready.length > 0) {
      result.push(...ready)
      pending = pending.filter((move) => !ready.includes(move))
      continue
    }
    const saved = temporary()
    const broken = pending[0].from
    result.push({ to: saved, from: broken })
    pending = pending.map(({ to, from }) => ({ to, from: from === broken ? saved : from }))
  }
  return result
}

/** Puts a block on every edge from a block with several successors to one with phis and several predecessors. */
export function splitCriticalEdges(fn: IrFunction): void {
  let nextId = Math.max(...fn.blocks.map((block) => block.id)) + 1
  const blocks: Block[] = []
  for (const block of fn.blocks) {
    blocks.push(block)
    if (new Set(block.targets).size < 2) continue
    for (const target of new Set(block.targets)) {
      if (target.predecessors.length < 2 || target.phis.length === 0) continue
      blocks.push(splitEdge(block, target, nextId++))
    }
  }
  fn.blocks = blocks
}

function splitEdge(from: Block, to: Block, id: number): Block {
  const at = from.code[from.code.length - 1].at
  const middle: Block = {
    id,
    phis: [],
    code: [createInstruction('jump', [], [], 0, at)],
    targets: [to],
    predecessors: [from],
    depth: Math.min(from.depth, to.depth),
    cold: from.cold || to.cold,
  }
  from.targets = from.targets.map((target) => (target === to ? middle : target))
  to.predecessors[to.predecessors.indexOf(from)] = middle
  return middle
}
