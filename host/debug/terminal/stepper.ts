/**
 * Steps by source lines: into calls, over them, and out of a function. Over an await the same coroutine is met again behind it, whatever
 * runs in between. Functions without source are passed.
 */
import { breathe } from '../../machine/breathe.ts'
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { backtrace, readWord } from '../source/frames.ts'
import type { Places } from '../source/places.ts'
import { travelTo } from './travel.ts'

const ra = 1
const sp = 2
const a0 = 10
/** The event loop gets a turn after so many instructions, so that an interrupt can come in. */
const stepsPerBreath = 1_000

export type StepKind = 'into' | 'over' | 'out' | 'instruction'

/** The coroutine that makes a step. */
interface Running {
  frame: number
  /** Stack pointer of its caller. */
  top: number
}

export class Stepper {
  readonly #target: DebugTarget
  readonly #places: Places
  readonly #isSuspended: (frame: number) => boolean
  #interrupted = false

  constructor(target: DebugTarget, places: Places, isSuspended: (frame: number) => boolean) {
    this.#target = target
    this.#places = places
    this.#isSuspended = isSuspended
  }

  /** Makes a running step return soon. */
  interrupt(): void {
    this.#interrupted = true
  }

  /** Steps until the kind of step is done, or a breakpoint of `breakpoints` is reached. */
  async step(kind: StepKind, hart: number, breakpoints: ReadonlySet<number>): Promise<StopEvent> {
    this.#interrupted = false
    if (kind === 'instruction') return this.#target.step(hart)
    if (kind === 'out') return this.#leave(hart)
    const onlyReadable = this.#hasSource(hart)
    const place = this.#lineKey(hart, onlyReadable)
    const running = this.#running(hart)
    for (let steps = 1; ; steps++) {
      const event = await this.#stepOnce(kind, hart, breakpoints, running)
      if (event.reason !== 'step') return event
      const now = this.#lineKey(hart, onlyReadable)
      if (now !== undefined && now !== place) return event
      if (breakpoints.has(this.#pc(hart))) return { reason: 'breakpoint', hart }
      if (steps % stepsPerBreath === 0) await breathe()
      if (this.#interrupted) return { reason: 'interrupt', hart }
    }
  }

  /** One instruction, or all that it leads into and that is to be passed. */
  async #stepOnce(
    kind: StepKind,
    hart: number,
    breakpoints: ReadonlySet<number>,
    running: Running | undefined,
  ): Promise<StopEvent> {
    const before = this.#pc(hart)
    const event = await this.#target.step(hart)
    if (event.reason !== 'step') return event
    const pc = this.#pc(hart)
    const link = this.#register(hart, ra)
    const isCall = pc !== link && (link === before + 4 || link === before + 2)
    if (isCall && (kind === 'over' || !this.#hasSource(hart)) && !breakpoints.has(pc)) {
      return this.#runTo(hart, link, this.#register(hart, sp))
    }
    return this.#hasSuspended(hart, running) ? this.#meetAgain(hart, running!.frame) : event
  }

  async #leave(hart: number): Promise<StopEvent> {
    const [frame, caller] = backtrace(this.#target, hart, this.#places)
    if (caller === undefined) return this.#target.resume()
    return this.#runTo(hart, caller.pc, frame.top)
  }

  /** Goes on to an address, with the stack no deeper than given. */
  #runTo(hart: number, address: number, depth: number): Promise<StopEvent> {
    const isBack = (): boolean => this.#register(hart, sp) >= depth
    return travelTo(this.#target, hart, address, isBack, () => this.#target.resume())
  }

  #running(hart: number): Running | undefined {
    const [{ pc, registers, top }] = backtrace(this.#target, hart, this.#places)
    const register = this.#places.informationAt(pc)?.frameRegister
    return register === undefined ? undefined : { frame: registers[register], top }
  }

  /** A coroutine that suspends returns its frame. */
  #hasSuspended(hart: number, running: Running | undefined): boolean {
    if (running === undefined || this.#register(hart, a0) !== running.frame) return false
    return this.#register(hart, sp) === running.top && this.#isSuspended(running.frame)
  }

  /** Goes on to where the coroutine is resumed. */
  #meetAgain(hart: number, frame: number): Promise<StopEvent> {
    const address = readWord(this.#target, frame) ?? 0
    const isOurs = (): boolean => this.#register(hart, a0) === frame
    return travelTo(this.#target, hart, address, isOurs, () => this.#target.resume())
  }

  #pc(hart: number): number {
    return this.#register(hart, pcRegister)
  }

  #register(hart: number, index: number): number {
    return this.#target.register(hart, index)
  }

  #hasSource(hart: number): boolean {
    const row = this.#places.lineOf(this.#pc(hart))
    return row !== undefined && this.#places.text(row) !== undefined
  }

  #lineKey(hart: number, onlyReadable: boolean): string | undefined {
    return this.#places.lineKey(this.#pc(hart), onlyReadable)
  }
}
