/**
 * Makes a coroutine's suspensions real, after SSA: what is live behind a suspension is in slots of the frame (frameSlots.ts) when it
 * suspends and is loaded at the resume point, which becomes another entry of the function. Loads that nothing needs before the next
 * suspension are left out, and so are stores of values that a slot still holds.
 */
import { BackendError } from '../errors.ts'
import { computeLiveness } from '../allocate/liveness.ts'
import { reversePostorder } from '../ir/graph.ts'
import type { Block, Coroutine, Instruction, IrFunction, Register, SuspendState } from '../ir/ir.ts'
import { createInstruction, terminatorOf } from '../ir/ir.ts'
import type { Kept, SlotPlan } from './frameSlots.ts'
import { planSlots } from './frameSlots.ts'
import { duplicateFor } from './region.ts'

/** Instructions of a suspension that is worth repeating. */
const DUPLICATE_LIMIT = 24

export function expandCoroutine(fn: IrFunction): void {
  const { coroutine } = fn
  if (coroutine === undefined) {
    const lost = fn.blocks.some((block) => terminatorOf(block).op === 'suspend')
    if (lost) throw new BackendError('internal', 'co.suspend without co.begin', fn.name)
    return
  }
  const plan = planSlots(fn, coroutine)
  coroutine.frameBytes = plan.frameBytes
  setFrameBytes(fn, plan.frameBytes)
  const expansion = new Expansion(fn, coroutine, plan)
  expansion.cutEdges()
  expansion.storeEarly()
  coroutine.states.forEach((state, i) => expansion.restore(state, plan.kept[i]))
  expansion.save()
  expansion.dropDeadLoads()
  duplicateSuspensions(fn, coroutine)
}

class Expansion {
  private readonly fn: IrFunction
  private readonly coroutine: Coroutine
  private readonly plan: SlotPlan

  constructor(fn: IrFunction, coroutine: Coroutine, plan: SlotPlan) {
    this.fn = fn
    this.coroutine = coroutine
    this.plan = plan
  }

  /** Control does not flow from a suspension to its resume point: registers do not survive it. */
  cutEdges(): void {
    this.coroutine.states.forEach(({ suspended, resume }, i) => {
      terminatorOf(suspended).imm = i
      suspended.targets = []
      resume.predecessors = []
    })
  }

  /** Stores behind definitions; what exists before the frame does is stored once the frame is there. */
  storeEarly(): void {
    const { frame } = this.coroutine
    const start = this.fn.blocks.find((block) =>
      block.code.some(({ defs }) => defs.includes(frame)),
    )!
    const allocation = start.code.find(({ defs }) => defs.includes(frame))!
    for (const [register, { item, block }] of this.plan.early) {
      const before = block === start && block.code.indexOf(item) < block.code.indexOf(allocation)
      const where = before || item.op === 'parameters' ? start : block
      const behind = where === block && !before ? item : allocation
      const code: Instruction[] = []
      this.access('store32', register, code, item.at)
      where.code.splice(where.code.indexOf(behind) + 1, 0, ...code)
    }
  }

  restore({ resume }: SuspendState, { stored, remade }: Kept): void {
    const { at } = resume.code[0]
    const code = [createInstruction('resumed', [this.coroutine.frame], [], 0, at)]
    for (const register of stored) this.access('load32', register, code, at)
    for (const register of remade) code.push({ ...this.plan.remakes.get(register)!, at })
    resume.code.unshift(...code)
  }

  /** Stores, in front of each suspension, what its slot does not hold. */
  save(): void {
    const clean = cleanAtEnds(this.fn, this.coroutine, this.plan)
    this.coroutine.states.forEach((state, i) => {
      const { code } = state.suspended
      const suspend = code.pop()!
      const held = clean.get(state.suspended)!
      for (const register of this.plan.kept[i].stored) {
        state.slots.push({ offset: this.plan.offsets.get(register)!, register })
        if (!held.has(register)) this.access('store32', register, code, suspend.at)
      }
      code.push(suspend)
    })
  }

  dropDeadLoads(): void {
    const liveness = computeLiveness(this.fn)
    for (const { resume } of this.coroutine.states) {
      const live = new Set(liveness.liveOut(resume))
      for (let i = resume.code.length - 1; i > 0; i--) {
        const { op, defs, uses } = resume.code[i]
        const dead =
          (op === 'load32' || op === 'const' || op === 'address' || op === 'high') &&
          !live.has(defs[0])
        if (dead) {
          resume.code.splice(i, 1)
          continue
        }
        for (const def of defs) live.delete(def)
        for (const use of uses) live.add(use)
      }
    }
  }

  /** A load or store of a register's slot; the base is the frame itself in all but very large frames. */
  private access(
    op: 'load32' | 'store32',
    register: Register,
    code: Instruction[],
    at: number,
  ): void {
    const { frame } = this.coroutine
    const offset = this.plan.offsets.get(register)!
    const rest = offset & 0x7ff
    let base = frame
    if (rest !== offset) {
      const high = this.fn.registers++
      base = this.fn.registers++
      code.push(createInstruction('const', [high], [], offset - rest, at))
      code.push(createInstruction('add', [base], [frame, high], 0, at))
    }
    const [defs, uses] = op === 'load32' ? [[register], [base]] : [[], [base, register]]
    code.push(createInstruction(op, defs, uses, rest, at))
  }
}

/** Spares a jump per round: blocks that only lead to a suspension get its stores themselves. */
function duplicateSuspensions(fn: IrFunction, { states }: Coroutine): void {
  for (const { suspended } of states) {
    if (suspended.code.length > DUPLICATE_LIMIT) continue
    const jumping = suspended.predecessors.filter((block) => terminatorOf(block).op === 'jump')
    for (const from of jumping.slice(0, suspended.predecessors.length - 1)) {
      duplicateFor(fn, suspended, (block) => block === from)
    }
  }
}

/** Registers whose slot holds their value at the end of each block: a forward dataflow that starts with everything. */
function cleanAtEnds(
  fn: IrFunction,
  coroutine: Coroutine,
  { kept, offsets, early }: SlotPlan,
): Map<Block, Set<Register>> {
  const atResume = new Map(coroutine.states.map(({ resume }, i) => [resume, kept[i].stored]))
  const ends = new Map<Block, Set<Register>>()
  const order = reversePostorder(fn)
  const transfer = (block: Block): Set<Register> => {
    const clean = new Set(atResume.get(block) ?? meet(block, ends, offsets))
    for (const { op, defs } of block.code) {
      if (op === 'load32' && atResume.has(block) && clean.has(defs[0])) continue
      for (const def of defs) {
        if (early.has(def)) clean.add(def)
        else clean.delete(def)
      }
    }
    return clean
  }
  for (let changed = true; changed;) {
    changed = false
    for (const block of order) {
      const clean = transfer(block)
      if (ends.get(block)?.size === clean.size) continue
      ends.set(block, clean)
      changed = true
    }
  }
  return ends
}

/** What is clean at the end of all predecessors; those not yet visited do not count. */
function meet(
  block: Block,
  ends: ReadonlyMap<Block, ReadonlySet<Register>>,
  offsets: ReadonlyMap<Register, number>,
): Set<Register> {
  if (block.predecessors.length === 0) return new Set()
  const known = block.predecessors.flatMap((from) => ends.get(from) ?? [])
  return new Set([...offsets.keys()].filter((register) => known.every((set) => set.has(register))))
}

function setFrameBytes(fn: IrFunction, bytes: number): void {
  for (const block of fn.blocks) {
    for (const item of block.code) {
      if (item.op === 'allocframe') item.imm = bytes
    }
  }
}
