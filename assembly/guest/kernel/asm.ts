/** Routines of the assembly files that compiled code calls (import module `asm`). */

/** Save this thread's registers, keep its stack pointer at `saved`, run on with the stack pointer `next` (hal/trap.s). */
export declare function swapContext(saved: usize, next: usize): void;

/** Address at which a new thread's first context switch arrives (hal/trap.s). */
export declare function threadStartAddress(): usize;

/** Address of the table of system calls: a code address for each number (hal/trap.s). */
export declare function serviceTable(): usize;

/** Address of the word with the code address at which other harts begin, 0 while they are to wait (hal/start.s). */
export declare function hartEntryAddress(): usize;
