/** The user's breakpoints and watchpoints, by number. */
import type { BreakpointKind, DebugTarget, StopEvent } from '../gdb/target.ts'

interface Stop {
  kind: BreakpointKind
  address: number
  bytes: number
  /** As the user sees it. */
  text: string
  /** What is watched, as text, to be compared. */
  show?: () => string
  last?: string
}

export class StopList {
  readonly #target: DebugTarget
  readonly #stops = new Map<number, Stop>()
  #count = 0

  constructor(target: DebugTarget) {
    this.#target = target
  }

  /** Sets one and returns its number; undefined when the machine has no room for it. */
  add(stop: Stop): number | undefined {
    if (!this.#target.setBreakpoint(stop.kind, stop.address, stop.bytes)) return undefined
    this.#stops.set(++this.#count, { ...stop, last: stop.show?.() })
    return this.#count
  }

  /** False when there is no such number. */
  remove(number: number): boolean {
    const stop = this.#stops.get(number)
    if (stop === undefined) return false
    this.#stops.delete(number)
    const shared = [...this.#stops.values()].some((other) => isSame(other, stop))
    if (!shared) this.#target.clearBreakpoint(stop.kind, stop.address, stop.bytes)
    return true
  }

  get numbers(): number[] {
    return [...this.#stops.keys()]
  }

  get breakpoints(): ReadonlySet<number> {
    const stops = [...this.#stops.values()].filter(({ kind }) => kind === 'hardware')
    return new Set(stops.map(({ address }) => address))
  }

  list(): string {
    const lines = [...this.#stops].map(([number, { text }]) => `${number}  ${text}`)
    return lines.length === 0 ? 'no breakpoints' : lines.join('\n')
  }

  /** Which one has stopped the machine, with the values of a watchpoint. */
  describe(event: StopEvent, pc: number): string | undefined {
    const address = event.reason === 'breakpoint' ? pc : event.address
    const found = [...this.#stops].find(([, stop]) =>
      event.reason === 'breakpoint'
        ? stop.kind === 'hardware' && stop.address === address
        : stop.kind === event.reason && stop.address === address,
    )
    if (found === undefined) return undefined
    const [number, stop] = found
    if (stop.show === undefined) return `breakpoint ${number}`
    const [before, now] = [stop.last, stop.show()]
    stop.last = now
    const change = before === now ? `is ${now}` : `was ${before}, is ${now}`
    return `watchpoint ${number}: ${stop.text} ${change}`
  }
}

function isSame(a: Stop, b: Stop): boolean {
  return a.kind === b.kind && a.address === b.address && a.bytes === b.bytes
}
