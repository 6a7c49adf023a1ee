/**
 * Simulated CPU work of a known length, for measurements.
 */
import { cycles } from './system';

const calibrationRounds: u32 = 2000;

/** Cycles of 256 rounds, measured at the first call. */
let cyclesOf256: u32 = 0;
/** Where the rounds leave their result, so that they are not optimised away. */
let sink: u32 = 1;

function rounds(count: u32): void {
  let word = sink;
  for (; count != 0; count--) word = (word << 1) ^ (word >>> 3);
  sink = word | 1;
}

function calibrate(): void {
  const before = cycles();
  rounds(calibrationRounds);
  const middle = cycles();
  rounds(2 * calibrationRounds);
  // The difference of both measurements leaves the cost of the calls out.
  cyclesOf256 = <u32>((cycles() - middle - (middle - before)) * 256) / calibrationRounds;
}

/** Keep the CPU busy for about `count` cycles of the calling thread. */
export function spend(count: u32): void {
  if (count == 0) return;
  if (cyclesOf256 == 0) calibrate();
  rounds(<u32>(((<u64>count) << 8) / cyclesOf256));
}
