/**
 * Reads the primitive values of the WebAssembly binary format (core specification, §5.2): LEB128 integers, floats as bit patterns,
 * names and vectors. Every read checks the end of its range and throws a BackendError instead of returning rubbish.
 */
import { BackendError } from '../errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A cursor over a part of a module; `position` is an offset in the whole file, as source maps use it. */
export class Reader {
  readonly bytes: Uint8Array
  position: number
  readonly end: number

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = position
    this.end = end
  }

  get done(): boolean {
    return this.position >= this.end
  }

  fail(what: string): never {
    throw new BackendError('malformed', `malformed wasm: ${what} at offset ${this.position}`)
  }

  byte(): number {
    if (this.position >= this.end) this.fail('unexpected end')
    return this.bytes[this.position++]
  }

  u32(): number {
    let result = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      if (shift === 28 && byte > 0x0f) this.fail('integer too large')
      result |= (byte & 0x7f) << shift
      if (byte < 0x80) return result >>> 0
    }
  }

  /** A signed 32-bit (or 33-bit, for block types) integer. */
  s32(): number {
    let result = 0
    for (let unit = 1, count = 0; count < 5; unit *= 128, count++) {
      const byte = this.byte()
      result += (byte & 0x7f) * unit
      if (byte < 0x80) return byte & 0x40 ? result - 128 * unit : result
    }
    return this.fail('integer too long')
  }

  s64(): bigint {
    return BigInt.asIntN(64, this.signed(10))
  }

  private signed(maximumBytes: number): bigint {
    let result = 0n
    for (let count = 0; count < maximumBytes; count++) {
      const byte = this.byte()
      const shift = BigInt(7 * count)
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return byte & 0x40 ? result - (1n << (shift + 7n)) : result
    }
    return this.fail('integer too long')
  }

  /** Four little-endian bytes as an unsigned number: the bit pattern of an f32. */
  fixed32(): number {
    const low = this.byte() | (this.byte() << 8) | (this.byte() << 16)
    return (low | (this.byte() << 24)) >>> 0
  }

  span(length: number): Uint8Array {
    if (this.position + length > this.end) this.fail('unexpected end')
    this.position += length
    return this.bytes.subarray(this.position - length, this.position)
  }

  name(): string {
    const bytes = this.span(this.u32())
    try {
      return utf8.decode(bytes)
    } catch {
      return this.fail('name is not UTF-8')
    }
  }

  /** A reader of the next `length` bytes, which this reader skips. */
  part(length: number): Reader {
    const start = this.position
    this.span(length)
    return new Reader(this.bytes, start, start + length)
  }

  vector<T>(read: (reader: Reader) => T): T[] {
    const count = this.u32()
    const items: T[] = []
    for (let i = 0; i < count; i++) items.push(read(this))
    return items
  }
}
