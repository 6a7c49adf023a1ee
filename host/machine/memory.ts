/** The host's view of guest RAM: loading images before a run, and looking at memory at any time. */

import type { Image, Segment } from '../toolchain/elf/image.ts'
import type { CoreExports } from './core.ts'

/** Guest address of the first byte of RAM. */
export const ramBase = 0x8000_0000

const elfMagic = [0x7f, 0x45, 0x4c, 0x46]

/** An address or image that does not fit into the machine's RAM. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError'
}

export class Memory {
  constructor(private readonly core: CoreExports) {}

  /** `count` bytes at a guest address, as a copy. */
  bytes(address: number, count: number): Uint8Array {
    return this.#view(address, count).slice()
  }

  /** `count` 32-bit words at a guest address that is a multiple of four. */
  words(address: number, count: number): number[] {
    const view = this.#wordView(address, count)
    return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true))
  }

  /** The word at a guest address. */
  word(address: number): number {
    return this.#wordView(address, 1).getUint32(0, true)
  }

  /** Overwrite words at a guest address that is a multiple of four. */
  poke(address: number, words: readonly number[]): void {
    const view = this.#wordView(address, words.length)
    words.forEach((word, i) => view.setUint32(4 * i, word >>> 0, true))
    this.#changed(address, 4 * words.length)
  }

  /** Whether RAM holds the bytes. */
  holds(address: number, count: number): boolean {
    const offset = address - ramBase
    return offset >= 0 && offset + count <= this.core.ramBytes() >>> 0
  }

  /** Overwrite bytes at a guest address. */
  write(address: number, bytes: Uint8Array): void {
    this.#view(address, bytes.length).set(bytes)
    this.#changed(address, bytes.length)
  }

  /** Put an image's segments into RAM. */
  load(image: Image): void {
    for (const { address, bytes, memorySize } of image.segments.map(withoutFileHeader)) {
      const view = this.#view(address, memorySize, 'a segment of the program')
      view.set(bytes)
      view.fill(0, bytes.length)
      this.#changed(address, memorySize)
    }
  }

  #changed(address: number, bytes: number): void {
    if (bytes > 0) this.core.markWritten(address, bytes)
  }

  #wordView(address: number, count: number): DataView {
    if (address % 4 !== 0) {
      throw new MemoryError(`address 0x${hex(address)} is not a multiple of four`)
    }
    const { buffer, byteOffset, byteLength } = this.#view(address, 4 * count)
    return new DataView(buffer, byteOffset, byteLength)
  }

  #view(address: number, count: number, what = 'memory'): Uint8Array {
    if (!this.holds(address, count)) {
      const end = ramBase + (this.core.ramBytes() >>> 0)
      throw new MemoryError(
        `${what} at 0x${hex(address)}, ${count} bytes, is outside of RAM (0x${hex(ramBase)} to 0x${hex(end - 1)})`,
      )
    }
    const start = (this.core.ramPointer() >>> 0) + (address - ramBase)
    return new Uint8Array(this.core.memory.buffer, start, count)
  }
}

/**
 * Linkers that are given only the address of the code put the file's own headers into the page before it, where the board has no RAM. Nobody
 * needs them there, and QEMU leaves them out too.
 */
function withoutFileHeader(segment: Segment): Segment {
  const below = ramBase - segment.address
  const hasHeader = elfMagic.every((byte, i) => segment.bytes[i] === byte)
  if (!hasHeader || below <= 0 || below >= segment.bytes.length) return segment
  const bytes = segment.bytes.subarray(below)
  return { ...segment, address: ramBase, bytes, memorySize: segment.memorySize - below }
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
