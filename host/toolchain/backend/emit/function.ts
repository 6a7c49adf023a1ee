/** Emits the machine code of one allocated function: prologue, blocks, epilogue. */
import type { Allocation } from '../allocate/allocate.ts'
import type { Block, Instruction, IrFunction, Register } from '../ir/ir.ts'
import { CONDITION_OPPOSITE } from '../ir/ir.ts'
import { sequentialize } from '../passes/destruct.ts'
import type { CodeCoroutine, FunctionCode } from './code.ts'
import { CodeBuffer, Label } from './code.ts'
import { placeVariables } from './debugging.ts'
import { descriptorSymbol } from '../lower/context.ts'
import * as encode from './encode.ts'
import type { Frame } from './frame.ts'
import { alignStack, planFrame, WORD } from './frame.ts'
import { emitSimple, loadConstant } from './instructions.ts'
import type { MachineRegister } from './registers.ts'
import { StackCode } from './stack.ts'
import { Suspensions } from './suspensions.ts'
import { A0, A1, A7, ARGUMENTS, CALL_TARGET, CALLER_SAVED, RA, SP, X0 } from './registers.ts'

/** `framed` are the blocks that run with a stack frame. */
export function emitFunction(
  fn: IrFunction,
  allocation: Allocation,
  framed: ReadonlySet<Block>,
): FunctionCode {
  return new Emitter(fn, allocation, framed).emit()
}

export class Emitter {
  readonly code = new CodeBuffer()
  private readonly fn: IrFunction
  private readonly allocation: Allocation
  private readonly labels = new Map<Block, Label>()
  private readonly symbols = new Map<string, Label>()
  private readonly tables: { label: Label; targets: Label[] }[] = []
  private readonly frame: Frame
  private readonly stack: StackCode
  private readonly framed: ReadonlySet<Block>
  /** Whether the code being emitted runs with the stack frame. */
  private isFramed = false
  private readonly suspensions: Suspensions
  /** Shared ends of suspensions, with and without a stack frame, and the place of one of those. */
  private readonly leave = new Map<boolean, { label: Label; at: number }>()

  constructor(fn: IrFunction, allocation: Allocation, framed: ReadonlySet<Block>) {
    this.fn = fn
    this.framed = framed
    this.allocation = allocation
    for (const block of fn.blocks) this.labels.set(block, new Label())
    this.suspensions = new Suspensions(fn, this.labels, allocation.held)
    this.frame = planFrame(fn, allocation)
    this.stack = new StackCode(this.code, this.frame, fn.checksStack === true)
  }

  emit(): FunctionCode {
    const { fn, code } = this
    fn.blocks.forEach((block, i) => this.emitBlock(block, fn.blocks[i + 1]))
    this.emitLeaving()
    for (const { label, targets } of this.tables) {
      code.place(label)
      for (const target of targets) code.fixed(0, 'word', target)
    }
    return {
      name: fn.name,
      items: code.items,
      symbols: this.symbols,
      end: code.finish(),
      frameBytes: this.frame.bytes,
      coroutine: this.coroutine(),
      homes: fn.homes,
      unwind: this.stack.unwind.rows,
      frameRegister: fn.coroutine && this.register(fn.coroutine.frame),
      variables: placeVariables(fn, this.frame, (register) => this.register(register)),
    }
  }

  private coroutine(): CodeCoroutine | undefined {
    const { coroutine } = this.fn
    return (
      coroutine && {
        frameBytes: coroutine.frameBytes,
        states: coroutine.states.map(({ line, slots }, state) => ({
          line,
          resume: this.suspensions.addresses[state],
          slots,
        })),
      }
    )
  }

  register(register: Register): MachineRegister {
    return this.allocation.registers[register]
  }

  private emitBlock(block: Block, next: Block | undefined): void {
    this.code.place(this.labels.get(block)!)
    const { bytes, saved } = this.frame
    this.isFramed = this.framed.has(block) && block.code[0].op !== 'enter'
    if (this.isFramed) this.stack.note(bytes, saved)
    else this.stack.note(0, [])
    for (const item of block.code) {
      this.code.at = item.at
      this.emitInstruction(item, block, next)
    }
  }

