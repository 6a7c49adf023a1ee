/**
 * RAM and disk as pages of 4 KiB, and which of them were written: the core keeps a mark per page of RAM and of the disk. The disk's pages
 * are numbered on from those of RAM, behind which it lies.
 */

import type { CoreExports } from '../core.ts'
import { usedPages } from '../snapshot.ts'
import type { Page } from './key.ts'
import { pageBytes } from './key.ts'

/** The bit of the watch map that says that a page has not been written (cpu/watch.ts of the core), and its cells per page. */
const cleanBit = 8
const cellsPerPage = 64

export class Pages {
  readonly #core: CoreExports
  readonly #ramPages: number
  readonly #diskPages: number

  constructor(core: CoreExports, diskBytes: number) {
    this.#core = core
    this.#ramPages = (core.ramBytes() >>> 0) / pageBytes
    this.#diskPages = Math.ceil(diskBytes / pageBytes)
  }

  /** Let all pages be clean. */
  clean(): void {
    this.#core.trackWrites()
    this.#diskMap().fill(0)
  }

  /** Numbers of the pages that were written since `clean`; all, when they never were clean. */
  dirty(): number[] {
    const start = this.#core.watchPointer() >>> 0
    const map = new Uint8Array(this.#core.memory.buffer, start, this.#ramPages * cellsPerPage)
    const found: number[] = []
    for (let page = 0; page < this.#ramPages; page++) {
      if ((map[page * cellsPerPage] & cleanBit) === 0) found.push(page)
    }
    this.#diskMap().forEach((written, i) => {
      if (written !== 0) found.push(this.#ramPages + i)
    })
    return found
  }

  /** Numbers of the pages of RAM that are not zero, and of all of the disk. */
  used(): number[] {
    const disk = Array.from({ length: this.#diskPages }, (_, page) => this.#ramPages + page)
    return [...usedPages(this.#core), ...disk]
  }

  /** A copy of a page, null when it is zero. */
  read(page: number): Page {
    const bytes = this.#view(page)
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, pageBytes / 4)
    return words.every((word) => word === 0) ? null : bytes.slice()
  }

  write(page: number, content: Page): void {
    if (content === null) this.#view(page).fill(0)
    else this.#view(page).set(content)
  }

  /** The core's memory ends on a multiple of 64 KiB, so that the disk's last page is there too. */
  #view(page: number): Uint8Array {
    const start = (this.#core.ramPointer() >>> 0) + page * pageBytes
    return new Uint8Array(this.#core.memory.buffer, start, pageBytes)
  }

  #diskMap(): Uint8Array {
    const { memory, diskDirtyPointer } = this.#core
    return new Uint8Array(memory.buffer, diskDirtyPointer() >>> 0, this.#diskPages)
  }
}
