/** Passes over the immediates of instructions that cannot be reached, so that lowering only sees live code. */
import type { Reader } from '../wasm/reader.ts'

type Skip = (reader: Reader) => void

const index: Skip = (reader) => void reader.u32()
const blockType: Skip = (reader) => void reader.s32()
const memoryArgument: Skip = (reader) => {
  reader.u32()
  reader.u32()
}

const SKIP: Record<number, Skip> = {
  0x02: blockType,
  0x03: blockType,
  0x04: blockType,
  0x0c: index,
  0x0d: index,
  0x0e: (reader) => {
    reader.vector((r) => r.u32())
    reader.u32()
  },
  0x10: index,
  0x11: memoryArgument,
  0x1c: (reader) => void reader.vector((r) => r.byte()),
  0x20: index,
  0x21: index,
  0x22: index,
  0x23: index,
  0x24: index,
  0x25: index,
  0x26: index,
  0x3f: index,
  0x40: index,
  0x41: (reader) => void reader.s32(),
  0x42: (reader) => void reader.s64(),
  0x43: (reader) => void reader.span(4),
  0x44: (reader) => void reader.span(8),
  0xd0: index,
  0xd2: index,
  0xfc: skipPrefixed,
}
for (let opcode = 0x28; opcode <= 0x3e; opcode++) SKIP[opcode] = memoryArgument

/** Bulk operations by number: how many indices follow. */
const PREFIXED_INDICES: Record<number, number> = {
  8: 2,
  9: 1,
  10: 2,
  11: 1,
  12: 2,
  13: 1,
  14: 2,
  15: 1,
  16: 1,
  17: 1,
}

function skipPrefixed(reader: Reader): void {
  const count = PREFIXED_INDICES[reader.u32()] ?? 0
  for (let i = 0; i < count; i++) reader.u32()
}

export function skipImmediates(opcode: number, reader: Reader): void {
  SKIP[opcode]?.(reader)
}

/** Whether the opcode opens a block that has an `end` of its own. */
export const opensBlock = (opcode: number): boolean => opcode >= 0x02 && opcode <= 0x04

const PREFIX = 0xfc
const MEMORY_COPY = 10
const MEMORY_FILL = 11
/** Opcodes from and to which instructions are plain. */
const PLAIN: readonly (readonly [number, number])[] = [
  [0x00, 0x01],
  [0x05, 0x05],
  [0x0b, 0x0f],
  [0x1a, 0x1c],
  [0x20, 0x22],
  [0x28, 0x3e],
  [0x41, 0xc4],
]

/** Whether the bytes of an instruction say all of it: it has nothing of the module's index spaces. The reader is behind the opcode. */
export function isPlain(opcode: number, { bytes, position }: Reader): boolean {
  if (opcode !== PREFIX) return PLAIN.some(([from, to]) => opcode >= from && opcode <= to)
  const operation = bytes[position]
  return operation < 8 || operation === MEMORY_COPY || operation === MEMORY_FILL
}
