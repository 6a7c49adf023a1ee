/** What a caller may choose about generated code, and the codes its traps carry. */

/** Traps are `ebreak` followed by the word `addi x0, x0, code`, so that a fault report can say what went wrong. */
export const TRAP = {
  unreachable: 1,
  divisionByZero: 2,
  integerOverflow: 3,
  badFunction: 4,
  signatureMismatch: 5,
  outOfBounds: 6,
  nullReference: 7,
  stackOverflow: 8,
  badConversion: 9,
} as const

/** The trap codes in words, for reports. */
export const TRAP_TEXT: Readonly<Record<number, string>> = {
  [TRAP.unreachable]: 'unreachable code was reached',
  [TRAP.divisionByZero]: 'division by zero',
  [TRAP.integerOverflow]: 'integer overflow',
  [TRAP.badFunction]: 'call of a function pointer outside the table, or of an empty entry',
  [TRAP.signatureMismatch]: 'call of a function pointer with another signature',
  [TRAP.outOfBounds]: 'memory access out of bounds',
  [TRAP.nullReference]: 'null reference',
  [TRAP.stackOverflow]: 'stack overflow',
  [TRAP.badConversion]: 'invalid conversion of a number to an integer',
}

export interface Checks {
  /** Division by zero and the overflowing quotient. */
  division: boolean
  /** Signatures of calls through function pointers. */
  signature: boolean
  /** Every access to a linear memory against its size, or that the address is one of RAM. */
  bounds: boolean
  /** Every access that its base is not zero. */
  null: boolean
  /** In every function that makes a stack frame, that it is not below the word that the thread pointer points to. */
  stack: boolean
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

/** A choice of options; what is not given is as in DEFAULT_CODE. */
export interface CodeChoice extends Partial<Omit<CodeOptions, 'checks'>> {
  checks?: Partial<Checks>
}

/** For code that is known to be right. */
export const NO_CHECKS: Checks = {
  division: false,
  signature: false,
  bounds: false,
  null: false,
  stack: false,
}

export const DEFAULT_CODE: CodeOptions = {
  checks: { division: true, signature: true, bounds: false, null: false, stack: false },
  memory: { kind: 'physical' },
  march: 'rv32ima_zba_zbb_zbs',
  homes: undefined,
}
