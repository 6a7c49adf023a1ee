/**
 * Function tables, references and calls. A table's entry, like a reference, is two words: the code address and the number of the
 * signature; an empty entry is two zeros. A call through a table compares the number with the expected one, so that a wrong function
 * pointer faults instead of running.
 *
 * The size of a table is a constant where memory is physical. A linear module, as a WebAssembly engine has it, keeps size and limit in two words.
 */
import type { Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import type { FunctionType } from '../wasm/module.ts'
import { totalWords } from './context.ts'
import type { Lower, Lowering, LowerTable, Value } from './lowering.ts'
import { loadSymbol, storeSymbol } from './memory.ts'

const ENTRY_SHIFT = 3
const ENTRY_BYTES = 1 << ENTRY_SHIFT

export interface TableEntry {
  base: Register
  symbol: string
}

const tableSymbol = ({ context }: Lowering, table: number): string =>
  `${context.prefix}__table.${table}`

const sizeSymbol = ({ context }: Lowering, table: number): string =>
  `${context.prefix}__table_size.${table}`

function tableSize(lowering: Lowering, table: number): Register {
  const { builder, context } = lowering
  if (context.options.memory.kind === 'linear') {
    return loadSymbol(lowering, sizeSymbol(lowering, table), 0)
  }
  return builder.constant(context.module.tables[table].minimum)
}

export function tableEntry(lowering: Lowering, table: number, index: Register): TableEntry {
  const { builder } = lowering
  const symbol = tableSymbol(lowering, table)
  const high = builder.value('high', [], 0, symbol)
  const scaled = builder.binaryConstant('sll', index, ENTRY_SHIFT)
  return { base: builder.binary('add', high, scaled), symbol }
}

/** The code address (offset 0) or the signature (offset 4) of an entry. */
export function loadTableWord({ builder }: Lowering, entry: TableEntry, offset: number): Register {
  return builder.value('load32', [entry.base], offset, entry.symbol)
}

function callIndirect(lowering: Lowering): void {
  const { builder, context, reader } = lowering
  const typeIndex = reader.u32()
  const table = reader.u32()
  const index = lowering.popWord()
  const type = context.module.types[typeIndex]
  const uses = lowering.popValues(type.parameters.length).flat()
  builder.trapIf('geu', index, tableSize(lowering, table), TRAP.badFunction)
  const entry = tableEntry(lowering, table, index)
  const address = loadTableWord(lowering, entry, 0)
  if (context.options.checks.signature) {
    const expected = builder.constant(context.signatureIds[typeIndex])
    const actual = loadTableWord(lowering, entry, 4)
    builder.trapIf('ne', actual, expected, TRAP.signatureMismatch)
  } else {
    builder.trapIf('eq', address, ZERO, TRAP.badFunction)
  }
  finishCall(lowering, type, [address, ...uses])
}

function finishCall(
  lowering: Lowering,
  type: FunctionType,
  uses: Register[],
  symbol?: string,
): void {
  const call = lowering.builder.append('call', uses, 0, totalWords(type.results))
  if (symbol !== undefined) call.symbol = symbol
  lowering.pushWords(type.results, call.defs)
}

/** A call of a function by its symbol. */
export function callDirect(lowering: Lowering, functionIndex: number): void {
  const { context } = lowering
  const type = context.module.types[context.module.functions[functionIndex]]
  const uses = lowering.popValues(type.parameters.length).flat()
  finishCall(lowering, type, uses, context.functionSymbols[functionIndex])
}

/** Stops unless index + count ≤ limit, without overflow. */
function checkRange(
  { builder }: Lowering,
  index: Register,
  count: Register,
  limit: Register,
): void {
  builder.trapIf('ltu', limit, count, TRAP.outOfBounds)
  builder.trapIf('ltu', builder.binary('sub', limit, count), index, TRAP.outOfBounds)
}

/** Address of an entry for bulk operations. */
function entryAddress(
  lowering: Lowering,
  symbol: string,
  first: number,
  index: Register,
): Register {
  const { builder } = lowering
  const base = builder.value('address', [], first, symbol)
  return builder.binary('add', base, builder.binaryConstant('sll', index, ENTRY_SHIFT))
}

function copyEntries(lowering: Lowering, to: Register, from: Register, count: Register): void {
  const bytes = lowering.builder.binaryConstant('sll', count, ENTRY_SHIFT)
  lowering.support('memory.copy', [to, from, bytes], 0)
}

const tableCopy: Lower = (lowering) => {
  const { reader } = lowering
  const [toTable, fromTable] = [reader.u32(), reader.u32()]
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  checkRange(lowering, source, count, tableSize(lowering, fromTable))
  checkRange(lowering, target, count, tableSize(lowering, toTable))
  const to = entryAddress(lowering, tableSymbol(lowering, toTable), 0, target)
  const from = entryAddress(lowering, tableSymbol(lowering, fromTable), 0, source)
  copyEntries(lowering, to, from, count)
}

const segmentSymbol = ({ context }: Lowering, segment: number): string =>
  `${context.prefix}__elements.${segment}`

/** Copies from a passive element segment: its remaining length, a reserved word, then entries as tables have them. */
const tableInit: Lower = (lowering) => {
  const { context, reader } = lowering
  const [segment, table] = [reader.u32(), reader.u32()]
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  const dropped = context.module.elements[segment].mode !== 'passive'
  const symbol = segmentSymbol(lowering, segment)
  const length = dropped ? ZERO : loadSymbol(lowering, symbol, 0)
  checkRange(lowering, source, count, length)
  checkRange(lowering, target, count, tableSize(lowering, table))
  if (dropped) return
  const to = entryAddress(lowering, tableSymbol(lowering, table), 0, target)
  copyEntries(lowering, to, entryAddress(lowering, symbol, ENTRY_BYTES, source), count)
}

const elementDrop: Lower = (lowering) => {
  const { context, reader } = lowering
  const segment = reader.u32()
  if (context.module.elements[segment].mode !== 'passive') return
  storeSymbol(lowering, segmentSymbol(lowering, segment), 0, ZERO)
}

/** The address of an entry that is there. */
function checkedEntry(lowering: Lowering, table: number, index: Register): Register {
  lowering.builder.trapIf('geu', index, tableSize(lowering, table), TRAP.outOfBounds)
  return entryAddress(lowering, tableSymbol(lowering, table), 0, index)
}

function storeEntry({ builder }: Lowering, address: Register, reference: Value): void {
  reference.forEach((word, i) => builder.store('store32', address, 4 * i, word))
}

const tableGet: Lower = (lowering) => {
  const { builder, reader } = lowering
  const address = checkedEntry(lowering, reader.u32(), lowering.popWord())
  lowering.push(builder.load('load32', address, 0), builder.load('load32', address, 4))
}

const tableSet: Lower = (lowering) => {
  const table = lowering.reader.u32()
  const reference = lowering.pop()
  storeEntry(lowering, checkedEntry(lowering, table, lowering.popWord()), reference)
}

/** Stores a reference in `count` entries from an address on. */
function fillEntries(
  lowering: Lowering,
  address: Register,
  count: Register,
  reference: Value,
): void {
  const { builder } = lowering
  const bytes = builder.binaryConstant('sll', count, ENTRY_SHIFT)
  const end = builder.binary('add', address, bytes)
  const at = builder.newVariable()
  const [head, body, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()]
  builder.write(at, address)
  builder.jump(head)
  builder.start(head, false)
  builder.branch('eq', builder.read(at), end, done, body)
  builder.start(body, true)
  storeEntry(lowering, builder.read(at), reference)
  builder.write(at, builder.binaryConstant('add', builder.read(at), ENTRY_BYTES))
  builder.jump(head)
  builder.variables.seal(head)
  builder.start(done, true)
}

const tableFill: Lower = (lowering) => {
  const table = lowering.reader.u32()
  const [[index], reference, [count]] = lowering.popValues(3)
  checkRange(lowering, index, count, tableSize(lowering, table))
  const address = entryAddress(lowering, tableSymbol(lowering, table), 0, index)
  fillEntries(lowering, address, count, reference)
}

/** Grows up to the limit behind the size; a table of a physical image does not grow. */
const tableGrow: Lower = (lowering) => {
  const { builder, context, reader } = lowering
  const table = reader.u32()
  const [reference, [count]] = lowering.popValues(2)
  if (context.options.memory.kind === 'physical') return lowering.push(builder.constant(-1))
  const size = sizeSymbol(lowering, table)
  const old = loadSymbol(lowering, size, 0)
  const result = builder.newVariable()
  const [grow, join] = [builder.newBlock(), builder.newBlock()]
  builder.write(result, builder.constant(-1))
  const room = builder.binary('sub', loadSymbol(lowering, size, 4), old)
  builder.branch('ltu', room, count, join, grow)
  builder.start(grow, true)
  storeSymbol(lowering, size, 0, builder.binary('add', old, count))
  const address = entryAddress(lowering, tableSymbol(lowering, table), 0, old)
  fillEntries(lowering, address, count, reference)
  builder.write(result, old)
  builder.jump(join)
  builder.start(join, true)
  lowering.push(builder.read(result))
}

const nullReference: Lower = (lowering) => {
  lowering.reader.byte()
  lowering.push(ZERO, ZERO)
}

const isNull: Lower = (lowering) => {
  const [, kind] = lowering.pop()
  lowering.push(lowering.builder.binary('eq', kind, ZERO))
}

const functionReference: Lower = (lowering) => {
  const { builder, context, reader } = lowering
  const index = reader.u32()
  const address = builder.value('address', [], 0, context.functionSymbols[index])
  lowering.push(address, builder.constant(context.signatureIds[context.module.functions[index]]))
}

export const TABLE: LowerTable = {
  0x11: callIndirect,
  0x25: tableGet,
  0x26: tableSet,
  0xd0: nullReference,
  0xd1: isNull,
  0xd2: functionReference,
}

/** Behind the prefix 0xfc. */
export const TABLE_BULK: LowerTable = {
  12: tableInit,
  13: elementDrop,
  14: tableCopy,
  15: tableGrow,
  16: (lowering) => lowering.push(tableSize(lowering, lowering.reader.u32())),
  17: tableFill,
}
