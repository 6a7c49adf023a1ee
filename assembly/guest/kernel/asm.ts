/** Routines of the assembly files that compiled code calls (import module `asm`). */

/** Save this thread's registers, keep its stack pointer at `saved`, run on with the stack pointer `next` (hal/trap.s). */
export declare function swapContext(saved: usize, next: usize): void;

/** Address at which a new thread's first context switch arrives (hal/trap.s). */
export declare function threadStartAddress(): usize;
