/** The stack frame of a function: what it holds, and where. */
import type { Allocation } from '../allocate/allocate.ts'
import type { IrFunction } from '../ir/ir.ts'
import type { MachineRegister } from './registers.ts'
import { CALL_TARGET, RA } from './registers.ts'

export const WORD = 4
const STACK_ALIGNMENT = 16
/** The greatest offset of a load or store. */
export const OFFSET_LIMIT = 2047
/**
 * A frame is touched at least so often on its way down. Its caller may have left as much untouched above it, so that no guard of
 * twice the size is stepped over.
 */
export const PROBE_BYTES = 512
/** How far below a base a probe reaches, and the next base lies: the greatest offset downwards. */
export const PROBE_REACH = 2048

/**
 * From the stack pointer up: outgoing words, spill slots, saved registers. In a large frame the saved registers lie below the spill slots,
 * so that offsets reach them.
 */
export interface Frame {
  bytes: number
  spills: number
  saved: { register: MachineRegister; offset: number }[]
}

export function planFrame(fn: IrFunction, allocation: Allocation): Frame {
  const outgoing = WORD * words(fn, OUTGOING)
  const large = isLarge(fn, allocation)
  const registers = allocation.calls || large ? [RA, ...allocation.saved] : [...allocation.saved]
  const spillBytes = WORD * allocation.spillSlots
  const savedBase = large ? outgoing : outgoing + spillBytes
  return {
    bytes: alignStack(outgoing + spillBytes + WORD * registers.length),
    spills: large ? outgoing + WORD * registers.length : outgoing,
    saved: registers.map((register, i) => ({ register, offset: savedBase + WORD * i })),
  }
}

/** Whether a register is lost where the frame is made: offsets beyond reach, and the limit of the stack, go through CALL_TARGET. */
export function losesCallTarget(fn: IrFunction, allocation: Allocation): boolean {
  const isMade = fn.checksStack === true || isLarge(fn, allocation)
  return isMade && allocation.registers.includes(CALL_TARGET)
}

/** Whether words of it, or the caller's words behind it, are out of a load's reach. */
function isLarge(fn: IrFunction, { spillSlots }: Allocation): boolean {
  const reached = WORD * (words(fn, OUTGOING) + spillSlots + words(fn, INCOMING))
  return reached > OFFSET_LIMIT - STACK_ALIGNMENT * WORD
}

export const alignStack = (bytes: number): number =>
  Math.ceil(bytes / STACK_ALIGNMENT) * STACK_ALIGNMENT

const OUTGOING = new Set(['storeoutgoing', 'loadoutgoing'])
const INCOMING = new Set(['storeincoming', 'loadincoming'])

/** How many words there are of a kind. */
function words(fn: IrFunction, kind: ReadonlySet<string>): number {
  let count = 0
  for (const block of fn.blocks) {
    for (const { op, imm } of block.code) {
      if (kind.has(op)) count = Math.max(count, imm + 1)
    }
  }
  return count
}
