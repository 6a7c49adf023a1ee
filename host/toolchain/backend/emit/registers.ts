/** The integer registers by their roles in the standard ILP32 calling convention. */

export type MachineRegister = number

export const X0 = 0
export const RA = 1
export const SP = 2
export const TP = 4
export const A0 = 10
export const A1 = 11
export const A7 = 17
/** Target address of calls through a pointer; a resumed coroutine finds its resume address here. */
export const CALL_TARGET = 6

/** a0–a7. */
export const ARGUMENTS: readonly MachineRegister[] = [10, 11, 12, 13, 14, 15, 16, 17]

/**
 * a5…a0, t's: those that arguments need least come first, and x8–x15 before others because compressed code reaches them. The target of
 * calls is last, so that it stays what it is in most functions.
 */
export const CALLER_SAVED: readonly MachineRegister[] = [
  15, 14, 13, 12, 11, 10, 16, 17, 7, 28, 29, 30, 31, 5, 6,
]

/** s0–s11. */
export const CALLEE_SAVED: readonly MachineRegister[] = [
  8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
]

export const NAMES: readonly string[] = (
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 ' +
  's2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'
).split(' ')