  private emitInstruction(item: Instruction, block: Block, next: Block | undefined): void {
    switch (item.op) {
      case 'enter':
        this.isFramed = true
        return this.stack.make()
      case 'parameters':
      case 'resumed':
        return this.moveOut(item.defs)
      case 'call':
        return this.call(item)
      case 'allocframe':
        return this.allocateFrame(item)
      case 'ecall':
        return this.ecall(item)
      case 'reload':
        return this.stack.load(this.register(item.defs[0]), this.frame.spills + WORD * item.imm)
      case 'spill':
        return this.stack.store(this.register(item.uses[0]), this.frame.spills + WORD * item.imm)
      case 'loadincoming':
        return this.stack.load(this.register(item.defs[0]), this.frame.bytes + WORD * item.imm)
      case 'storeincoming':
        return this.stack.store(this.register(item.uses[0]), this.frame.bytes + WORD * item.imm)
      case 'loadoutgoing':
        return this.stack.load(this.register(item.defs[0]), WORD * item.imm)
      case 'storeoutgoing':
        return this.stack.store(this.register(item.uses[0]), WORD * item.imm)
      case 'jump':
        return this.jump(block.targets[0], next)
      case 'branch':
        return this.branch(item, block.targets, next)
      case 'jumptable':
        return this.jumpTable(item, block.targets)
      case 'return':
        this.moveIn(item.uses)
        return this.epilogue(this.isFramed)
      case 'suspend':
        return this.suspend(item, block, next)
      default:
        emitSimple(this, item)
    }
  }

  private jump(target: Block, next: Block | undefined): void {
    if (target !== next) this.code.fixed(encode.jal(X0, 0), 'jump', this.labels.get(target)!)
  }

  private branch(item: Instruction, targets: Block[], next: Block | undefined): void {
    const [then, otherwise] = targets
    const invert = then === next
    const condition = invert ? CONDITION_OPPOSITE[item.condition!] : item.condition!
    const [a, b] = item.uses.map((use) => this.register(use))
    const target = this.labels.get(invert ? otherwise : then)!
    this.code.fixed(encode.branch(condition, a, b, 0), 'branch', target)
    if (!invert) this.jump(otherwise, next)
  }

  private jumpTable(item: Instruction, targets: Block[]): void {
    const label = new Label()
    this.symbols.set(item.symbol!, label)
    this.tables.push({ label, targets: targets.map((target) => this.labels.get(target)!) })
    this.code.word(encode.jalr(X0, this.register(item.uses[0]), 0))
  }

  private call(item: Instruction): void {
    if (item.symbol !== undefined) {
      this.moveIn(item.uses)
      this.code.fixed(encode.jal(RA, 0), 'jump', item.symbol)
    } else {
      const [address, ...words] = item.uses
      const moves = words.map((use, i) => ({ to: ARGUMENTS[i], from: this.register(use) }))
      this.parallelMove([...moves, { to: CALL_TARGET, from: this.register(address) }])
      this.code.word(encode.jalr(RA, CALL_TARGET, 0))
    }
    this.moveOut(item.defs)
  }

  /** Happens once, in front of everything else; keeping registers here spares the other entries their saving. */
  private allocateFrame(item: Instruction): void {
    const { acrossAllocation } = this.allocation
    const keepsReturn = this.isFramed && this.frame.saved.some(({ register }) => register === RA)
    const kept = keepsReturn ? acrossAllocation : [RA, ...acrossAllocation]
    const bytes = alignStack(WORD * kept.length)
    const outer = this.isFramed ? this.frame : { bytes: 0, saved: [] }
    const saved = outer.saved.map(({ register, offset }) => ({ register, offset: offset + bytes }))
    this.stack.adjust(-bytes)
    this.stack.note(outer.bytes + bytes, saved)
    kept.forEach((register, i) => this.code.word(encode.store('store32', register, SP, WORD * i)))
    if (!keepsReturn) this.stack.note(outer.bytes + bytes, [...saved, { register: RA, offset: 0 }])
    loadConstant(this.code, A0, item.imm)
    this.loadAddress(A1, descriptorSymbol(this.fn.name))
    this.code.fixed(encode.jal(RA, 0), 'jump', item.symbol!)
    this.moveOut(item.defs)
    kept.forEach((register, i) => this.code.word(encode.load('load32', register, SP, WORD * i)))
    this.stack.adjust(bytes)
    this.stack.note(outer.bytes, outer.saved)
  }

