/** Code that moves the stack pointer and uses what is on the stack: the frame's beginning and end, spilled words, words of calls. */
import { TRAP } from '../options.ts'
import type { CodeBuffer } from './code.ts'
import { Label } from './code.ts'
import { UnwindNotes } from './debugging.ts'
import * as encode from './encode.ts'
import type { Frame } from './frame.ts'
import { OFFSET_LIMIT, PROBE_BYTES, PROBE_REACH } from './frame.ts'
import { emitTrap, loadConstant } from './instructions.ts'
import type { MachineRegister } from './registers.ts'
import { CALL_TARGET, RA, SP, TP, X0 } from './registers.ts'

export class StackCode {
  /** What the stack holds from which item on. */
  readonly unwind = new UnwindNotes()
  private readonly code: CodeBuffer
  private readonly frame: Frame
  private readonly checked: boolean

  /** `checked`: making the frame stops where the stack's limit is passed. */
  constructor(code: CodeBuffer, frame: Frame, checked: boolean) {
    this.code = code
    this.frame = frame
    this.checked = checked
  }

  /** Tells debuggers what the stack holds from the next item on. */
  note(bytes: number, saved: Frame['saved']): void {
    this.unwind.note(this.code.items.length, bytes, saved)
  }

  /** Makes the frame and saves registers in it. */
  make(): void {
    const { bytes, saved } = this.frame
    if (bytes === 0) return
    if (!this.checked) this.probeStack(bytes)
    this.adjust(-bytes)
    this.note(bytes, [])
    if (this.checked) this.checkStack()
    const { base, from } = this.savedArea()
    for (const { register, offset } of saved) {
      this.code.word(encode.store('store32', register, base, offset - from))
    }
    this.note(bytes, saved)
  }

  /** Touches the memory of a large frame from the top down, so that a guard below the stack is met and not stepped over. */
  private probeStack(bytes: number): void {
    let base: MachineRegister = SP
    for (let depth = PROBE_BYTES; depth <= bytes; depth += PROBE_BYTES) {
      const offset = ((depth - 1) % PROBE_REACH) + 1
      if (depth > PROBE_REACH && offset === PROBE_BYTES) {
        this.code.word(encode.immediateOp('add', CALL_TARGET, base, -PROBE_REACH))
        base = CALL_TARGET
      }
      this.code.word(encode.load('load32', X0, base, -offset))
    }
  }

  /** Stops unless the stack pointer has reached the limit at the thread pointer. A thread that has no record yet is not checked. */
  private checkStack(): void {
    const { code } = this
    const enough = new Label()
    code.fixed(encode.branch('eq', TP, X0, 0), 'branch', enough)
    code.word(encode.load('load32', CALL_TARGET, TP, 0))
    code.fixed(encode.branch('geu', SP, CALL_TARGET, 0), 'branch', enough)
    emitTrap(code, TRAP.stackOverflow)
    code.place(enough)
  }

  /** Gives saved registers and the stack pointer back. */
  drop(): void {
    const { bytes, saved } = this.frame
    const { base, from } = this.savedArea()
    for (const { register, offset } of saved) {
      this.code.word(encode.load('load32', register, base, offset - from))
    }
    if (bytes > 0) this.adjust(bytes)
    this.note(0, [])
  }

  /** A register from which the saved registers are in reach, and its distance from the stack pointer. */
  private savedArea(): { base: MachineRegister; from: number } {
    const { saved } = this.frame
    if (saved.length === 0 || saved[saved.length - 1].offset <= OFFSET_LIMIT) {
      return { base: SP, from: 0 }
    }
    const from = saved[0].offset
    loadConstant(this.code, CALL_TARGET, from)
    this.code.word(encode.registerOp('add', CALL_TARGET, CALL_TARGET, SP))
    return { base: CALL_TARGET, from }
  }

  /** Adds to the stack pointer. */
  adjust(bytes: number): void {
    if (bytes === 0) return
    if (Math.abs(bytes) <= OFFSET_LIMIT) {
      return this.code.word(encode.immediateOp('add', SP, SP, bytes))
    }
    loadConstant(this.code, CALL_TARGET, bytes)
    this.code.word(encode.registerOp('add', SP, SP, CALL_TARGET))
  }

  load(register: MachineRegister, offset: number): void {
    const base = this.reach(offset, register)
    this.code.word(encode.load('load32', register, base.register, base.rest))
  }

  store(register: MachineRegister, offset: number): void {
    const base = this.reach(offset, RA)
    this.code.word(encode.store('store32', register, base.register, base.rest))
  }

  /** A register from which the stack offset is in reach; large frames keep ra saved, so that it is free for this. */
  private reach(
    offset: number,
    scratch: MachineRegister,
  ): { register: MachineRegister; rest: number } {
    if (offset <= OFFSET_LIMIT) return { register: SP, rest: offset }
    const { upper, lower } = encode.split(offset)
    this.code.word(encode.lui(scratch, upper))
    this.code.word(encode.registerOp('add', scratch, scratch, SP))
    return { register: scratch, rest: lower }
  }
}
