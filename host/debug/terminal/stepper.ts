/** Steps by source lines, made of single instructions: into calls, over them, and out of a function. */
import { breathe } from '../../machine/breathe.ts'
import type { DebugTarget, StopEvent } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import { backtrace } from '../source/frames.ts'
import type { Places } from '../source/places.ts'

const ra = 1
const sp = 2
/** The event loop gets a turn after so many instructions, so that an interrupt can come in. */
const stepsPerBreath = 5_000

export type StepKind = 'into' | 'over' | 'out' | 'instruction'

/** Something else than a single step ended the search. */
function isEnd({ reason }: StopEvent): boolean {
  return reason !== 'step'
}

export class Stepper {
  readonly #target: DebugTarget
  readonly #places: Places
  #interrupted = false

  constructor(target: DebugTarget, places: Places) {
    this.#target = target
    this.#places = places
  }

  /** Makes a running step return soon. */
  interrupt(): void {
    this.#interrupted = true
  }

  /** Steps until the kind of step is done, or a breakpoint of `breakpoints` is reached. */
  async step(kind: StepKind, hart: number, breakpoints: ReadonlySet<number>): Promise<StopEvent> {
    this.#interrupted = false
    const done = this.#condition(kind, hart)
    for (let steps = 1; ; steps++) {
      const event = await this.#target.step(hart)
      if (isEnd(event) || done()) return event
      if (breakpoints.has(this.#pc(hart))) return { reason: 'breakpoint', hart }
      if (steps % stepsPerBreath === 0) await breathe()
      if (this.#interrupted) return { reason: 'interrupt', hart }
    }
  }

  #pc(hart: number): number {
    return this.#target.register(hart, pcRegister)
  }

  #condition(kind: StepKind, hart: number): () => boolean {
    const place = this.#lineKey(hart)
    const isElsewhere = (): boolean => {
      const now = this.#lineKey(hart)
      return now !== undefined && now !== place
    }
    switch (kind) {
      case 'instruction':
        return () => true
      case 'into':
        return isElsewhere
      case 'over':
        return this.#outsideOfCalls(hart, isElsewhere)
      case 'out':
        return this.#hasReturned(hart)
    }
  }

  /** Asks `then` only outside of functions that have been called since. */
  #outsideOfCalls(hart: number, then: () => boolean): () => boolean {
    const depth = this.#target.register(hart, sp)
    let before = this.#pc(hart)
    let returnTo: number | undefined
    return () => {
      const pc = this.#pc(hart)
      const link = this.#target.register(hart, ra)
      const wasCall = pc !== link && (link === before + 4 || link === before + 2)
      before = pc
      if (returnTo === undefined && wasCall) returnTo = link
      if (returnTo === undefined) return then()
      if (pc !== returnTo || this.#target.register(hart, sp) < depth) return false
      returnTo = undefined
      return then()
    }
  }

  #hasReturned(hart: number): () => boolean {
    const depth = this.#target.register(hart, sp)
    const caller = backtrace(this.#target, hart, this.#places).at(1)
    return () => {
      const stack = this.#target.register(hart, sp)
      return caller === undefined ? stack > depth : this.#pc(hart) === caller.pc && stack >= depth
    }
  }

  #lineKey(hart: number): string | undefined {
    const row = this.#places.lineOf(this.#pc(hart))
    return row && `${row.file}:${row.line}`
  }
}
