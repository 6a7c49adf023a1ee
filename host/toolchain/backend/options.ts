/** What a caller may choose about generated code, and the codes its traps carry. */

/** Traps are `ebreak` followed by the word `addi x0, x0, code`, so that a fault report can say what went wrong. */
export const TRAP = {
  unreachable: 1,
  divisionByZero: 2,
  integerOverflow: 3,
  badFunction: 4,
  signatureMismatch: 5,
  outOfBounds: 6,
  badConversion: 7,
} as const

/** The trap codes in words, for reports. */
export const TRAP_TEXT: Readonly<Record<number, string>> = {
  [TRAP.unreachable]: 'unreachable code was reached',
  [TRAP.divisionByZero]: 'division by zero',
  [TRAP.integerOverflow]: 'integer overflow',
  [TRAP.badFunction]: 'call of a function pointer outside the table, or of an empty entry',
  [TRAP.signatureMismatch]: 'call of a function pointer with another signature',
  [TRAP.outOfBounds]: 'memory access out of bounds',
  [TRAP.badConversion]: 'invalid conversion of a number to an integer',
}

export interface Checks {
  /** Division by zero and the overflowing quotient. */
  division: boolean
  /** Signatures of calls through function pointers. */
  signature: boolean
  /** Every access to the linear memory against its size. */
  bounds: boolean
}

/**
 * Where wasm addresses point. `physical`: a wasm address is a physical address, memory does not grow. `linear`: the memory begins
 * at `origin` and may grow to `maximumPages`, as a WebAssembly engine has it, and tables to `maximumEntries`.
 */
export type MemoryModel =
  | { kind: 'physical' }
  | { kind: 'linear'; origin: number; maximumPages: number; maximumEntries?: number }

export interface CodeOptions {
  checks: Checks
  memory: MemoryModel
  /** The instructions to use (march.ts). */
  march: string
  /** Locals, by function symbol and name, that are kept in memory at places of their own, for debuggers. */
  homes: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

export const DEFAULT_CODE: CodeOptions = {
  checks: { division: true, signature: true, bounds: false },
  memory: { kind: 'physical' },
  march: 'rv32ima_zba_zbb_zbs',
  homes: undefined,
}
