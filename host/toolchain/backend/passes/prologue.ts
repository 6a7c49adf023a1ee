/**
 * Places the prologue after allocation (shrink-wrapping): only blocks that call, spill or use callee-saved registers, and what lies
 * behind them, run with a stack frame. `enter` instructions make it where control comes into that part.
 */
import type { Allocation } from '../allocate/allocate.ts'
import { losesCallTarget } from '../emit/frame.ts'
import { CALLEE_SAVED } from '../emit/registers.ts'
import type { Block, Instruction, IrFunction } from '../ir/ir.ts'
import { createInstruction } from '../ir/ir.ts'
import { entries } from '../ir/graph.ts'
import { enterRegion, forwardClosure } from './region.ts'

const FRAME_OPS = new Set([
  'call',
  'ecall',
  'reload',
  'spill',
  'loadincoming',
  'storeincoming',
  'loadoutgoing',
  'storeoutgoing',
])

/** Returns the blocks that run with a frame. */
export function placePrologue(fn: IrFunction, allocation: Allocation): Set<Block> {
  const { registers } = allocation
  const saved = (register: number): boolean => CALLEE_SAVED.includes(registers[register])
  const needs = ({ op, uses, defs }: Instruction): boolean =>
    FRAME_OPS.has(op) || uses.some(saved) || defs.some(saved)
  const wanting = fn.blocks.filter(({ code }) => code.some(needs))
  const everywhere = wanting.length > 0 && losesCallTarget(fn, allocation)
  const framed = everywhere ? new Set(fn.blocks) : forwardClosure(wanting)
  const starts = [...enterRegion(fn, framed), ...entries(fn).filter((block) => framed.has(block))]
  for (const { code } of starts) code.unshift(createInstruction('enter', [], [], 0, code[0].at))
  return framed
}
