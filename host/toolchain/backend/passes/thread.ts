/**
 * Jump threading on SSA: a block that only tests what its predecessors left in phis is passed by, where the predecessor decides the test.
 * That is how conditions made of several (`a && b`, a call of an inlined predicate) become branches, without a number 0 or 1 in between.
 * Loop headers stay as they are.
 */
import { constantOf, evaluate, holds } from '../ir/fold.ts'
import { dominators, removeUnreachable } from '../ir/graph.ts'
import type { Dominators } from '../ir/graph.ts'
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { createInstruction, isBinary, isPure, terminatorOf, ZERO } from '../ir/ir.ts'
import { fuseComparisons } from './fuse.ts'

/** Tests are short; what is longer is worth its own block. */
const MOST_INSTRUCTIONS = 4
/** Blocks that are looked at in front of one. */
const MOST_STEPS = 4

export function threadTests(fn: IrFunction): void {
  new Threading(fn).run()
  removeUnreachable(fn)
  removeSinglePhis(fn)
  fuseComparisons(fn)
}

class Threading {
  private readonly fn: IrFunction
  private tree: Dominators
  /** Whether edges have moved since the dominators were found. */
  private isStale = false
  private readonly resumes: ReadonlySet<Block>
  private readonly definitions = new Map<Register, Instruction>()
  /** Blocks that read a register; a phi reads in the predecessor that the value comes from. */
  private readonly readers = new Map<Register, Set<Block>>()

  constructor(fn: IrFunction) {
    this.fn = fn
    this.tree = dominators(fn)
    this.resumes = new Set(fn.coroutine?.states.map(({ resume }) => resume))
    for (const block of fn.blocks) this.collect(block)
  }

  private collect(block: Block): void {
    for (const phi of block.phis) {
      this.definitions.set(phi.defs[0], phi)
      phi.uses.forEach((use, i) => this.noteReader(use, block.predecessors[i]))
    }
    for (const item of block.code) {
      for (const def of item.defs) this.definitions.set(def, item)
      for (const use of item.uses) this.noteReader(use, block)
    }
  }

  private noteReader(register: Register, block: Block): void {
    const readers = this.readers.get(register)
    if (readers === undefined) this.readers.set(register, new Set([block]))
    else readers.add(block)
  }

  /** What leads to a test may be one itself then, so that blocks are tried again. */
  run(): void {
    for (let again = true; again;) {
      again = false
      for (const block of this.fn.blocks) if (this.pass(block)) again = true
    }
  }

  /** Leads those predecessors past a block that decide where it goes on. */
  private pass(block: Block): boolean {
    if (!this.isTest(block) && !this.leadsToTest(block)) return false
    const decided = block.predecessors.filter((from) => this.decided(block, from) !== undefined)
    if (decided.length === 0 || !this.renameBehind(block)) return false
    let changed = false
    for (const from of decided) {
      if (this.redirect(from, block, this.decided(block, from)!)) changed = true
    }
    this.isStale ||= changed
    return changed
  }

  private isTest(block: Block): boolean {
    return terminatorOf(block).op === 'branch' && this.isShort(block)
  }

  /** Whether a block only hands values on to a test. */
  private leadsToTest(block: Block): boolean {
    if (terminatorOf(block).op !== 'jump' || block.code.length > 1) return false
    return this.isShort(block) && this.isTest(block.targets[0])
  }

  /** Whether a block has phis and little else, and heads no loop. */
  private isShort(block: Block): boolean {
    const { phis, code, predecessors } = block
    if (phis.length === 0 || code.length > MOST_INSTRUCTIONS || this.resumes.has(block))
      return false
    return (
      code.slice(0, -1).every(isPure) &&
      !predecessors.some((from) => this.tree.dominates(block, from))
    )
  }

  private readersOutside(block: Block, register: Register): Block[] {
    return [...(this.readers.get(register) ?? [])].filter((reader) => reader !== block)
  }

  /**
   * Gives the block's phis names of their own in its targets, so that other ways can lead there with other values. False if something reads
   * them, or what the block computes, that does not lie behind a target alone.
   */
  private renameBehind(block: Block): boolean {
    const { phis, code } = block
    const isOwn = (register: Register): boolean => this.readersOutside(block, register).length === 0
    if (!code.slice(0, -1).every(({ defs }) => defs.every(isOwn))) return false
    const read = phis.map(({ defs }) => defs[0]).filter((register) => !isOwn(register))
    if (read.length === 0) return true
    if (this.isStale) this.tree = dominators(this.fn)
    this.isStale = false
    const targets = block.targets.filter(({ predecessors }) => predecessors.length === 1)
    const isBehind = (reader: Block): boolean =>
      targets.some((target) => this.tree.dominates(target, reader))
    if (!read.every((register) => this.readersOutside(block, register).every(isBehind)))
      return false
    for (const register of read) {
      for (const target of targets) this.renameIn(block, target, register)
    }
    return true
  }

  /** A phi for a register in one of the block's targets, whose name is read there and behind it. */
  private renameIn(block: Block, target: Block, register: Register): void {
    const readers = this.readersOutside(block, register).filter((reader) =>
      this.tree.dominates(target, reader),
    )
    if (readers.length === 0) return
    const name = this.fn.registers++
    const rename = (item: Instruction): void => {
      item.uses = item.uses.map((use) => (use === register ? name : use))
    }
    for (const reader of readers) {
      reader.code.forEach(rename)
      for (const next of new Set(reader.targets)) {
        const position = next.predecessors.indexOf(reader)
        for (const { uses } of next.phis) if (uses[position] === register) uses[position] = name
      }
      this.readers.get(register)!.delete(reader)
      this.noteReader(name, reader)
    }
    const phi = createInstruction('phi', [name], [register], 0, target.code[0].at)
    target.phis.push(phi)
    this.definitions.set(name, phi)
    this.noteReader(register, block)
  }

