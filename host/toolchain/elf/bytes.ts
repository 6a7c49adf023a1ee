/** Little-endian byte access with named fields, and a growing sink; shared by the ELF and DWARF readers and writers. */

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Called when a field does not fit into the bytes left; must throw. */
export type Refuse = (field: string, problem: string) => never

/** Reads fields in order. Every read names its field, so that a truncated file can say which one is missing. */
export class ByteReader {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #refuse: Refuse
  #end: number
  position = 0

  constructor(bytes: Uint8Array, refuse: Refuse, position = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#refuse = refuse
    this.position = position
    this.#end = end
  }

  /** First offset that may not be read. */
  get end(): number {
    return this.#end
  }

  get left(): number {
    return this.#end - this.position
  }

  /** Reports a field as broken. */
  fail(field: string, problem: string): never {
    return this.#refuse(field, problem)
  }

  /** A reader of the next `length` bytes, behind which this one goes on. */
  slice(length: number, field: string): ByteReader {
    const start = this.#take(length, field)
    return new ByteReader(this.#bytes, this.#refuse, start, start + length)
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field))
  }

  i8(field: string): number {
    return this.#view.getInt8(this.#take(1, field))
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field), true)
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field), true)
  }

  skip(count: number, field: string): void {
    this.#take(count, field)
  }

  /** A copy of the next `count` bytes. */
  bytes(count: number, field: string): Uint8Array {
    const start = this.#take(count, field)
    return this.#bytes.slice(start, start + count)
  }

  /** Unsigned LEB128 modulo 2³². */
  uleb(field: string): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8(field)
      if (shift < 32) value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value >>> 0
    }
  }

  /** Signed LEB128, wrapped to 32 bits. */
  sleb(field: string): number {
    let value = 0
    for (let shift = 0; ;) {
      const byte = this.u8(field)
      if (shift < 32) value |= (byte & 0x7f) << shift
      shift += 7
      if ((byte & 0x80) === 0) {
        return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value
      }
    }
  }

  /** A UTF-8 string up to its zero byte, which is consumed. */
  string(field: string): string {
    const start = this.position
    const zero = this.#bytes.indexOf(0, start)
    if (zero < 0 || zero >= this.#end) this.#refuse(field, 'the string has no terminating zero')
    this.position = zero + 1
    return decoder.decode(this.#bytes.subarray(start, zero))
  }

  #take(count: number, field: string): number {
    const start = this.position
    if (count < 0 || count > this.#end - start) {
      const left = Math.max(this.#end - start, 0)
      this.#refuse(field, `needs ${count} bytes at offset ${start}, ${left} are left`)
    }
    this.position = start + count
    return start
  }
}

/** A growing little-endian byte buffer. */
export class ByteSink {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A copy of what has been written. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, value, true)
    return this
  }

  u32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  uleb(value: number): this {
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    return this.u8(rest)
  }

  sleb(value: number): this {
    let rest = value | 0
    for (;;) {
      const byte = rest & 0x7f
      rest >>= 7
      const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)
      this.u8(done ? byte : byte | 0x80)
      if (done) return this
    }
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** UTF-8 with a terminating zero. */
  string(text: string): this {
    return this.bytes(encoder.encode(text)).u8(0)
  }

  /** Zeros up to a multiple of `alignment`. */
  align(alignment: number): this {
    const over = this.#length % alignment
    if (over !== 0) this.#grow(alignment - over)
    return this
  }

  /** Overwrites a word written before, e.g. a length that is known only now. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }

  #grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      bigger.set(this.#bytes)
      this.#bytes = bigger
      this.#view = new DataView(bigger.buffer)
    }
    return at
  }
}
