/**
 * The file GDB reads symbols from, served over the connection: GDB manual, "Host I/O Packets". There is one file, it is read-only, and
 * its descriptor is always the same.
 */
import { ByteSink } from '../../toolchain/elf/bytes.ts'
import { fromHex, largestPacket } from './packet.ts'

/** A program as GDB shall see it. */
export interface Executable {
  /** Path by which GDB asks for it; an absolute one, for others GDB looks on its own computer. */
  name: string
  bytes: Uint8Array
}

const descriptor = 5
/** Error numbers of the protocol. */
const noSuchFile = 'F-1,2'
const badDescriptor = 'F-1,9'
/** A regular file that everybody may read. */
const fileMode = 0o100444

const decoder = new TextDecoder()

/** The answer to a `vFile` packet, without its first word; empty for operations that are not supported. */
export function answerFile(executable: Executable | undefined, request: string): string {
  const [operation, rest = ''] = request.split(/:(.*)/s)
  const fields = rest.split(',')
  switch (operation) {
    case 'setfs':
      return 'F0'
    case 'open':
      return executable !== undefined && pathOf(fields[0]) === executable.name
        ? `F${descriptor}`
        : noSuchFile
    case 'close':
      return isOurs(fields[0]) ? 'F0' : badDescriptor
    case 'fstat':
      return executable !== undefined && isOurs(fields[0]) ? describe(executable) : badDescriptor
    case 'pread':
      return executable !== undefined && isOurs(fields[0])
        ? read(executable, parseInt(fields[1], 16), parseInt(fields[2], 16))
        : badDescriptor
    default:
      return ''
  }
}

function pathOf(digits: string): string {
  const bytes = fromHex(digits)
  return bytes === undefined ? '' : decoder.decode(bytes)
}

function isOurs(digits: string): boolean {
  return parseInt(digits, 16) === descriptor
}

function attach(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return `F${bytes.length.toString(16)};${text}`
}

function read({ bytes }: Executable, count: number, offset: number): string {
  if (!(count >= 0) || !(offset >= 0)) return badDescriptor
  // Escapes may double the bytes.
  const part = Math.min(count, largestPacket / 2 - 16)
  return attach(bytes.subarray(offset, offset + part))
}

/** The protocol's `struct stat`, whose fields are big-endian. */
function describe({ bytes }: Executable): string {
  const out = new ByteSink()
  const word = (value: number): ByteSink => out.u32(swap(value))
  const long = (value: number): ByteSink => (word(0), word(value))
  for (const value of [0, 0, fileMode, 1, 0, 0, 0]) word(value)
  for (const value of [bytes.length, 512, Math.ceil(bytes.length / 512)]) long(value)
  for (let time = 0; time < 3; time++) word(0)
  return attach(out.toBytes())
}

function swap(value: number): number {
  return (
    ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)
  )
}
