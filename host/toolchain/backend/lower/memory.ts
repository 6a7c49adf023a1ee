/** Loads, stores, globals and bulk memory (core specification §4.4.7, §4.4.5). */
import type { LoadOp, Register, StoreOp } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import type { GlobalPlace } from './context.ts'
import { wordsOf } from './context.ts'
import type { Lower, Lowering, LowerTable } from './lowering.ts'

/** `memory.size` of a memory that is the machine's address space: as large as the number can say. */
const PHYSICAL_PAGES = 0xffff

/** Constant addresses below are fields of a null reference. */
const FIRST_PAGE = 4096

export interface Place {
  base: Register
  offset: number
}

/** Splits a constant address as `lui` and a 12-bit offset have it. */
function constantPlace({ builder }: Lowering, address: number): Place {
  const offset = (address << 20) >> 20
  return { base: builder.constant(address - offset), offset }
}

/**
 * The address of `bytes` bytes at `index + offset`: constants in the sum go into the offset, which stays in the range of loads and
 * stores. A pair's second word may be at offset + 4, so that the limit is 4 lower.
 */
function place(lowering: Lowering, index: Register, offset: number, bytes: number): Place {
  const { builder, context } = lowering
  const { memory, checks } = context.options
  if (memory.kind === 'linear' && checks.bounds) checkBounds(lowering, index, offset, bytes)
  if (memory.kind === 'physical') checkAddress(lowering, index, offset)
  const total = offset + (memory.kind === 'linear' ? memory.origin : 0)
  const constant = builder.constantOf(index)
  if (constant !== undefined) return constantPlace(lowering, (constant + total) | 0)
  const definition = builder.define(index)
  if (definition?.op === 'add') {
    const inner = builder.constantOf(definition.uses[1])
    const sum = inner === undefined ? undefined : (inner + total) | 0
    if (sum !== undefined && fits(sum) && (memory.kind === 'physical' || !checks.bounds)) {
      return { base: definition.uses[0], offset: sum }
    }
  }
  if (fits(total)) return { base: index, offset: total }
  const low = (total << 20) >> 20
  return { base: builder.binaryConstant('add', index, total - low), offset: low }
}

const fits = (offset: number): boolean => offset >= -2048 && offset <= 2043

/** Stops unless index + offset + bytes ≤ size of the memory, without overflow. */
function checkBounds(lowering: Lowering, index: Register, offset: number, bytes: number): void {
  const { builder } = lowering
  const size = memoryBytes(lowering)
  const needed = builder.constant(offset + bytes)
  if (offset + bytes > 0xffffffff) return builder.trapIf('eq', ZERO, ZERO, TRAP.outOfBounds)
  builder.trapIf('ltu', size, needed, TRAP.outOfBounds)
  builder.trapIf('ltu', builder.binary('sub', size, needed), index, TRAP.outOfBounds)
}

/**
 * Stops for an address that is no reference, once for each along a way. All RAM, and nothing else, has addresses with the highest bit
 * set; what is behind RAM's end faults by itself.
 */
function checkAddress(lowering: Lowering, index: Register, offset: number): void {
  const { builder, context, checked } = lowering
  const { checks } = context.options
  const constant = builder.constantOf(index)
  if (constant !== undefined) {
    const isNull = checks.null && constant >>> 0 < FIRST_PAGE
    if (isNull) builder.trapIf('eq', ZERO, ZERO, TRAP.nullReference)
    return
  }
  if (checks.null && !checked.has(index)) builder.trapIf('eq', index, ZERO, TRAP.nullReference)
  checked.add(index)
  if (!checks.bounds) return
  const address = builder.binaryConstant('add', index, offset | 0)
  if (checked.has(-address)) return
  builder.trapIf('ge', address, ZERO, TRAP.outOfBounds)
  checked.add(-address)
}

/** The size of a linear memory, at most 4 GiB − 64 KiB so that it fits a word. */
function memoryBytes(lowering: Lowering): Register {
  return lowering.builder.binaryConstant('sll', memoryPages(lowering), 16)
}

const pagesSymbol = ({ context }: Lowering): string => `${context.prefix}__memory_pages`

