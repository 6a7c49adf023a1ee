/**
 * Steps back by source lines: out of the present line, and on to the beginning of the line before it. What was called meanwhile is
 * undone as a whole, and so is what a trap did.
 */
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { readWord } from '../source/frames.ts'
import type { Places } from '../source/places.ts'

const sp = 2
const mtvec = 0x305
const mepc = 0x341
const vectorAddress = ~3
/** `jalr x0, 0(ra)`, its 16-bit form, and `mret`. */
const ret = 0x0000_8067
const shortRet = 0x8082
const mret = 0x3020_0073

/** A place of a hart's course. */
interface Standing {
  pc: number
  sp: number
}

export class BackStepper {
  readonly #target: DebugTarget
  readonly #places: Places

  constructor(target: DebugTarget, places: Places) {
    this.#target = target
    this.#places = places
  }

  async line(hart: number): Promise<StopEvent> {
    const event = await this.#leaveLine(hart)
    if (event.reason !== 'step') return event
    for (;;) {
      const line = this.#lineKey(hart)
      const beginning = this.#standing(hart)
      const next = await this.#undo(hart)
      if (next.reason !== 'step') return next
      // One too far: it belongs to the line before.
      if (this.#lineKey(hart) !== line) return this.#goTo(beginning, hart)
    }
  }

  /** Undoes instructions until one of another line is undone. */
  async #leaveLine(hart: number): Promise<StopEvent> {
    const start = this.#lineKey(hart)
    for (;;) {
      const event = await this.#undo(hart)
      if (event.reason !== 'step') return event
      const now = this.#lineKey(hart)
      if (now !== undefined && now !== start) return event
    }
  }

  /** Undoes an instruction, with everything that has happened since when it was a call or trapped. */
  async #undo(hart: number): Promise<StopEvent> {
    const before = this.#standing(hart)
    const event = await this.#target.stepBack(hart)
    if (event.reason !== 'step') return event
    const { pc } = this.#standing(hart)
    const word = readWord(this.#target, pc) ?? 0
    if (word === ret || (word & 0xffff) === shortRet) {
      const start = this.#places.functionOf(pc)?.start
      return start === undefined
        ? event
        : this.#undoFrom(start, hart, () => this.#standing(hart).sp === before.sp)
    }
    if (word !== mret) return event
    const vector = (this.#target.csr(hart, mtvec) ?? 0) & vectorAddress
    return this.#undoFrom(vector >>> 0, hart, () => {
      const trapped = this.#target.csr(hart, mepc) ?? 0
      const isOurs = trapped === before.pc || trapped === before.pc - 4
      return isOurs && this.#standing(hart).sp === before.sp
    })
  }

  /** Undoes everything back to the last arrival at an address for which the condition holds, and the step that led there. */
  async #undoFrom(address: number, hart: number, isIt: () => boolean): Promise<StopEvent> {
    const event = await this.#travel(address, hart, isIt, () => this.#target.resumeBack())
    return event.reason === 'step' ? this.#target.stepBack(hart) : event
  }

  /** Goes forward to a place that has been undone. */
  #goTo({ pc, sp: stack }: Standing, hart: number): Promise<StopEvent> {
    const isThere = (): boolean => this.#standing(hart).sp === stack
    return this.#travel(pc, hart, isThere, () => this.#target.resume())
  }

  async #travel(
    address: number,
    hart: number,
    isIt: () => boolean,
    go: () => Promise<StopEvent>,
  ): Promise<StopEvent> {
    this.#target.setBreakpoint('hardware', address, 4)
    try {
      for (;;) {
        const event = await go()
        const isHere = event.hart === hart && this.#standing(hart).pc === address
        if (event.reason !== 'breakpoint' || !isHere) return event
        if (isIt()) return { reason: 'step', hart }
      }
    } finally {
      this.#target.clearBreakpoint('hardware', address, 4)
    }
  }

  #standing(hart: number): Standing {
    return {
      pc: this.#target.register(hart, pcRegister),
      sp: this.#target.register(hart, sp),
    }
  }

  #lineKey(hart: number): string | undefined {
    const row = this.#places.lineOf(this.#standing(hart).pc)
    return row && `${row.file}:${row.line}`
  }
}