  private ecall(item: Instruction): void {
    const [number, ...words] = item.uses
    const moves = words.map((use, i) => ({ to: ARGUMENTS[i], from: this.register(use) }))
    this.parallelMove([...moves, { to: A7, from: this.register(number) }])
    this.code.word(encode.ECALL)
    this.moveOut(item.defs)
  }

  /** Leaves with the frame as result; its first word, stored last, says where to go on. */
  private suspend(item: Instruction, block: Block, next: Block | undefined): void {
    const { suspensions, code } = this
    const frame = this.register(item.uses[0])
    this.parallelMove([{ to: A0, from: frame }])
    const address = suspensions.addresses[item.imm]
    if (!suspensions.links(block, item.imm)) {
      if (!this.allocation.held.has(item)) this.loadAddress(CALL_TARGET, address)
      return this.storeAndReturn(this.isFramed)
    }
    code.fixed(encode.jal(CALL_TARGET, 0), 'jump', this.leaving(this.isFramed))
    const { resume } = this.fn.coroutine!.states[item.imm]
    if (resume === next) return
    this.stack.note(0, [])
    code.place(address)
    this.jump(resume, next)
  }

  private storeAndReturn(isFramed: boolean): void {
    this.code.word(encode.store('store32', CALL_TARGET, A0, 0))
    this.epilogue(isFramed)
  }

  private leaving(isFramed: boolean): Label {
    const end = this.leave.get(isFramed) ?? { label: new Label(), at: this.code.at }
    this.leave.set(isFramed, end)
    return end.label
  }

  private emitLeaving(): void {
    for (const [isFramed, { label, at }] of this.leave) {
      this.code.at = at
      this.code.place(label)
      if (isFramed) this.stack.note(this.frame.bytes, this.frame.saved)
      else this.stack.note(0, [])
      this.storeAndReturn(isFramed)
    }
  }

  private loadAddress(register: MachineRegister, target: Label | string): void {
    this.code.fixed(encode.lui(register, 0), 'high', target)
    this.code.fixed(encode.immediateOp('add', register, register, 0), 'lowI', target)
  }

  private epilogue(isFramed: boolean): void {
    if (isFramed) this.stack.drop()
    this.code.word(encode.jalr(X0, RA, 0))
  }

  /** Values to the argument registers. */
  private moveIn(uses: readonly Register[]): void {
    this.parallelMove(uses.map((use, i) => ({ to: ARGUMENTS[i], from: this.register(use) })))
  }

  /** Values from the argument registers to where they live; results nobody reads have no register. */
  private moveOut(defs: readonly Register[]): void {
    const moves = defs.map((def, i) => ({ to: this.register(def), from: ARGUMENTS[i] }))
    this.parallelMove(moves.filter(({ to }) => to >= 0))
  }

  /**
   * A cycle needs a register that takes no part: of the fifteen caller-saved ones, at most nine are targets and sources of cycles
   * among the argument registers.
   */
  private parallelMove(moves: { to: MachineRegister; from: MachineRegister }[]): void {
    const ordered = sequentialize(moves, () => {
      const taken = new Set(moves.flatMap(({ to, from }) => [to, from]))
      return CALLER_SAVED.find((register) => !taken.has(register))!
    })
    for (const { to, from } of ordered) this.code.word(encode.immediateOp('add', to, from, 0))
  }
}