function memoryPages(lowering: Lowering): Register {
  const { builder, context } = lowering
  if (context.options.memory.kind === 'physical') return builder.constant(PHYSICAL_PAGES)
  return loadSymbol(lowering, pagesSymbol(lowering), 0)
}

export function loadSymbol({ builder }: Lowering, symbol: string, offset: number): Register {
  const high = builder.value('high', [], 0, symbol)
  return builder.value('load32', [high], offset, symbol)
}

export function storeSymbol(
  { builder }: Lowering,
  symbol: string,
  offset: number,
  value: Register,
): void {
  const high = builder.value('high', [], 0, symbol)
  builder.append('store32', [high, value], offset).symbol = symbol
}

function memoryArgument({ reader }: Lowering): number {
  reader.u32() // alignment is a hint
  return reader.u32()
}

const BYTES: Readonly<Record<LoadOp | StoreOp, number>> = {
  load8: 1,
  load8u: 1,
  load16: 2,
  load16u: 2,
  load32: 4,
  store8: 1,
  store16: 2,
  store32: 4,
}

/** How a load fills the high word of a 64-bit value: not at all, from memory, with zero, or with the sign. */
type High = 'none' | 'memory' | 'zero' | 'sign'

const load =
  (op: LoadOp, high: High = 'none'): Lower =>
  (lowering) => {
    const { builder } = lowering
    const offset = memoryArgument(lowering)
    const bytes = high === 'memory' ? 8 : BYTES[op]
    const where = place(lowering, lowering.popWord(), offset, bytes)
    const low = builder.load(op, where.base, where.offset)
    if (high === 'none') return lowering.push(low)
    if (high === 'zero') return lowering.push(low, ZERO)
    if (high === 'sign') return lowering.push(low, builder.binaryConstant('sra', low, 31))
    const second = secondWord(lowering, where)
    lowering.push(low, builder.load('load32', second.base, second.offset))
  }

const store =
  (op: StoreOp, pair = false): Lower =>
  (lowering) => {
    const { builder } = lowering
    const offset = memoryArgument(lowering)
    const value = lowering.pop()
    const where = place(lowering, lowering.popWord(), offset, pair ? 8 : BYTES[op])
    builder.store(op, where.base, where.offset, value[0])
    if (!pair) return
    const second = secondWord(lowering, where)
    builder.store(op, second.base, second.offset, value[1])
  }

function secondWord({ builder }: Lowering, { base, offset }: Place): Place {
  if (offset + 4 < 2048) return { base, offset: offset + 4 }
  return { base: builder.binaryConstant('add', base, 2048), offset: offset + 4 - 2048 }
}

function globalPlace(lowering: Lowering): GlobalPlace {
  return lowering.context.globals[lowering.reader.u32()]
}

const getGlobal: Lower = (lowering) => {
  const global = globalPlace(lowering)
  const pair = wordsOf(global.type) === 2
  if (global.kind === 'constant') {
    const low = lowering.builder.constant(Number(BigInt.asIntN(32, global.bits)))
    const high = lowering.builder.constant(Number(BigInt.asIntN(32, global.bits >> 32n)))
    return lowering.push(...(pair ? [low, high] : [low]))
  }
  const low = loadSymbol(lowering, global.symbol, global.offset)
  if (!pair) return lowering.push(low)
  lowering.push(low, loadSymbol(lowering, global.symbol, global.offset + 4))
}

const setGlobal: Lower = (lowering) => {
  const global = globalPlace(lowering)
  if (global.kind !== 'memory') return lowering.internal('assignment to an immutable global')
  const { symbol, offset } = global
  lowering.pop().forEach((word, i) => storeSymbol(lowering, symbol, offset + 4 * i, word))
}

const memorySize: Lower = (lowering) => {
  lowering.reader.byte()
  lowering.push(memoryPages(lowering))
}

