/** Writes `.debug_frame`, by which debuggers find callers and their registers: DWARF 5 section 6.4. */
import { ByteSink } from '../elf/bytes.ts'
import * as dwarf from './constants.ts'
import type { FunctionInformation, UnwindRow } from './information.ts'

const version = 4
const addressBytes = 4
/** Offsets of saved registers are multiples of this. */
const dataAlignment = -4
const returnAddress = 1
const stackPointer = 2
const commonEntry = 0xffff_ffff

export function writeFrames(functions: readonly FunctionInformation[]): Uint8Array {
  const out = new ByteSink()
  const end = beginEntry(out, commonEntry)
  out.u8(version).string('').u8(addressBytes).u8(0)
  out.uleb(1).sleb(dataAlignment).uleb(returnAddress)
  out.u8(dwarf.DW_CFA_def_cfa).uleb(stackPointer).uleb(0)
  end()
  for (const { address, size, unwind } of functions) {
    const endOfFunction = beginEntry(out, 0)
    out.u32(address).u32(size)
    writeRows(out, unwind)
    endOfFunction()
  }
  return out.toBytes()
}

/** Begins an entry of the section; the result ends it. */
function beginEntry(out: ByteSink, identifier: number): () => void {
  const start = out.length
  out.u32(0).u32(identifier)
  return () => {
    out.align(addressBytes)
    out.patchU32(start, out.length - start - 4)
  }
}

function writeRows(out: ByteSink, rows: readonly UnwindRow[]): void {
  let before: UnwindRow = { offset: 0, bytes: 0, saved: [] }
  for (const row of rows) {
    const step = row.offset - before.offset
    if (step !== 0) out.u8(dwarf.DW_CFA_advance_loc4).u32(step)
    if (row.bytes !== before.bytes) out.u8(dwarf.DW_CFA_def_cfa_offset).uleb(row.bytes)
    const kept = new Map(row.saved)
    for (const [register] of before.saved) {
      if (!kept.has(register)) out.u8(dwarf.DW_CFA_restore | register)
    }
    for (const [register, offset] of row.saved) {
      out.u8(dwarf.DW_CFA_offset | register).uleb(offset / dataAlignment)
    }
    before = row
  }
}
