/**
 * How the program was compiled. The compiler puts a text of its own in place of this file.
 */

/** Whether accesses to memory that is not in use any more are to be found. */
export const checked: bool = false;
