/**
 * What programs can know and ask of the memory they use.
 */
import { collections, longestPause, pauses, resetLongestPause } from './collector';
import { __collect, heapBytes } from './heap';

/** The collector and the heap. */
export class Memory {
  /** Free all that nobody refers to, now. */
  static collect(): void {
    __collect();
  }

  /** Bytes in use, with what nobody refers to but was not found yet. */
  static get used(): u32 {
    return <u32>heapBytes();
  }

  /** Cycles of the longest time for which the collector has stopped all threads. */
  static get longestPause(): u32 {
    return longestPause;
  }

  /** Measure the longest time anew. */
  static resetLongestPause(): void {
    resetLongestPause();
  }

  /** How often it has stopped them. */
  static get pauses(): u32 {
    return pauses;
  }

  /** Collections that came to their end. */
  static get collections(): u32 {
    return collections;
  }
}
