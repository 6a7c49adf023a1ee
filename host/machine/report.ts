/** Why and how a run ended, in words. */

import { TRAP_TEXT } from '../toolchain/backend/options.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { lineAt, SymbolIndex } from '../toolchain/elf/image.ts'
import type { Cycle } from './time.ts'

export type StopReason =
  /** The guest ended the run through the finisher. */
  | 'exit'
  /** The cycle of `until` or `for` is reached. */
  | 'limit'
  /** All harts sleep and nothing will ever wake them. */
  | 'idle'
  /** The guest did something that nobody handles. */
  | 'fault'
  /** The text of `until` is on the console. */
  | 'text'
  /** The condition of `until` holds. */
  | 'condition'
  /** A breakpoint is reached; its instruction has not been done. */
  | 'breakpoint'
  /** A watched part of memory was read or written, by the instruction before this place. */
  | 'watchpoint'
  /** So many steps have been done, or undone, as were asked for. */
  | 'step'
  /** On the way back: the history begins here. */
  | 'start'
  /** The guest asked for a reset. */
  | 'reset'
  /** The abort signal was given. */
  | 'aborted'

/** An exception that ended a run. */
export interface Fault {
  /** mcause. */
  cause: number
  /** Address of the instruction. */
  pc: number
  /** mtval: the address or instruction that goes with the cause. */
  value: number
  /** One sentence with the place in the source, where the tables know it. */
  message: string
}

/** The instruction in front of which a hart stands, after a breakpoint, a watchpoint or a step. */
export interface StopPlace {
  hart: number
  pc: number
  watchpoint?: WatchpointHit
}

/** What was accessed. */
export interface WatchpointHit {
  index: number
  address: number
  access: 'read' | 'write'
  /** A device wrote, not a hart. */
  byDevice: boolean
}

export interface RunReport {
  stopReason: StopReason
  /** What the guest gave the finisher; only after `exit` and `fault`. */
  exitCode?: number
  fault?: Fault
  stop?: StopPlace
  /** Emulated cycles since reset. */
  cycles: Cycle
  /** Instructions retired by all harts. */
  instructions: number
  /** Device events. */
  events: number
}

/** Exit codes by which the executive says that it, or the program, has faulted. */
export const faultExitCodes: Record<number, string> = {
  0x100: 'the program faulted',
  0x101: 'the kernel stopped on an error of its own',
}

/** What mcause says (RISC-V privileged architecture, table "mcause values"). */
const causes: Record<number, string> = {
  0: 'instruction address misaligned',
  1: 'instruction fetch refused',
  2: 'illegal instruction',
  3: 'breakpoint',
  4: 'misaligned load',
  5: 'load refused',
  6: 'misaligned store',
  7: 'store refused',
  8: 'ecall from U mode',
  11: 'ecall from M mode',
}

const breakpoint = 3
/** Upper bits of an NTSTATUS that is an error: the program has ended itself with it. */
const errorSeverity = 3
/** Compiled code that stops does so by `ebreak` and the word `addi x0, x0, code` behind it. */
const trapMark = 0x13
const trapMask = 0xfffff
const trapShift = 20

/** What a trap of compiled code says, if there is one at the address. */
function trapAt(pc: number, images: readonly Image[]): string | undefined {
  const at = pc + 4
  for (const { segments } of images) {
    const part = segments.find(
      ({ address, bytes }) => at >= address && at + 4 <= address + bytes.length,
    )
    if (part === undefined) continue
    const { buffer, byteOffset } = part.bytes
    const word = new DataView(buffer, byteOffset).getUint32(at - part.address, true)
    return (word & trapMask) === trapMark ? TRAP_TEXT[word >>> trapShift] : undefined
  }
  return undefined
}

const hex = (value: number) => `0x${(value >>> 0).toString(16).padStart(8, '0')}`

/** A fault with its place. */
export function describeFault(
  details: { cause: number; pc: number; value: number },
  images: readonly Image[],
): Fault {
  const { cause, pc, value } = details
  const isRaised = cause === breakpoint && value >>> 30 === errorSeverity
  const trap = cause === breakpoint ? trapAt(pc, images) : undefined
  const what = isRaised ? 'an error raised' : (trap ?? causes[cause] ?? `exception ${cause}`)
  const about = cause === 3 || cause === 8 || cause === 11 ? '' : ` (mtval ${hex(value)})`
  return { cause, pc, value, message: `${what}${about} at ${describePlace(pc, images)}` }
}

/** An address as `0x80400010 in handler (echo.ts:12)`. */
function describePlace(address: number, images: readonly Image[]): string {
  const image = images.find(({ segments }) =>
    segments.some((part) => address >= part.address && address < part.address + part.memorySize),
  )
  if (image === undefined) return `${hex(address)}, outside of the program`
  const symbol = new SymbolIndex(image.symbols).describe(address)
  const line = lineAt(image, address)
  return [
    hex(address),
    symbol === undefined ? '' : ` in ${symbol}`,
    line === undefined ? '' : ` (${line.file}:${line.line})`,
  ].join('')
}
