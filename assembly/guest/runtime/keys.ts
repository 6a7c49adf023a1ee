/**
 * Keys of the packets in the pool's completion port: what a packet's context is.
 */

/** A `Request` of a socket or the mailbox. */
export const KEY_REQUEST: u32 = 1;
/** A `Timer`. */
export const KEY_TIMER: u32 = 2;
/** An `ObjectWait`. */
export const KEY_OBJECT: u32 = 4;
/** Nothing: there are frames in the queue. */
export const KEY_WAKE: u32 = 3;