/** Grows a linear memory by moving its size; a physical memory does not grow. */
const memoryGrow: Lower = (lowering) => {
  const { builder, context, reader } = lowering
  reader.byte()
  const pages = lowering.popWord()
  const { memory } = context.options
  if (memory.kind === 'physical') return lowering.push(builder.constant(-1))
  const result = builder.newVariable()
  const old = memoryPages(lowering)
  const [grow, join] = [builder.newBlock(), builder.newBlock()]
  builder.write(result, builder.constant(-1))
  const declared = context.module.memories[0].maximum ?? memory.maximumPages
  const limit = builder.constant(Math.min(declared, memory.maximumPages))
  const room = builder.binary('sub', limit, old)
  builder.branch('ltu', room, pages, join, grow)
  builder.start(grow, true)
  storeSymbol(lowering, pagesSymbol(lowering), 0, builder.binary('add', old, pages))
  builder.write(result, old)
  builder.jump(join)
  builder.start(join, true)
  lowering.push(builder.read(result))
}

/** The machine address of a linear memory index, after checking that `count` bytes are there. */
function region(lowering: Lowering, index: Register, count: Register): Register {
  const { builder, context } = lowering
  const { memory, checks } = context.options
  if (memory.kind === 'physical') return index
  if (checks.bounds) {
    const size = memoryBytes(lowering)
    builder.trapIf('ltu', size, count, TRAP.outOfBounds)
    builder.trapIf('ltu', builder.binary('sub', size, count), index, TRAP.outOfBounds)
  }
  return builder.binaryConstant('add', index, memory.origin)
}

const memoryCopy: Lower = (lowering) => {
  lowering.reader.byte()
  lowering.reader.byte()
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  const to = region(lowering, target, count)
  const from = region(lowering, source, count)
  lowering.support('memory.copy', [to, from, count], 0)
}

const memoryFill: Lower = (lowering) => {
  lowering.reader.byte()
  const [target, value, count] = lowering.popValues(3).map(([word]) => word)
  lowering.support('memory.fill', [region(lowering, target, count), value, count], 0)
}

/** Copies from a passive data segment, whose bytes and remaining length the linker keeps under its symbol. */
const memoryInit: Lower = (lowering) => {
  const { builder, context, reader } = lowering
  const index = reader.u32()
  const segment = `${context.prefix}__data.${index}`
  reader.byte()
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  // An active segment is dropped once it is in memory.
  const dropped = context.module.data[index].mode === 'active'
  const length = dropped ? ZERO : loadSymbol(lowering, segment, 0)
  builder.trapIf('ltu', length, count, TRAP.outOfBounds)
  builder.trapIf('ltu', builder.binary('sub', length, count), source, TRAP.outOfBounds)
  const to = region(lowering, target, count)
  if (dropped) return
  const bytes = builder.value('address', [], 8, segment)
  lowering.support('memory.copy', [to, builder.binary('add', bytes, source), count], 0)
}

const dataDrop: Lower = (lowering) => {
  const { context, reader } = lowering
  const index = reader.u32()
  if (context.module.data[index].mode === 'active') return
  storeSymbol(lowering, `${context.prefix}__data.${index}`, 0, ZERO)
}

export const MEMORY: LowerTable = {
  0x23: getGlobal,
  0x24: setGlobal,
  0x28: load('load32'),
  0x29: load('load32', 'memory'),
  0x2a: load('load32'),
  0x2b: load('load32', 'memory'),
  0x2c: load('load8'),
  0x2d: load('load8u'),
  0x2e: load('load16'),
  0x2f: load('load16u'),
  0x30: load('load8', 'sign'),
  0x31: load('load8u', 'zero'),
  0x32: load('load16', 'sign'),
  0x33: load('load16u', 'zero'),
  0x34: load('load32', 'sign'),
  0x35: load('load32', 'zero'),
  0x36: store('store32'),
  0x37: store('store32', true),
  0x38: store('store32'),
  0x39: store('store32', true),
  0x3a: store('store8'),
  0x3b: store('store16'),
  0x3c: store('store8'),
  0x3d: store('store16'),
  0x3e: store('store32'),
  0x3f: memorySize,
  0x40: memoryGrow,
}

/** Behind the prefix 0xfc. */
export const BULK: LowerTable = {
  8: memoryInit,
  9: dataDrop,
  10: memoryCopy,
  11: memoryFill,
}
