/**
 * What the GDB server needs of a machine. Register 0 to 31 are x0 to x31, 32 is the pc; harts count from 0. Going backwards is
 * optional: the server offers it when the target is reversible.
 */

import type { Executable } from './files.ts'

/** `software` and `hardware` stop before an instruction, the others after a data access. */
export type BreakpointKind = 'software' | 'hardware' | 'write' | 'read' | 'access'

export type StopReason =
  | 'breakpoint'
  | 'write'
  | 'read'
  | 'access'
  | 'step'
  | 'interrupt'
  /** The guest ended; `code` is its exit code. */
  | 'exit'
  /** A hart trapped with nobody to handle it; `code` is mcause. */
  | 'fault'
  /** Nothing can happen any more: all harts sleep. */
  | 'idle'
  /** Backwards: the beginning of the run is reached. */
  | 'beginning'

export interface StopEvent {
  reason: StopReason
  /** The hart that stopped. */
  hart: number
  /** Address of the data of a watchpoint. */
  address?: number
  code?: number
}

export const pcRegister = 32

export interface DebugTarget {
  readonly harts: number
  register(hart: number, index: number): number
  /** False when the target cannot be changed now. */
  setRegister(hart: number, index: number, value: number): boolean
  /** Value of a control and status register, or undefined where the machine has none. */
  csr(hart: number, number: number): number | undefined
  /** The bytes from an address on; fewer where memory ends. */
  readMemory(address: number, count: number): Uint8Array
  /** False when the bytes do not lie in memory. */
  writeMemory(address: number, bytes: Uint8Array): boolean
  /** False when the target has no such breakpoints. */
  setBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean
  clearBreakpoint(kind: BreakpointKind, address: number, bytes: number): boolean
  /** Executes one instruction of a hart; others may go on meanwhile. */
  step(hart: number): Promise<StopEvent>
  /** Goes on until something stops the machine. */
  resume(): Promise<StopEvent>
  /** Makes a running `resume` return soon. */
  interrupt(): void
  /** The program with its symbols, from which GDB then reads them by itself. */
  readonly executable?: Executable
  /** Whether the target keeps a history, so that the two following work. */
  readonly reversible: boolean
  /** Undoes one instruction of a hart. */
  stepBack(hart: number): Promise<StopEvent>
  /** Goes back to the last stop before this place. */
  resumeBack(): Promise<StopEvent>
  /** Answers a `monitor` command; undefined for an unknown one. */
  monitor?(command: string): string | undefined
  /** What a thread list says about a hart. */
  describeHart?(hart: number): string
}
