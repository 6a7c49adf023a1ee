/**
 * Joins registers that are copies of each other and never live at the same time, the most frequent copies first, and deletes the
 * copies. Ranges and weights are kept up to date while joining, so that nothing is computed twice.
 */
import type { Instruction, IrFunction, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import type { LiveRanges } from './ranges.ts'
import { computeRanges, frequency, intersects, mergeRanges } from './ranges.ts'

export function coalesce(fn: IrFunction): void {
  const live = computeRanges(fn)
  const joined = new Map<Register, Register>()
  const find = (register: Register): Register => {
    let root = register
    for (let next = joined.get(root); next !== undefined; next = joined.get(root)) root = next
    return root
  }
  for (const copy of copiesByFrequency(live)) {
    const to = find(copy.defs[0])
    const from = find(copy.uses[0])
    if (from === ZERO || to === from) continue
    const [a, b] = [live.ranges[to]!, live.ranges[from]!]
    if (intersects(a, b)) continue
    live.ranges[from] = mergeRanges(a, b)
    live.ranges[to] = undefined
    joined.set(to, from)
  }
  rename(fn, find)
}

function copiesByFrequency(live: LiveRanges): Instruction[] {
  return live.instructions
    .map((item, i) => ({ item, often: frequency(live.blocks[i]) }))
    .filter(({ item }) => item.op === 'copy')
    .sort((a, b) => b.often - a.often)
    .map(({ item }) => item)
}

function rename(fn: IrFunction, find: (register: Register) => Register): void {
  for (const block of fn.blocks) {
    for (const item of block.code) {
      item.defs = item.defs.map(find)
      item.uses = item.uses.map(find)
    }
    block.code = block.code.filter((item) => item.op !== 'copy' || item.defs[0] !== item.uses[0])
  }
  if (fn.coroutine === undefined) return
  fn.coroutine.frame = find(fn.coroutine.frame)
  for (const state of fn.coroutine.states) {
    for (const slot of state.slots) slot.register = find(slot.register)
  }
}
