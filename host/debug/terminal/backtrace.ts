/**
 * Callers of a hart's present function, found without tables: a prologue moves sp by a constant and stores ra (RISC-V calling convention,
 * "Integer Calling Convention"), and both can be read from the instructions between the function's start and the pc.
 */
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

export interface StackFrame {
  pc: number
  sp: number
}

/** Frames from the innermost to the outermost that can be found. */
export function backtrace(target: DebugTarget, hart: number, places: Places): StackFrame[] {
  const frames: StackFrame[] = []
  let frame = { pc: target.register(hart, pcRegister), sp: target.register(hart, sp) }
  let returnAddress: number | undefined = target.register(hart, ra)
  while (frames.length < mostFrames) {
    frames.push(frame)
    const caller = callerOf(target, frame, returnAddress, places)
    if (caller === undefined || places.functionOf(caller.pc) === undefined) break
    frame = caller
    // Only the innermost function may still have its return address in the register.
    returnAddress = undefined
  }
  return frames
}

function callerOf(
  target: DebugTarget,
  { pc, sp: stack }: StackFrame,
  register: number | undefined,
  places: Places,
): StackFrame | undefined {
  const start = places.functionOf(pc)?.start
  if (start === undefined) return undefined
  const { size, saved } = readPrologue(target, start, Math.min(pc, start + longestPrologue))
  const address = saved === undefined ? register : readWord(target, stack + saved)
  if (address === undefined || address === 0 || address === pc) return undefined
  return { pc: address, sp: (stack + size) >>> 0 }
}

/** What the instructions of [start, end) have done to the stack: bytes taken, and where ra is, from the new sp. */
function readPrologue(
  target: DebugTarget,
  start: number,
  end: number,
): { size: number; saved?: number } {
  let size = 0
  let saved: number | undefined
  for (let at = start; at < end;) {
    const word = readWord(target, at)
    if (word === undefined) break
    const bytes = instructionBytes(word)
    const bits = bytes === 2 ? word & 0xffff : word
    const row = lookUp(bits)
    if (row === undefined) break
    const name = row.expands ?? row.name
    const { rd, rs1, rs2, imm } = decodeFields(row, bits)
    if (name === 'addi' && rd === sp && rs1 === sp && imm < 0) size -= imm
    else if (name === 'sw' && rs1 === sp && rs2 === ra) saved = imm
    at += bytes
  }
  return { size, saved }
}

/** The word at an address, undefined outside of memory. */
export function readWord(target: DebugTarget, address: number): number | undefined {
  const bytes = target.readMemory(address >>> 0, 4)
  if (bytes.length < 4) return undefined
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0
}
