/**
 * Packets of the GDB remote serial protocol: GDB manual, "Overview" of the protocol. `$data#checksum`, answered by `+` or `-`, with the
 * escape `}` in binary data; a lone byte 3 is the user's interrupt. Bytes are kept as strings of characters 0 to 255.
 */

/** Most characters of a packet; what is longer is refused. */
export const largestPacket = 0x4000

/** What a stream of bytes from GDB says. */
export type Arrival =
  | { kind: 'packet'; data: string }
  | { kind: 'damaged' }
  | { kind: 'interrupt' }
  | { kind: 'retransmit' }

const interruptByte = '\x03'
const escapeByte = '}'
const escapeMask = 0x20

function checksum(data: string): string {
  let sum = 0
  for (let index = 0; index < data.length; index++) sum += data.charCodeAt(index)
  return (sum & 0xff).toString(16).padStart(2, '0')
}

/** A packet with these contents. Characters that frame packets are escaped. */
export function framePacket(data: string): string {
  const escaped = data.replace(/[$#}*]/g, (character) => {
    return escapeByte + String.fromCharCode(character.charCodeAt(0) ^ escapeMask)
  })
  return `$${escaped}#${checksum(escaped)}`
}

/** Undoes the escapes. */
function unescape(data: string): string {
  return data.replace(/\}([^])/g, (_, character: string) =>
    String.fromCharCode(character.charCodeAt(0) ^ escapeMask),
  )
}

/** Cuts a stream into packets. Pieces may end anywhere. */
export class PacketReader {
  #buffer = ''

  /** What has become complete with these characters. */
  push(characters: string): Arrival[] {
    this.#buffer += characters
    const arrivals: Arrival[] = []
    for (;;) {
      const arrival = this.#next()
      if (arrival === undefined) return arrivals
      arrivals.push(arrival)
    }
  }

  #next(): Arrival | undefined {
    const start = this.#buffer.search(/[$\x03-]/)
    if (start < 0) {
      this.#buffer = ''
      return undefined
    }
    const first = this.#buffer[start]
    if (first !== '$') {
      this.#buffer = this.#buffer.slice(start + 1)
      return { kind: first === interruptByte ? 'interrupt' : 'retransmit' }
    }
    const end = this.#buffer.indexOf('#', start)
    if (end < 0 || end + 3 > this.#buffer.length) {
      if (this.#buffer.length - start <= 2 * largestPacket) return undefined
      this.#buffer = ''
      return { kind: 'damaged' }
    }
    const body = this.#buffer.slice(start + 1, end)
    const sum = this.#buffer.slice(end + 1, end + 3)
    this.#buffer = this.#buffer.slice(end + 3)
    if (sum.toLowerCase() !== checksum(body)) return { kind: 'damaged' }
    return { kind: 'packet', data: unescape(body) }
  }
}

/** Two hexadecimal digits per byte. */
export function toHex(bytes: Iterable<number>): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Bytes of hexadecimal digits, or undefined when they are none. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    parseInt(text.slice(index * 2, index * 2 + 2), 16),
  )
}

/** A register as its bytes in memory order. */
export function wordToHex(value: number): string {
  return toHex([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24])
}

/** A register from eight digits in memory order, or undefined. */
export function hexToWord(text: string): number | undefined {
  const bytes = text.length === 8 ? fromHex(text) : undefined
  if (bytes === undefined) return undefined
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0
}
