/** The machine's console: what the guest has written to its UART, and what is typed for it. */

import type { Cycle } from './time.ts'

export class Console {
  #text = ''
  readonly #decoder = new TextDecoder()
  readonly #listeners: ((text: string) => void)[] = []

  /** `type` schedules bytes for the guest at a cycle; `now` is the present. */
  constructor(
    private readonly type: (bytes: Uint8Array, cycle: Cycle) => void,
    private readonly now: () => Cycle,
  ) {}

  /** Everything written so far. */
  get text(): string {
    return this.#text
  }

  /** Call `listener` with each piece of text from now on. */
  listen(listener: (text: string) => void): void {
    this.#listeners.push(listener)
  }

  /** Type `text` for the guest, now or at a cycle. */
  input(text: string, cycle: Cycle = this.now()): void {
    this.type(new TextEncoder().encode(text), cycle)
  }

  /** The guest has written `bytes`. */
  written(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const text = this.#decoder.decode(bytes, { stream: true })
    this.#text += text
    for (const listener of this.#listeners) listener(text)
  }
}
