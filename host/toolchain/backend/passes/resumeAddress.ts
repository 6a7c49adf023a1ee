/**
 * Resume addresses that need not be made again. A coroutine is resumed by a call through CALL_TARGET, which therefore holds the address of
 * the resume point. A suspension that goes on at the same point, and that is reached with the register untouched, stores it as it is.
 */
import { clobbers } from '../allocate/allocate.ts'
import { CALL_TARGET } from '../emit/registers.ts'
import { reversePostorder } from '../ir/graph.ts'
import type { Block, Instruction, IrFunction } from '../ir/ir.ts'
import { terminatorOf } from '../ir/ir.ts'

/** The number of the state whose address the register holds, or that it holds something else. */
type Held = number | 'other'

/** The suspensions that find their resume address in the register. `registers` are the machine registers of the virtual ones. */
export function findHeldAddresses(fn: IrFunction, registers: Int8Array): Set<Instruction> {
  const result = new Set<Instruction>()
  if (fn.coroutine === undefined) return result
  const resumed = new Map(fn.coroutine.states.map(({ resume }, state) => [resume, state]))
  const ends = new Map<Block, Held>()
  const order = reversePostorder(fn)
  for (let changed = true; changed;) {
    changed = false
    for (const block of order) {
      const before = resumed.get(block) ?? meet(block, ends)
      if (before === undefined) continue
      const after = block.code.some((item) => changes(item, registers)) ? 'other' : before
      if (ends.get(block) === after) continue
      ends.set(block, after)
      changed = true
    }
  }
  for (const block of order) {
    const last = terminatorOf(block)
    if (last.op === 'suspend' && ends.get(block) === last.imm) result.add(last)
  }
  return result
}

/** What all predecessors agree on; those not yet visited do not count. */
function meet(block: Block, ends: ReadonlyMap<Block, Held>): Held | undefined {
  if (block.predecessors.length === 0) return 'other'
  const known = new Set(block.predecessors.flatMap((from) => ends.get(from) ?? []))
  if (known.size > 1) return 'other'
  return [...known][0]
}

/** Whether the register is something else behind an instruction. Large stack frames are made with its help. */
const changes = (item: Instruction, registers: Int8Array): boolean =>
  clobbers(item) ||
  item.op === 'allocframe' ||
  item.op === 'enter' ||
  item.defs.some((def) => registers[def] === CALL_TARGET)
