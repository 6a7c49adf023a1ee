/**
 * Frames of a hart's stack, from the innermost out. Compiled functions come with a table of what they have saved where; of others the
 * instructions between the function's start and the pc are read, where a prologue moves sp by a constant and stores ra (RISC-V calling
 * convention, "Integer Calling Convention").
 */
import type { FunctionInformation, UnwindRow } from '../../toolchain/dwarf/information.ts'
import { decodeFields, instructionBytes, lookUp } from '../../toolchain/asm/encode.ts'
import type { DebugTarget } from '../gdb/target.ts'
import { pcRegister } from '../gdb/target.ts'
import type { Places } from './places.ts'

const ra = 1
const sp = 2
/** Longer chains than this come from a stack that is not one. */
const mostFrames = 64
/** A prologue is over after so many bytes. */
const longestPrologue = 128

/** Registers and memory of what is looked at. */
export type FrameTarget = Pick<DebugTarget, 'register' | 'readMemory'>

/** A function that has not returned yet. */
export interface StackFrame {
  pc: number
  /** The caller's stack pointer, from which the places of variables count. */
  top: number
  /** x0 to x31 as the function sees them, as far as callees have kept them. */
  registers: number[]
}

/** Frames from the innermost to the outermost that can be found. */
export function backtrace(target: FrameTarget, hart: number, places: Places): StackFrame[] {
  const frames: StackFrame[] = []
  let pc = target.register(hart, pcRegister)
  let registers = Array.from({ length: 32 }, (_, index) => target.register(hart, index))
  while (frames.length < mostFrames) {
    const row = rowAt(target, pc, places)
    frames.push({ pc, top: (registers[sp] + (row?.bytes ?? 0)) >>> 0, registers })
    const caller = row && callerOf(target, registers, row, frames.length === 1)
    if (caller === undefined || caller[ra] === pc) break
    pc = caller[ra]
    registers = caller
    if (places.functionOf(pc) === undefined) break
  }
  return frames
}

/** The registers of the caller, with the place where it goes on in ra; undefined when the return address is not known. */
function callerOf(
  target: FrameTarget,
  registers: readonly number[],
  { bytes, saved }: UnwindRow,
  isInnermost: boolean,
): number[] | undefined {
  const result = [...registers]
  result[sp] = (registers[sp] + bytes) >>> 0
  // Only the innermost function may still have its return address in the register.
  if (!isInnermost && !saved.some(([register]) => register === ra)) return undefined
  for (const [register, offset] of saved) {
    const value = readWord(target, result[sp] + offset)
    if (value === undefined) return undefined
    result[register] = value
  }
  return result[ra] === 0 ? undefined : result
}

/** What the function at a pc has saved there; undefined outside of functions. */
function rowAt(target: FrameTarget, pc: number, places: Places): UnwindRow | undefined {
  const known = places.informationAt(pc)
  if (known !== undefined) return rowOf(known, pc)
  const start = places.functionOf(pc)?.start
  if (start === undefined) return undefined
  return readPrologue(target, start, Math.min(pc, start + longestPrologue))
}

function rowOf({ address, unwind }: FunctionInformation, pc: number): UnwindRow {
  const row = unwind.findLast(({ offset }) => address + offset <= pc)
  return row ?? { offset: 0, bytes: 0, saved: [] }
}

/** What the instructions of [start, end) have done to the stack. */
function readPrologue(target: FrameTarget, start: number, end: number): UnwindRow {
  let bytes = 0
  let link: number | undefined
  for (let at = start; at < end;) {
    const word = readWord(target, at)
    if (word === undefined) break
    const length = instructionBytes(word)
    const bits = length === 2 ? word & 0xffff : word
    const row = lookUp(bits)
    if (row === undefined) break
    const name = row.expands ?? row.name
    const { rd, rs1, rs2, imm } = decodeFields(row, bits)
    if (name === 'addi' && rd === sp && rs1 === sp && imm < 0) bytes -= imm
    else if (name === 'sw' && rs1 === sp && rs2 === ra) link = imm
    at += length
  }
  return { offset: 0, bytes, saved: link === undefined ? [] : [[ra, link - bytes]] }
}

/** The word at an address, undefined outside of memory. */
export function readWord(
  target: Pick<DebugTarget, 'readMemory'>,
  address: number,
): number | undefined {
  const bytes = target.readMemory(address >>> 0, 4)
  if (bytes.length < 4) return undefined
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0
}
