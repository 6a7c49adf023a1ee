/**
 * Moves the stores in front of a suspension up to the last place that needs the value in a register: the sooner it is in the coroutine's
 * frame, the sooner its register is free. Nobody looks into the slots before the frame is suspended, but a resumed coroutine still loads
 * from them: a value may have another slot than before.
 */
import { firstSlot } from './frameSlots.ts'
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { terminatorOf } from '../ir/ir.ts'

export function storeSoon(fn: IrFunction): void {
  if (fn.coroutine === undefined) return
  const { frame } = fn.coroutine
  const slots = firstSlot(fn)
  const isSlotStore = ({ op, uses, imm, symbol }: Instruction): boolean =>
    op === 'store32' && uses[0] === frame && imm >= slots && symbol === undefined
  for (const block of fn.blocks) {
    if (terminatorOf(block).op === 'suspend') moveStores(block, frame, isSlotStore)
  }
}

function moveStores(
  { code }: Block,
  frame: Register,
  isSlotStore: (item: Instruction) => boolean,
): void {
  let first = code.length - 1
  while (first > 0 && isSlotStore(code[first - 1])) first--
  const stores = code.splice(first, code.length - 1 - first)
  for (const store of stores) {
    const value = store.uses[1]
    const needed = ({ defs, uses, imm }: Instruction): boolean =>
      defs.includes(value) ||
      uses.includes(value) ||
      defs.includes(frame) ||
      (uses[0] === frame && imm === store.imm)
    code.splice(code.slice(0, -1).findLastIndex(needed) + 1, 0, store)
  }
}
