/**
 * The part of the calling convention that lies on the stack: argument and result words beyond the eighth become stores and loads of
 * their own around the call, so that no instruction has more than eight operands of its kind. Arguments lie at the caller's stack
 * pointer (standard ILP32); results beyond the eighth, which the standard does not have, come back in the same place.
 */
import type { Instruction, IrFunction } from '../ir/ir.ts'
import { createInstruction } from '../ir/ir.ts'

export const REGISTER_WORDS = 8

export function spellOutStackWords(fn: IrFunction): void {
  for (const block of fn.blocks) {
    const code: Instruction[] = []
    for (const item of block.code) rewrite(item, code)
    block.code = code
  }
}

function rewrite(item: Instruction, code: Instruction[]): void {
  switch (item.op) {
    case 'parameters':
      code.push(item)
      splitDefs(item, 'loadincoming', code)
      return
    case 'return':
      splitUses(item, REGISTER_WORDS, 'storeincoming', code)
      code.push(item)
      return
    case 'call':
      splitUses(item, REGISTER_WORDS + (item.symbol === undefined ? 1 : 0), 'storeoutgoing', code)
      code.push(item)
      splitDefs(item, 'loadoutgoing', code)
      return
    default:
      code.push(item)
  }
}

type StackOp = 'loadincoming' | 'storeincoming' | 'loadoutgoing' | 'storeoutgoing'

function splitDefs(item: Instruction, op: StackOp, code: Instruction[]): void {
  const rest = item.defs.slice(REGISTER_WORDS)
  item.defs = item.defs.slice(0, REGISTER_WORDS)
  rest.forEach((def, i) => code.push(createInstruction(op, [def], [], i, item.at)))
}

function splitUses(item: Instruction, limit: number, op: StackOp, code: Instruction[]): void {
  const rest = item.uses.slice(limit)
  item.uses = item.uses.slice(0, limit)
  rest.forEach((use, i) => code.push(createInstruction(op, [], [use], i, item.at)))
}