  /** Where a block leads if control comes from a predecessor, as far as that is known. */
  private decided(block: Block, from: Block): Block | undefined {
    const { op, condition, uses } = terminatorOf(block)
    if (op === 'jump') return block.targets[0]
    const incoming = incomingFrom(block, from)
    const [a, b] = uses.map((use) => this.valueOf(use, block, incoming))
    if (a !== undefined && b !== undefined) return block.targets[holds(condition!, a, b) ? 0 : 1]
    if (b !== 0 || (condition !== 'eq' && condition !== 'ne')) return undefined
    const isZero = testedBy(from, block, incoming.get(uses[0]) ?? uses[0])
    return isZero === undefined ? undefined : block.targets[isZero === (condition === 'eq') ? 0 : 1]
  }

  private valueOf(
    register: Register,
    block: Block,
    incoming: ReadonlyMap<Register, Register>,
  ): number | undefined {
    const value = incoming.get(register) ?? register
    const constant = constantOf(value, (item) => this.definitions.get(item))
    const item = this.definitions.get(value)
    if (constant !== undefined || item === undefined) return constant
    if (!isBinary(item.op) || item.uses.length < 2 || !block.code.includes(item)) return undefined
    const [a, b] = item.uses.map((use) => this.valueOf(use, block, incoming))
    return a === undefined || b === undefined ? undefined : evaluate(item.op, a, b)
  }

  /** Leads an edge to `target` instead, if the values that go there can come from the predecessor. */
  private redirect(from: Block, block: Block, target: Block): boolean {
    const isKnown = target.predecessors.includes(from)
    if (terminatorOf(from).op === 'suspend' || (isKnown && target.phis.length > 0)) return false
    const values = this.valuesAlong(from, block, target)
    if (values === undefined) return false
    target.phis.forEach((phi, i) => {
      phi.uses.push(values[i])
      this.noteReader(values[i], from)
    })
    if (!isKnown) target.predecessors.push(from)
    from.targets = from.targets.map((old) => (old === block ? target : old))
    makeJump(from)
    const position = block.predecessors.indexOf(from)
    block.predecessors.splice(position, 1)
    for (const phi of block.phis) phi.uses.splice(position, 1)
    return true
  }

  /** What the target's phis get from a predecessor of the block; constants of the block are made again. */
  private valuesAlong(from: Block, block: Block, target: Block): Register[] | undefined {
    const incoming = incomingFrom(block, from)
    const position = target.predecessors.indexOf(block)
    const given = target.phis.map(({ uses }) => uses[position])
    const items = given.map((value) => this.definitions.get(value))
    const isHere = (item: Instruction | undefined): item is Instruction =>
      item !== undefined && block.code.includes(item)
    if (items.some((item) => isHere(item) && item.op !== 'const')) return undefined
    return given.map((value, i) => {
      const item = items[i]
      return isHere(item) ? this.constantIn(from, item) : (incoming.get(value) ?? value)
    })
  }

  private constantIn(block: Block, { imm, at }: Instruction): Register {
    const register = this.fn.registers++
    const item = createInstruction('const', [register], [], imm, at)
    block.code.splice(-1, 0, item)
    this.definitions.set(register, item)
    return register
  }
}

/** The values of a block's phis along the edge from a predecessor. */
function incomingFrom({ phis, predecessors }: Block, from: Block): Map<Register, Register> {
  const position = predecessors.indexOf(from)
  return new Map(phis.map(({ defs, uses }) => [defs[0], uses[position]]))
}

/** Whether a value is zero on the way from one block to another, because a branch in front has compared it with zero. */
function testedBy(from: Block, to: Block, value: Register): boolean | undefined {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const { op, condition, uses } = terminatorOf(from)
    const isEquality = condition === 'eq' || condition === 'ne'
    if (op === 'branch' && isEquality && uses[0] === value && uses[1] === ZERO) {
      return (from.targets[0] === to) === (condition === 'eq')
    }
    if (from.predecessors.length !== 1) return undefined
    ;[from, to] = [from.predecessors[0], from]
  }
  return undefined
}

/** A branch whose ways have become one is a jump. */
function makeJump(block: Block): void {
  const last = terminatorOf(block)
  if (last.op !== 'branch' || block.targets[0] !== block.targets[1]) return
  block.code[block.code.length - 1] = createInstruction('jump', [], [], 0, last.at)
  block.targets = [block.targets[0]]
}

/** A phi of a block with one predecessor is the value it gets. */
function removeSinglePhis(fn: IrFunction): void {
  const names = new Map<Register, Register>()
  for (const block of fn.blocks) {
    if (block.predecessors.length !== 1) continue
    for (const { defs, uses } of block.phis) names.set(defs[0], uses[0])
    block.phis = []
  }
  const nameOf = (register: Register): Register => {
    let name = register
    for (let next = names.get(name); next !== undefined; next = names.get(name)) name = next
    return name
  }
  for (const { phis, code } of fn.blocks) {
    for (const item of [...phis, ...code]) item.uses = item.uses.map(nameOf)
  }
}
