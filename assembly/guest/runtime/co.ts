/**
 * The coroutine intrinsics of the backend (import module `co`, docs/design.md §5). `begin` may be called by rewritten functions only.
 */

/** Makes the frame of the calling function and returns 0. */
export declare function begin(): i32;
/** The frame of the calling function. */
export declare function self(): usize;
/** Save the live values and return the frame to the caller; execution goes on here when the frame is resumed. */
export declare function suspend(line: u32): void;
