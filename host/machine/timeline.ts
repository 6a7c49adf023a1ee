/**
 * The host's side of emulated time: what peers and links do, and inputs on their way to the machine.
 *
 * Entries are due at a cycle; entries of one cycle happen in the order in which they were added. The machine runs up to the
 * first entry's cycle and no further, so that an entry never comes late.
 */

import type { Cycle } from './time.ts'

/** Something that is going to happen, as `add` returns it for `cancel`. */
export interface Entry {
  readonly cycle: Cycle
  readonly sequence: number
  action: (() => void) | undefined
}

/** A binary heap ordered by (cycle, sequence). */
export class Timeline {
  readonly #heap: Entry[] = []
  #sequence = 0
  #now: Cycle = 0

  /** Cycle of the entry that is happening, or happened last. */
  get now(): Cycle {
    return this.#now
  }

  /** Move the present forward, so that what is added outside of an entry is not in the past. */
  advance(cycle: Cycle): void {
    this.#now = Math.max(this.#now, cycle)
  }

  /** Cycle of the first entry, or Infinity when there is none. */
  get next(): Cycle {
    while (this.#heap.length > 0 && this.#heap[0].action === undefined) this.#removeFirst()
    return this.#heap.length === 0 ? Infinity : this.#heap[0].cycle
  }

  /** Let `action` happen at `cycle`, or now when that has passed. */
  add(cycle: Cycle, action: () => void): Entry {
    const heap = this.#heap
    const entry = { cycle: Math.max(cycle, this.#now), sequence: this.#sequence++, action }
    heap.push(entry)
    let child = heap.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!before(heap[child], heap[parent])) break
      swap(heap, child, parent)
      child = parent
    }
    return entry
  }

  /** Let an entry that has not happened yet never happen. */
  cancel(entry: Entry): void {
    entry.action = undefined
  }

  /** Let the first entry happen if it is due at `cycle`; false when none is. */
  step(cycle: Cycle): boolean {
    if (this.next > cycle || this.#heap.length === 0) return false
    const first = this.#removeFirst()
    this.advance(first.cycle)
    first.action?.()
    return true
  }

  #removeFirst(): Entry {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop() as Entry
    if (heap.length > 0) {
      heap[0] = last
      sink(heap)
    }
    return first
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.cycle < b.cycle || (a.cycle === b.cycle && a.sequence < b.sequence)
}

function swap(heap: Entry[], i: number, j: number): void {
  const entry = heap[i]
  heap[i] = heap[j]
  heap[j] = entry
}

function sink(heap: Entry[]): void {
  let parent = 0
  for (;;) {
    let child = 2 * parent + 1
    if (child >= heap.length) return
    if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++
    if (!before(heap[child], heap[parent])) return
    swap(heap, child, parent)
    parent = child
  }
}
