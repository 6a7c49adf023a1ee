/**
 * Function tables. An entry is two words, the code address and the number of the signature; an empty entry is two zeros. A call
 * through a table compares the number with the expected one, so that a wrong function pointer faults instead of running.
 */
import type { Register } from '../ir/ir.ts'
import { ZERO } from '../ir/ir.ts'
import { TRAP } from '../options.ts'
import type { FunctionType } from '../wasm/module.ts'
import { totalWords } from './context.ts'
import type { Lowering, LowerTable } from './lowering.ts'

const ENTRY_SHIFT = 3

export interface TableEntry {
  base: Register
  symbol: string
}

const tableSymbol = ({ context }: Lowering, table: number): string =>
  `${context.prefix}__table.${table}`

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
  const size = context.module.tables[table].minimum
  builder.trapIf('geu', index, builder.constant(size), TRAP.badFunction)
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

function tableCopy(lowering: Lowering): void {
  const { builder, context, reader } = lowering
  const [toTable, fromTable] = [reader.u32(), reader.u32()]
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  const { tables } = context.module
  checkRange(lowering, source, count, builder.constant(tables[fromTable].minimum))
  checkRange(lowering, target, count, builder.constant(tables[toTable].minimum))
  const to = entryAddress(lowering, tableSymbol(lowering, toTable), 0, target)
  const from = entryAddress(lowering, tableSymbol(lowering, fromTable), 0, source)
  copyEntries(lowering, to, from, count)
}

const segmentSymbol = ({ context }: Lowering, segment: number): string =>
  `${context.prefix}__elements.${segment}`

/** Copies from a passive element segment: its remaining length, a reserved word, then entries as tables have them. */
function tableInit(lowering: Lowering): void {
  const { builder, context, reader } = lowering
  const [segment, table] = [reader.u32(), reader.u32()]
  const [target, source, count] = lowering.popValues(3).map(([word]) => word)
  const { elements, tables } = context.module
  const dropped = elements[segment].mode !== 'passive'
  const symbol = segmentSymbol(lowering, segment)
  const high = dropped ? ZERO : builder.value('high', [], 0, symbol)
  const length = dropped ? ZERO : builder.value('load32', [high], 0, symbol)
  checkRange(lowering, source, count, length)
  checkRange(lowering, target, count, builder.constant(tables[table].minimum))
  if (dropped) return
  const to = entryAddress(lowering, tableSymbol(lowering, table), 0, target)
  copyEntries(lowering, to, entryAddress(lowering, symbol, 8, source), count)
}

function elementDrop(lowering: Lowering): void {
  const { builder, context, reader } = lowering
  const segment = reader.u32()
  if (context.module.elements[segment].mode !== 'passive') return
  const symbol = segmentSymbol(lowering, segment)
  const high = builder.value('high', [], 0, symbol)
  builder.append('store32', [high, ZERO], 0).symbol = symbol
}

export const TABLE: LowerTable = {
  0x11: callIndirect,
}

/** Behind the prefix 0xfc. */
export const TABLE_BULK: LowerTable = {
  12: tableInit,
  13: elementDrop,
  14: tableCopy,
  16: (lowering) => {
    const { minimum } = lowering.context.module.tables[lowering.reader.u32()]
    lowering.push(lowering.builder.constant(minimum))
  },
}
