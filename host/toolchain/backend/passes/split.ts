/**
 * Prepares shrink-wrapping: where a function can return without having called anything, the values that its calling part needs get
 * registers of their own at the entrance of that part, so that the quick way out does not have to save callee-saved registers.
 */
import { computeLiveness } from '../allocate/liveness.ts'
import type { Block, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, terminatorOf } from '../ir/ir.ts'
import { duplicateFor, enterRegion, forwardClosure } from './region.ts'

export function splitAtCalls(fn: IrFunction): void {
  // Homes make a stack frame from the beginning on.
  if (fn.homes !== undefined) return
  const calling = fn.blocks.filter(({ code }) =>
    code.some(({ op }) => op === 'call' || op === 'ecall'),
  )
  const region = forwardClosure(calling)
  if (region.size === 0 || region.has(fn.blocks[0])) return
  for (const block of [...region]) {
    if (terminatorOf(block).op === 'return' && !calling.includes(block)) {
      duplicateFor(fn, block, (from) => !region.has(from))
    }
  }
  const entrances = enterRegion(fn, region)
  const liveness = computeLiveness(fn)
  const renamed = new Map<Register, Register>()
  const copies = entrances.map((block) => copiesFor(fn, liveness.liveIn(block), renamed))
  rename(region, renamed)
  entrances.forEach((block, i) => block.code.unshift(...copies[i]))
}

function copiesFor(
  fn: IrFunction,
  live: readonly Register[],
  renamed: Map<Register, Register>,
): ReturnType<typeof createInstruction>[] {
  return live.map((register) => {
    const inside = renamed.get(register) ?? fn.registers++
    renamed.set(register, inside)
    return createInstruction('copy', [inside], [register])
  })
}

function rename(region: ReadonlySet<Block>, renamed: ReadonlyMap<Register, Register>): void {
  const to = (register: Register): Register => renamed.get(register) ?? register
  for (const block of region) {
    for (const item of block.code) {
      item.uses = item.uses.map(to)
      item.defs = item.defs.map(to)
    }
  }
}
