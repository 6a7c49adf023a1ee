/**
 * Slots of a coroutine frame: which registers are live behind which suspension, where each is stored, and the colouring that lets two
 * share a slot unless one could overwrite what the other still needs.
 *
 * A register with one definition outside the loops in which it is kept is stored once, at its definition. Every other one is stored in
 * front of a suspension, and only if its slot does not hold its value already.
 */
import { computeLiveness } from '../allocate/liveness.ts'
import { frequency } from '../allocate/ranges.ts'
import type { Block, Coroutine, Instruction, IrFunction, Register } from '../ir/ir.ts'

/** Bytes of the Task header in front of the slots (docs/design.md §5). */
export const FRAME_HEADER_BYTES = 32

/** What is live behind one suspension. */
export interface Kept {
  /** Held in slots. */
  stored: Register[]
  /** Constants, made again at the resume point. */
  remade: Register[]
}

export interface SlotPlan {
  kept: Kept[]
  offsets: ReadonlyMap<Register, number>
  frameBytes: number
  /** Registers that are stored where they are defined, with that instruction. */
  early: ReadonlyMap<Register, Definition>
  remakes: ReadonlyMap<Register, Instruction>
}

export interface Definition {
  item: Instruction
  block: Block
}

export function planSlots(fn: IrFunction, coroutine: Coroutine): SlotPlan {
  const definitions = singleDefinitions(fn)
  const remakes = new Map<Register, Instruction>()
  for (const [register, { item }] of definitions) {
    if (MADE_FROM_NOTHING.has(item.op)) remakes.set(register, item)
  }
  const liveness = computeLiveness(fn)
  const kept = coroutine.states.map((state) => {
    const live = liveness.liveIn(state.resume).filter((register) => register !== coroutine.frame)
    return {
      stored: live.filter((register) => !remakes.has(register)),
      remade: live.filter((register) => remakes.has(register)),
    }
  })
  const early = chooseEarly(coroutine, kept, definitions)
  const neighbours = suspensionNeighbours(kept)
  const allKept = new Set(neighbours.keys())
  for (const [register, definition] of early) {
    for (const other of liveBehind(definition, liveness.liveOut(definition.block))) {
      if (allKept.has(other)) connect(neighbours, register, other)
    }
  }
  const offsets = colour(neighbours, firstSlot(fn))
  const slots = new Set(offsets.values()).size
  return { kept, offsets, frameBytes: firstSlot(fn) + 4 * slots, early, remakes }
}

/** Offset of the first slot: behind the header and the variables that have homes. */
export const firstSlot = (fn: IrFunction): number => FRAME_HEADER_BYTES + 4 * (fn.homes?.words ?? 0)

const MADE_FROM_NOTHING = new Set(['const', 'address', 'high'])

function singleDefinitions(fn: IrFunction): Map<Register, Definition> {
  const result = new Map<Register, Definition>()
  const several = new Set<Register>()
  for (const block of fn.blocks) {
    for (const item of block.code) {
      for (const register of item.defs) {
        if (several.has(register)) continue
        if (!result.has(register)) result.set(register, { item, block })
        else {
          several.add(register)
          result.delete(register)
        }
      }
    }
  }
  return result
}

/** Storing at the definition pays where the suspensions run more often. */
function chooseEarly(
  coroutine: Coroutine,
  kept: readonly Kept[],
  definitions: ReadonlyMap<Register, Definition>,
): Map<Register, Definition> {
  const often = new Map<Register, number>()
  coroutine.states.forEach((state, i) => {
    for (const register of kept[i].stored) {
      const most = Math.max(often.get(register) ?? 0, frequency(state.suspended))
      often.set(register, most)
    }
  })
  const early = new Map<Register, Definition>()
  for (const [register, suspensions] of often) {
    const definition = definitions.get(register)
    if (definition !== undefined && frequency(definition.block) < suspensions) {
      early.set(register, definition)
    }
  }
  return early
}

function connect(neighbours: Map<Register, Set<Register>>, a: Register, b: Register): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ]) {
    const set = neighbours.get(one) ?? new Set()
    set.add(other)
    neighbours.set(one, set)
  }
}

function suspensionNeighbours(kept: readonly Kept[]): Map<Register, Set<Register>> {
  const neighbours = new Map<Register, Set<Register>>()
  for (const { stored } of kept) {
    for (const register of stored) for (const other of stored) connect(neighbours, register, other)
  }
  return neighbours
}

/** Registers live right behind an instruction. */
function liveBehind({ item, block }: Definition, liveOut: readonly Register[]): Set<Register> {
  const live = new Set(liveOut)
  for (let i = block.code.length - 1; block.code[i] !== item; i--) {
    for (const def of block.code[i].defs) live.delete(def)
    for (const use of block.code[i].uses) live.add(use)
  }
  return live
}

/** Greedy colouring in the order of first suspension: an offset in the frame for every register. */
function colour(
  neighbours: ReadonlyMap<Register, ReadonlySet<Register>>,
  first: number,
): Map<Register, number> {
  const offsets = new Map<Register, number>()
  for (const [register, set] of neighbours) {
    const taken = new Set<number | undefined>()
    for (const other of set) if (other !== register) taken.add(offsets.get(other))
    let offset = first
    while (taken.has(offset)) offset += 4
    offsets.set(register, offset)
  }
  return offsets
}
