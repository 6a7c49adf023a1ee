/**
 * Routines of the runtime's assembly files (import module `asm`).
 */

/** Leave this stack, whose pointer goes to the word at `save`, and go on where the stack `next` was left (fiber.s). */
export declare function swapFiber(save: usize, next: usize): void;
