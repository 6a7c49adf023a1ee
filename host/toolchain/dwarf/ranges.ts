/** Writes the address ranges of compilation units, whose code is not in one piece: DWARF 5 section 7.28. */
import type { ByteSink } from '../elf/bytes.ts'
import * as dwarf from './constants.ts'
import type { Unit } from './units.ts'

/** Returns each unit's offset in `.debug_rnglists`. */
export function writeRangeLists(out: ByteSink, units: readonly Unit[]): number[] {
  out.u32(0).u16(5).u8(4).u8(0).u32(0)
  const offsets = units.map((unit) => {
    const offset = out.length
    for (const { start, end } of rangesOf(unit)) {
      out
        .u8(dwarf.DW_RLE_start_length)
        .u32(start)
        .uleb(end - start)
    }
    out.u8(dwarf.DW_RLE_end_of_list)
    return offset
  })
  out.patchU32(0, out.length - 4)
  return offsets
}

interface Range {
  start: number
  end: number
}

/** What the unit's lines and functions cover, without overlaps. */
function rangesOf({ sequences, functions }: Unit): Range[] {
  const all = [
    ...sequences.map(({ rows, end }) => ({ start: rows[0].address, end })),
    ...functions.map(({ address, size }) => ({ start: address, end: address + size })),
  ].sort((a, b) => a.start - b.start)
  const merged: Range[] = []
  for (const { start, end } of all) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}
