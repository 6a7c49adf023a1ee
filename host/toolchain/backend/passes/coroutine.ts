/**
 * Makes a coroutine's suspensions real, after SSA: what is live behind a suspension is stored to slots of the frame before it and
 * loaded at the resume point, which becomes another entry of the function. Constants are made again instead of kept. Slots are
 * coloured: two values share one unless both are live across the same suspension.
 */
import { BackendError } from '../errors.ts'
import { computeLiveness } from '../allocate/liveness.ts'
import type { Coroutine, Instruction, IrFunction, Register, SuspendState } from '../ir/ir.ts'
import { createInstruction, terminatorOf } from '../ir/ir.ts'

/** Bytes of the Task header in front of the slots (docs/design.md §5). */
export const FRAME_HEADER_BYTES = 32

export function expandCoroutine(fn: IrFunction): void {
  const { coroutine } = fn
  if (coroutine === undefined) {
    const lost = fn.blocks.some((block) => terminatorOf(block).op === 'suspend')
    if (lost) throw new BackendError('internal', 'co.suspend without co.begin', fn.name)
    return
  }
  const remakes = singleConstants(fn)
  const kept = liveAcross(fn, coroutine, remakes)
  const slots = colour(kept)
  coroutine.frameBytes = FRAME_HEADER_BYTES + 4 * slotCount(slots)
  coroutine.states.forEach((state, i) => {
    insertSave(fn, coroutine, state, kept[i].stored, slots)
    insertRestore(fn, coroutine, state, kept[i], slots, remakes)
  })
  setFrameBytes(fn, coroutine.frameBytes)
}

interface Kept {
  stored: Register[]
  remade: Register[]
}

/** Instructions that make a value from nothing, of registers with one definition. */
function singleConstants(fn: IrFunction): Map<Register, Instruction> {
  const result = new Map<Register, Instruction>()
  const seen = new Set<Register>()
  for (const block of fn.blocks) {
    for (const item of block.code) {
      for (const register of item.defs) {
        if (seen.has(register)) result.delete(register)
        else if (item.op === 'const' || item.op === 'address' || item.op === 'high') {
          result.set(register, item)
        }
        seen.add(register)
      }
    }
  }
  return result
}

function liveAcross(
  fn: IrFunction,
  coroutine: Coroutine,
  remakes: ReadonlyMap<Register, Instruction>,
): Kept[] {
  const liveness = computeLiveness(fn)
  return coroutine.states.map((state) => {
    const live = liveness.liveIn(state.resume).filter((register) => register !== coroutine.frame)
    return {
      stored: live.filter((register) => !remakes.has(register)),
      remade: live.filter((register) => remakes.has(register)),
    }
  })
}

/** Greedy colouring in the order of first suspension: a slot number for every kept register. */
function colour(kept: readonly Kept[]): Map<Register, number> {
  const neighbours = new Map<Register, Set<Register>>()
  for (const { stored } of kept) {
    for (const register of stored) {
      const set = neighbours.get(register) ?? new Set()
      for (const other of stored) set.add(other)
      neighbours.set(register, set)
    }
  }
  const slots = new Map<Register, number>()
  for (const [register, set] of neighbours) {
    const taken = new Set([...set].map((other) => slots.get(other)))
    let slot = 0
    while (taken.has(slot)) slot++
    slots.set(register, slot)
  }
  return slots
}

const slotCount = (slots: ReadonlyMap<Register, number>): number =>
  Math.max(0, ...[...slots.values()].map((slot) => slot + 1))

const slotOffset = (slots: ReadonlyMap<Register, number>, register: Register): number =>
  FRAME_HEADER_BYTES + 4 * slots.get(register)!

function insertSave(
  fn: IrFunction,
  coroutine: Coroutine,
  state: SuspendState,
  stored: readonly Register[],
  slots: ReadonlyMap<Register, number>,
): void {
  const block = state.suspended
  const suspend = block.code.pop()!
  for (const register of stored) {
    const offset = slotOffset(slots, register)
    const { base, rest } = reach(fn, coroutine.frame, offset, block.code, suspend.at)
    block.code.push(createInstruction('store32', [], [base, register], rest, suspend.at))
    state.slots.push({ offset, register })
  }
  block.code.push(suspend)
  block.targets = []
  state.resume.predecessors = []
}

function insertRestore(
  fn: IrFunction,
  coroutine: Coroutine,
  state: SuspendState,
  kept: Kept,
  slots: ReadonlyMap<Register, number>,
  remakes: ReadonlyMap<Register, Instruction>,
): void {
  const at = state.resume.code[0].at
  const entry = createInstruction('resumed', [coroutine.frame], [], 0, at)
  const code = [entry]
  for (const register of kept.stored) {
    const { base, rest } = reach(fn, coroutine.frame, slotOffset(slots, register), code, at)
    code.push(createInstruction('load32', [register], [base], rest, at))
  }
  for (const register of kept.remade) code.push({ ...remakes.get(register)!, at })
  state.resume.code.unshift(...code)
}

/** A base register from which a 12-bit offset reaches the slot: the frame itself, in all but very large frames. */
function reach(
  fn: IrFunction,
  frame: Register,
  offset: number,
  code: Instruction[],
  at: number,
): { base: Register; rest: number } {
  if (offset < 2048) return { base: frame, rest: offset }
  const rest = offset & 0x7ff
  const [high, base] = [fn.registers++, fn.registers++]
  code.push(createInstruction('const', [high], [], offset - rest, at))
  code.push(createInstruction('add', [base], [frame, high], 0, at))
  return { base, rest }
}

function setFrameBytes(fn: IrFunction, bytes: number): void {
  for (const block of fn.blocks) {
    for (const item of block.code) {
      if (item.op !== 'framebytes') continue
      item.op = 'const'
      item.imm = bytes
    }
  }
}
