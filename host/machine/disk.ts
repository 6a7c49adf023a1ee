/** The disk in the machine's block device. */

import type { CoreExports } from './core.ts'

export class Disk {
  readonly #core: CoreExports
  readonly #pointer: number
  readonly #length: number

  /** Put `image` into the block device, before the run. Throws a RangeError for an image the device cannot hold. */
  constructor(
    core: CoreExports,
    readonly image: Uint8Array,
    readOnly: boolean,
  ) {
    this.#core = core
    this.#length = image.length
    this.#pointer = core.diskReserve(image.length) >>> 0
    if (this.#pointer === 0) {
      throw new RangeError(
        `a disk of ${image.length} bytes: expected a multiple of 512 bytes, at most 1 GiB`,
      )
    }
    this.bytes.set(image)
    core.diskInsert(readOnly ? 1 : 0)
  }

  /** The disk's content now. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, this.#pointer, this.#length)
  }
}
