/** Directives that emit data: numbers, strings, space, alignment. */
import { segmentFlags } from '../elf/image.ts'
import type { Assembly, Place } from './assembly.ts'
import type { Expression, TokenReader } from './expression.ts'
import { parseExpression } from './expression.ts'
import type { Token } from './lexer.ts'
import { StatementError, stringBytes } from './lexer.ts'
import type { FixupType } from './section.ts'

/** Carries out a directive whose name has been read. */
export type Directive = (assembly: Assembly, reader: TokenReader, name: Token) => void

/** Reads items separated by commas. */
export function list(reader: TokenReader, item: () => void): void {
  if (reader.atEnd) return
  do item()
  while (reader.accept(','))
}

/** Reads a number that is known here; `what` names it in messages. */
export function number(assembly: Assembly, reader: TokenReader, what: string): bigint {
  const token = reader.peek()
  return assembly.constant(parseExpression(reader, assembly), token, what)
}

/** Reads a number from 0 to `most`. */
export function count(assembly: Assembly, reader: TokenReader, what: string, most: number): number {
  const token = reader.peek()
  const value = number(assembly, reader, what)
  if (value >= 0n && value <= BigInt(most)) return Number(value)
  throw new StatementError(token, `${what} ${value} is not 0 to ${most}`, 'Choose a smaller one.')
}

/** Numbers or addresses of some bytes each. */
export function data(bytes: 1 | 2 | 4 | 8): Directive {
  return (assembly, reader) =>
    list(reader, () => {
      const place = reader.peek()
      const expression = parseExpression(reader, assembly)
      emitData(assembly, expression, bytes, place)
    })
}

function emitData(
  assembly: Assembly,
  expression: Expression,
  bytes: 1 | 2 | 4 | 8,
  place: Token,
): void {
  const constant = assembly.constantOf(expression)
  if (constant === undefined) {
    assembly.fixup(`data${(bytes * 8) as 8 | 16 | 32 | 64}` satisfies FixupType, expression, place)
    assembly.emitBytes(new Uint8Array(bytes), place)
  } else assembly.emitBytes(dataBytes(constant, bytes, place), place)
}

/** Little-endian bytes of a number; refuses one that fits neither signed nor unsigned. */
export function dataBytes(value: bigint, bytes: 1 | 2 | 4 | 8, place: Token | Place): Uint8Array {
  const bits = bytes * 8
  const fits = BigInt.asIntN(bits, value) === value || BigInt.asUintN(bits, value) === value
  if (!fits) {
    const cause = `${value} does not fit into ${bits} bits`
    throw new StatementError(place, cause, 'Use a wider directive, or mask the number.')
  }
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigInt64(0, BigInt.asIntN(64, value), true)
  return out.slice(0, bytes)
}

/** Strings, each with `end` behind it. */
export function strings(end: Uint8Array): Directive {
  return (assembly, reader) =>
    list(reader, () => {
      const token = reader.next()
      if (token.kind !== 'string') {
        throw new StatementError(token, 'expected a string', 'Put the text into quotation marks.')
      }
      assembly.emitBytes(stringBytes(token), token)
      assembly.emitBytes(end, token)
    })
}

/** Numbers of variable length. */
export function leb(signed: boolean): Directive {
  return (assembly, reader) =>
    list(reader, () => {
      const place = reader.peek()
      assembly.emitLeb(signed, parseExpression(reader, assembly), place)
    })
}

/** Alignment to a number of bytes; `.align` and `.p2align` give its logarithm. The fill has `width` bytes. */
export function align(logarithm: boolean, width: 1 | 2 | 4 = 1): Directive {
  return (assembly, reader, name) => {
    const place = reader.peek()
    const value = count(assembly, reader, 'the alignment', logarithm ? 16 : 65536)
    const alignment = logarithm ? 2 ** value : Math.max(value, 1)
    if ((alignment & (alignment - 1)) !== 0) {
      const cause = `${alignment} is no power of two`
      throw new StatementError(place, cause, 'Align to 1, 2, 4, 8 … bytes.')
    }
    let fill: Uint8Array | undefined
    let most = alignment
    if (reader.accept(',')) {
      if (!reader.isOperator(',')) fill = littleEndian(number(assembly, reader, 'the fill'), width)
      if (reader.accept(',')) most = count(assembly, reader, 'the limit', 65536)
    }
    const { current } = assembly
    const code = (current.flags & segmentFlags.execute) !== 0
    assembly.reserve(alignment, name)
    current.append({ kind: 'align', alignment, fill: fill ?? (code ? undefined : zeros), most })
  }
}

const zeros = new Uint8Array(1)

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))
}

/** `.space size, fill`. */
export function space(assembly: Assembly, reader: TokenReader, name: Token): void {
  const bytes = count(assembly, reader, 'the size', 1 << 26)
  const fill = reader.accept(',') ? number(assembly, reader, 'the fill') : 0n
  assembly.reserve(bytes, name)
  assembly.emitBytes(new Uint8Array(bytes).fill(Number(BigInt.asUintN(8, fill))), name)
}

/** `.fill repeat, size, value`. */
export function fill(assembly: Assembly, reader: TokenReader, name: Token): void {
  const repeat = count(assembly, reader, 'the count', 1 << 24)
  const size = reader.accept(',') ? count(assembly, reader, 'the size', 8) : 1
  const value = reader.accept(',') ? number(assembly, reader, 'the value') : 0n
  assembly.reserve(repeat * size, name)
  const one = new Uint8Array(8)
  // GNU as takes four bytes of the value and zeros for the rest.
  new DataView(one.buffer).setUint32(0, Number(BigInt.asUintN(32, value)), true)
  const bytes = new Uint8Array(repeat * size)
  for (let index = 0; index < repeat; index++) bytes.set(one.subarray(0, size), index * size)
  assembly.emitBytes(bytes, name)
}
