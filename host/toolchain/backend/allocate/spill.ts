/**
 * Rewrites registers that found no machine register: every read becomes a reload, every write a spill, through a new register that
 * lives only there. A register that is always the same constant is made again instead. Stack slots are shared by ranges that do not
 * overlap.
 */
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction } from '../ir/ir.ts'
import { Occupation } from './occupation.ts'
import type { LiveRanges } from './ranges.ts'

/** Stack slots of one function. Ranges are numbered anew in every round, so that slots of different rounds are not shared. */
export class SpillSlots {
  count: number
  private readonly fn: IrFunction

  constructor(fn: IrFunction) {
    this.fn = fn
    this.count = fn.coroutine === undefined ? (fn.homes?.words ?? 0) : 0
  }

  /** A slot number for every register. */
  assign(live: LiveRanges, registers: readonly Register[]): Map<Register, number> {
    const round: { slot: number; occupation: Occupation }[] = []
    const result = new Map<Register, number>()
    for (const register of registers) {
      const range = live.ranges[register]!
      let found = round.find(({ occupation }) => !occupation.overlaps(range))
      if (found === undefined) {
        found = { slot: this.count++, occupation: new Occupation() }
        round.push(found)
      }
      found.occupation.add(range)
      result.set(register, found.slot)
    }
    return result
  }

  newRegister(): Register {
    return this.fn.registers++
  }
}

export function rewriteSpills(
  fn: IrFunction,
  live: LiveRanges,
  spilled: readonly Register[],
  slots: SpillSlots,
  tiny: Set<Register>,
): void {
  const remakes = constantDefinitions(live, new Set(spilled))
  const stored = spilled.filter((register) => !remakes.has(register))
  const rewriter = new Rewriter(slots.assign(live, stored), remakes, () => {
    const register = slots.newRegister()
    tiny.add(register)
    return register
  })
  for (const block of fn.blocks) rewriter.rewrite(block)
}

/** The defining instruction of registers that are only ever made from nothing. */
function constantDefinitions(
  live: LiveRanges,
  spilled: ReadonlySet<Register>,
): Map<Register, Instruction> {
  const result = new Map<Register, Instruction>()
  const excluded = new Set<Register>()
  for (const item of live.instructions) {
    for (const register of item.defs) {
      if (!spilled.has(register) || excluded.has(register)) continue
      const before = result.get(register)
      if (isConstant(item) && (before === undefined || same(before, item)))
        result.set(register, item)
      else {
        excluded.add(register)
        result.delete(register)
      }
    }
  }
  return result
}

const isConstant = ({ op }: Instruction): boolean =>
  op === 'const' || op === 'address' || op === 'high'

const same = (a: Instruction, b: Instruction): boolean =>
  a.op === b.op && a.imm === b.imm && a.symbol === b.symbol

class Rewriter {
  private readonly slots: ReadonlyMap<Register, number>
  private readonly remakes: ReadonlyMap<Register, Instruction>
  private readonly newRegister: () => Register

  constructor(
    slots: ReadonlyMap<Register, number>,
    remakes: ReadonlyMap<Register, Instruction>,
    newRegister: () => Register,
  ) {
    this.slots = slots
    this.remakes = remakes
    this.newRegister = newRegister
  }

  rewrite(block: Block): void {
    const code: Instruction[] = []
    for (const item of block.code) {
      if (item.defs.length === 1 && this.remakes.has(item.defs[0])) continue
      this.reloadUses(item, code)
      code.push(item)
      this.spillDefs(item, code)
    }
    block.code = code
  }

  private reloadUses(item: Instruction, code: Instruction[]): void {
    const fresh = new Map<Register, Register>()
    item.uses = item.uses.map((use) => {
      const slot = this.slots.get(use)
      const remake = this.remakes.get(use)
      if (slot === undefined && remake === undefined) return use
      const known = fresh.get(use)
      if (known !== undefined) return known
      const register = this.newRegister()
      fresh.set(use, register)
      code.push(
        remake === undefined
          ? createInstruction('reload', [register], [], slot, item.at)
          : { ...remake, defs: [register], at: item.at },
      )
      return register
    })
  }

  private spillDefs(item: Instruction, code: Instruction[]): void {
    item.defs = item.defs.map((def) => {
      const slot = this.slots.get(def)
      if (slot === undefined) return def
      const register = this.newRegister()
      code.push(createInstruction('spill', [], [register], slot, item.at))
      return register
    })
  }
}
