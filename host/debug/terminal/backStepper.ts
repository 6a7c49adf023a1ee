/**
 * Steps back by source lines: out of the present line, and on to the beginning of the line before it. What was called meanwhile is
 * undone as a whole, and so is what a trap did, and what happened during an await.
 */
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { readWord } from '../source/frames.ts'
import type { Places } from '../source/places.ts'
import { travelTo } from './travel.ts'

const sp = 2
const a0 = 10
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
  readonly #isResumePoint: (address: number) => boolean

  constructor(target: DebugTarget, places: Places, isResumePoint: (address: number) => boolean) {
    this.#target = target
    this.#places = places
    this.#isResumePoint = isResumePoint
  }

  async line(hart: number): Promise<StopEvent> {
    const { pc } = this.#standing(hart)
    const onlyReadable = this.#places.lineKey(pc, true) !== undefined
    const lineKey = (): string | undefined =>
      this.#places.lineKey(this.#standing(hart).pc, onlyReadable)
    const event = await this.#leaveLine(hart, lineKey)
    if (event.reason !== 'step') return event
    const line = lineKey()
    for (let beginning = this.#standing(hart); ;) {
      const next = await this.#undo(hart)
      if (next.reason !== 'step') return next
      const now = lineKey()
      const here = this.#standing(hart)
      // One too far: it belongs to the line before, or to a caller without source.
      const isBefore = now === undefined ? here.sp > beginning.sp : now !== line
      if (isBefore) return this.#goTo(beginning, hart)
      if (now === line) beginning = here
    }
  }

  /** Undoes instructions until one of another line is undone. */
  async #leaveLine(hart: number, lineKey: () => string | undefined): Promise<StopEvent> {
    const start = lineKey()
    for (;;) {
      const event = await this.#undo(hart)
      if (event.reason !== 'step') return event
      const now = lineKey()
      if (now !== undefined && now !== start) return event
    }
  }

  /** Undoes an instruction, with everything that has happened since when it was a call or trapped. */
  async #undo(hart: number): Promise<StopEvent> {
    const before = this.#standing(hart)
    if (this.#isResumePoint(before.pc)) return this.#undoAwait(hart)
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

  /** Goes back to where a coroutine that has just been resumed wrote into its frame where it would go on. */
  async #undoAwait(hart: number): Promise<StopEvent> {
    const frame = this.#target.register(hart, a0)
    const coroutine = this.#places.functionOf(this.#standing(hart).pc)?.start
    this.#target.setBreakpoint('write', frame, 4)
    try {
      for (;;) {
        const event = await this.#target.resumeBack()
        if (event.reason !== 'write' || event.address !== frame) return event
        // The runtime writes there too, when it resumes.
        const { pc } = this.#standing(event.hart)
        if (this.#places.functionOf(pc)?.start === coroutine) return { ...event, reason: 'step' }
      }
    } finally {
      this.#target.clearBreakpoint('write', frame, 4)
    }
  }

  /** Undoes everything back to the last arrival at an address for which the condition holds, and the step that led there. */
  async #undoFrom(address: number, hart: number, isIt: () => boolean): Promise<StopEvent> {
    const event = await travelTo(this.#target, hart, address, isIt, () => this.#target.resumeBack())
    return event.reason === 'step' ? this.#target.stepBack(hart) : event
  }

  /** Goes forward to a place that has been undone. */
  #goTo({ pc, sp: stack }: Standing, hart: number): Promise<StopEvent> {
    const isThere = (): boolean => this.#standing(hart).sp === stack
    return travelTo(this.#target, hart, pc, isThere, () => this.#target.resume())
  }

  #standing(hart: number): Standing {
    return {
      pc: this.#target.register(hart, pcRegister),
      sp: this.#target.register(hart, sp),
    }
  }
}
