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

export const TABLE: LowerTable = {
  0x11: callIndirect,
}
