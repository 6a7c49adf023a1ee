/**
 * The key snapshots of a run, in its order. Their number is bounded: far from the present, and from where the machine stands, the gaps
 * between them grow with the distance; and when they take more than the budget, those whose loss matters least go first, and at last the
 * beginning of the history.
 */

import type { CoreExports } from '../core.ts'
import type { Cycle } from '../time.ts'
import type { Key, Page, Standpoint } from './key.ts'
import { measure, putKey, takeKey } from './key.ts'
import type { Pages } from './pages.ts'

/** A gap may be so large a part of its distance from the present. */
const gapShare = 1 / 8

export class Keys {
  readonly #core: CoreExports
  readonly #pages: Pages
  readonly #budget: number
  /** Keys that somebody is going to return to. */
  readonly pinned = new Set<Key>()
  readonly #list: Key[] = []
  /** The key from which the core's memory has come; pages that are not dirty are as in it. */
  #anchor: Key | undefined

  constructor(core: CoreExports, pages: Pages, budgetBytes: number) {
    this.#core = core
    this.#pages = pages
    this.#budget = budgetBytes
  }

  get list(): readonly Key[] {
    return this.#list
  }

  get first(): Key {
    return this.#list[0]
  }

  /** Bytes of all keys. */
  get bytes(): number {
    return this.#list.reduce((sum, key) => sum + key.bytes, 0)
  }

  /** The last key for which `fits` holds, which must not hold again behind one for which it does not. */
  lastWith(fits: (key: Key) => boolean): Key | undefined {
    return this.#list.findLast(fits)
  }

  /** The key behind one. */
  after(key: Key): Key | undefined {
    return this.#list[this.#list.indexOf(key) + 1]
  }

  /** Keep the state in which the core rests, behind the key from which it has come. */
  take(standpoint: Standpoint): Key {
    const before = this.#anchor
    const numbers = before === undefined ? this.#pages.used() : this.#pages.dirty()
    const pages = new Map(numbers.map((page) => [page, this.#pages.read(page)] as const))
    const key = takeKey(this.#core, standpoint, pages, before)
    const place = before === undefined ? 0 : this.#list.indexOf(before) + 1
    this.#list.splice(place, 0, key)
    const behind = this.#list.at(place + 1)
    if (behind !== undefined) measure(behind, key)
    this.#anchor = key
    this.#pages.clean()
    return key
  }

  /** Put the core into the state of a key. */
  restore(key: Key): void {
    const [from, to] = [this.#list.indexOf(this.#anchor as Key), this.#list.indexOf(key)]
    const changed = new Set(this.#pages.dirty())
    for (let i = Math.min(from, to) + 1; i <= Math.max(from, to); i++) {
      for (const page of this.#list[i].pages.keys()) changed.add(page)
    }
    for (const page of changed) this.#pages.write(page, this.#content(to, page))
    putKey(this.#core, key)
    this.#pages.clean()
    this.#anchor = key
  }

  /** A page as it was at a key. */
  #content(index: number, page: number): Page {
    for (let i = index; i >= 0; i--) {
      const content = this.#list[i].pages.get(page)
      if (content !== undefined) return content
    }
    return null
  }

  /** Let keys go that are not needed. `here` is the cycle at which somebody looks at the machine; `others` are bytes besides the keys. */
  thin(here: Cycle, others: number): void {
    for (let i = this.#list.length - 2; i > 0; i--) {
      const isClose = this.#gap(i) < this.#distance(i, here) * gapShare
      if (isClose && this.#canGo(i)) this.#remove(i)
    }
    while (this.bytes + others > this.#budget && this.#list.length > 1) {
      const least = this.#leastNeeded(here)
      if (least === undefined) return
      this.#remove(least)
    }
  }

  #canGo(index: number): boolean {
    const key = this.#list[index]
    return key !== this.#anchor && !this.pinned.has(key)
  }

  #gap(index: number): Cycle {
    return this.#list[index + 1].cycle - this.#list[index - 1].cycle
  }

  /** From a key to where keys are wanted most. */
  #distance(index: number, here: Cycle): Cycle {
    const { cycle } = this.#list[index]
    const present = this.#list[this.#list.length - 1].cycle
    return Math.min(present - cycle, Math.abs(here - cycle))
  }

  /** The key between others whose loss makes the smallest gap for its distance; the first when no other can go. */
  #leastNeeded(here: Cycle): number | undefined {
    let [least, smallest] = [-1, Infinity]
    for (let i = 1; i < this.#list.length - 1; i++) {
      const share = this.#gap(i) / (this.#distance(i, here) + 1)
      if (share >= smallest || !this.#canGo(i)) continue
      least = i
      smallest = share
    }
    if (least > 0) return least
    return this.#canGo(0) ? 0 : undefined
  }

  /** Take a key away; the one behind it inherits the pages that were not written in between. */
  #remove(index: number): void {
    const [key] = this.#list.splice(index, 1)
    const heir = this.#list[index]
    for (const [page, content] of key.pages) {
      if (!heir.pages.has(page)) heir.pages.set(page, content)
    }
    measure(heir, index > 0 ? this.#list[index - 1] : undefined)
  }
}
