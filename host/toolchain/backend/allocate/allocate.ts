/**
 * Register allocation: greedy by use weight over live ranges with holes. The registers with the most uses per position choose first;
 * one that finds no machine register is spilled, which leaves tiny ranges around its uses, and allocation starts again. Preferences
 * (arguments, results, copies) decide between free registers.
 */
import { ARGUMENTS, CALLEE_SAVED, CALLER_SAVED } from '../emit/registers.ts'
import type { MachineRegister } from '../emit/registers.ts'
import { BackendError } from '../errors.ts'
import type { Instruction, IrFunction, Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { Occupation } from './occupation.ts'
import type { LiveRanges } from './ranges.ts'
import { CLOBBER, computeRanges, frequency, intersects, lengthOf, STEP } from './ranges.ts'
import { rewriteSpills, SpillSlots } from './spill.ts'

export interface Allocation {
  /** Machine register of each virtual register. */
  registers: Int8Array
  spillSlots: number
  /** Callee-saved registers in use. */
  saved: MachineRegister[]
  /** Whether the function calls anything, so that ra must be kept. */
  calls: boolean
  /** Machine registers live across the frame's allocation, which happens once and keeps them on the stack by itself. */
  acrossAllocation: MachineRegister[]
  /** Suspensions whose resume address is in the register that calls go through (passes/resumeAddress.ts). */
  held: ReadonlySet<Instruction>
}

/** Instructions that destroy the caller-saved registers. */
export const clobbers = (item: Instruction): boolean => item.op === 'call' || item.op === 'ecall'

/** Where callee-saved registers are saved or restored. A coroutine has many such places. */
const ENTRIES_AND_EXITS = new Set(['parameters', 'resumed', 'return', 'suspend'])

const ROUND_LIMIT = 30

export function allocate(fn: IrFunction): Allocation {
  const slots = new SpillSlots(fn)
  /** Registers that spilling made: they must get a machine register. */
  const tiny = new Set<Register>()
  for (let round = 0; round < ROUND_LIMIT; round++) {
    const live = computeRanges(fn)
    const attempt = new Attempt(live, tiny, fn.coroutine?.frame)
    attempt.run()
    if (attempt.spilled.length === 0) {
      return {
        registers: attempt.assigned,
        spillSlots: slots.count,
        saved: CALLEE_SAVED.filter((register) => !attempt.machine[register].empty),
        calls: live.instructions.some((item) => item.op === 'call'),
        acrossAllocation: attempt.acrossAllocation(),
        held: new Set(),
      }
    }
    rewriteSpills(fn, live, attempt.spilled, slots, tiny)
  }
  throw new BackendError('limit', 'register allocation does not settle', fn.name)
}

interface Preference {
  register: MachineRegister
  weight: number
}

class Attempt {
  readonly assigned: Int8Array
  readonly spilled: Register[] = []
  readonly machine: Occupation[] = Array.from({ length: 32 }, () => new Occupation())
  private readonly live: LiveRanges
  private readonly tiny: ReadonlySet<Register>
  /** The coroutine's frame, which every entry brings in a0 and every exit returns there. */
  private readonly first: Register | undefined
  private readonly preferences = new Map<Register, Preference[]>()
  /** Executions of the saves and restores that a further callee-saved register costs. */
  private saveCost = 0
  private readonly partners = new Map<Register, { register: Register; weight: number }[]>()

  constructor(live: LiveRanges, tiny: ReadonlySet<Register>, first: Register | undefined) {
    this.live = live
    this.first = first
    this.tiny = tiny
    this.assigned = new Int8Array(live.ranges.length).fill(-1)
    this.assigned[ZERO] = 0
    this.scanInstructions()
  }

  run(): void {
    const { ranges } = this.live
    const order: Register[] = []
    ranges.forEach((range, register) => {
      if (range !== undefined) order.push(register)
    })
    const priority = new Float64Array(ranges.length)
    for (const register of order) priority[register] = this.priority(register)
    order.sort((a, b) => priority[b] - priority[a])
    for (const register of order) this.place(register)
  }

  acrossAllocation(): MachineRegister[] {
    const index = this.live.instructions.findIndex(({ op }) => op === 'allocframe')
    if (index < 0) return []
    const at = STEP * index + CLOBBER
    const isLive = (register: Register): boolean => {
      const range = this.live.ranges[register]
      return range !== undefined && intersects(range, [at, at + 1])
    }
    const machines = new Set<MachineRegister>()
    this.assigned.forEach((machine, register) => {
      if (machine > 0 && isLive(register)) machines.add(machine)
    })
    return [...machines].filter((machine) => CALLER_SAVED.includes(machine))
  }

  private priority(register: Register): number {
    if (this.tiny.has(register) || register === this.first) return Infinity
    return this.live.weights[register] / lengthOf(this.live.ranges[register]!)
  }

  private place(register: Register): void {
    const range = this.live.ranges[register]!
    const machine = this.choose(register)
    if (machine === undefined) {
      if (this.tiny.has(register))
        throw new BackendError('internal', 'a spilled value found no register')
      this.spilled.push(register)
      return
    }
    this.assigned[register] = machine
    this.machine[machine].add(range)
  }

  private choose(register: Register): MachineRegister | undefined {
    const range = this.live.ranges[register]!
    const isFree = (machine: MachineRegister): boolean => !this.machine[machine].overlaps(range)
    for (const { register: wanted } of this.wishes(register)) if (isFree(wanted)) return wanted
    const caller = CALLER_SAVED.find(isFree)
    if (caller !== undefined) return caller
    const used = CALLEE_SAVED.find((machine) => !this.machine[machine].empty && isFree(machine))
    if (used !== undefined) return used
    if (!this.tiny.has(register) && this.live.weights[register] <= this.saveCost) return undefined
    return CALLEE_SAVED.find((machine) => this.machine[machine].empty)
  }

  /** Preferred machine registers, the most useful first. */
  private wishes(register: Register): Preference[] {
    const wishes = [...(this.preferences.get(register) ?? [])]
    for (const { register: partner, weight } of this.partners.get(register) ?? []) {
      const machine = this.assigned[partner]
      if (machine > 0) wishes.push({ register: machine, weight })
    }
    const usable = wishes.filter(
      ({ register: machine }) => !CALLEE_SAVED.includes(machine) || !this.machine[machine].empty,
    )
    return usable.sort((a, b) => b.weight - a.weight)
  }

  private scanInstructions(): void {
    const { instructions, blocks } = this.live
    for (const [i, item] of instructions.entries()) {
      const often = frequency(blocks[i])
      if (clobbers(item)) {
        const at = STEP * i + CLOBBER
        for (const machine of CALLER_SAVED) this.machine[machine].add([at, at + 1])
      }
      if (ENTRIES_AND_EXITS.has(item.op)) this.saveCost += often
      this.notePreferences(item, often)
    }
  }

  private notePreferences(item: Instruction, often: number): void {
    switch (item.op) {
      case 'copy':
        this.pair(item.defs[0], item.uses[0], often)
        return
      case 'call':
        this.prefer(item.symbol === undefined ? item.uses.slice(1) : item.uses, often)
        this.prefer(item.defs, often)
        return
      case 'ecall':
        this.prefer(item.uses.slice(1), often)
        this.prefer(item.defs, often)
        return
      case 'return':
      case 'suspend':
        return this.prefer(item.uses, often)
      case 'parameters':
      case 'resumed':
        return this.prefer(item.defs, often)
    }
  }

  private prefer(words: readonly Register[], weight: number): void {
    words.slice(0, ARGUMENTS.length).forEach((register, i) => {
      if (register === ZERO) return
      const list = this.preferences.get(register) ?? []
      list.push({ register: ARGUMENTS[i], weight })
      this.preferences.set(register, list)
    })
  }

  private pair(a: Register, b: Register, weight: number): void {
    if (a === ZERO || b === ZERO) return
    for (const [one, other] of [
      [a, b],
      [b, a],
    ]) {
      const list = this.partners.get(one) ?? []
      list.push({ register: other, weight })
      this.partners.set(one, list)
    }
  }
}
