/**
 * Writes protocol buffer messages (the encoding of protobuf.dev, "Encoding"): varints, fixed 64-bit words, strings and nested
 * messages, which is what a trace file needs.
 */

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2

/** Width of a nested message's length: up to 256 MiB. */
const LENGTH_BYTES = 4

const utf8 = new TextEncoder()

export class ProtobufWriter {
  private buffer = new Uint8Array(64)
  private length = 0

  /** An unsigned integer, exact up to 2^53. */
  uint(field: number, value: number): this {
    return this.varint(field * 8 + VARINT).varint(value)
  }

  fixed64(field: number, value: number): this {
    this.varint(field * 8 + FIXED64)
    this.reserve(8)
    new DataView(this.buffer.buffer).setBigUint64(this.length, BigInt(value), true)
    this.length += 8
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value))
  }

  /** A nested message, written in place behind a length of fixed width, which the encoding allows. */
  message(field: number, write: (inner: this) => void): this {
    this.varint(field * 8 + LENGTH_DELIMITED)
    this.reserve(LENGTH_BYTES)
    const start = this.length + LENGTH_BYTES
    this.length = start
    write(this)
    let rest = this.length - start
    for (let index = 0; index < LENGTH_BYTES; index++) {
      const more = index < LENGTH_BYTES - 1 ? 0x80 : 0
      this.buffer[start - LENGTH_BYTES + index] = (rest & 0x7f) | more
      rest >>>= 7
    }
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(field * 8 + LENGTH_DELIMITED).varint(value.length)
    this.reserve(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
    return this
  }

  /** The message so far. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }

  private varint(value: number): this {
    this.reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.length++] = rest
    return this
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + bytes))
    grown.set(this.buffer)
    this.buffer = grown
  }
}
