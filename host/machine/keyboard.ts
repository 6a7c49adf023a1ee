/**
 * What is typed for the guest and has not entered yet: the UART holds few bytes, and takes no more until the guest has read some.
 * Bytes that find no room are offered again at fixed cycles, so that a run cut into pieces stays the same run.
 */

import type { Cycle } from './time.ts'

/** What waits, and when it is offered again; null stands for never. */
export interface KeyboardState {
  waiting: number[]
  next: Cycle | null
}

const offerInterval = 10_000

export class Keyboard {
  #waiting: number[] = []
  #next: Cycle = Infinity

  /** `offer` hands a byte to the UART and says whether there was room. */
  constructor(private readonly offer: (byte: number) => boolean) {}

  /** Cycle at which bytes are offered again; Infinity when none wait. */
  get next(): Cycle {
    return this.#next
  }

  get state(): KeyboardState {
    return { waiting: [...this.#waiting], next: this.#next === Infinity ? null : this.#next }
  }

  set state({ waiting, next }: KeyboardState) {
    this.#waiting = [...waiting]
    this.#next = next ?? Infinity
  }

  /** Bytes are typed at `cycle`. */
  type(bytes: Uint8Array, cycle: Cycle): void {
    const first = this.#waiting.length === 0
    this.#waiting.push(...bytes)
    if (first) this.#offerAll(cycle)
  }

  /** It is `cycle`. */
  advance(cycle: Cycle): void {
    if (cycle >= this.#next) this.#offerAll(cycle)
  }

  #offerAll(cycle: Cycle): void {
    while (this.#waiting.length > 0 && this.offer(this.#waiting[0])) this.#waiting.shift()
    const later = (Math.floor(cycle / offerInterval) + 1) * offerInterval
    this.#next = this.#waiting.length > 0 ? later : Infinity
  }
}
