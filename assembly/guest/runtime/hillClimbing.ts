/**
 * Hill climbing (N7.4): the number of workers swings by a little with a period of four samples, and the throughput of the last eight
 * samples tells by the part of it that swings along whether more workers do more work or less. The goal follows, by at most 20 workers
 * at a time. A sample lasts 10 to 200 ms, and longer when there are many workers, so that few samples decide about many.
 */
import { pool } from './poolState';
import { cycleLow } from './rv';

const period: u32 = 4;
const history: u32 = 8;
const mostPerSample: f64 = 20;
const shortestSample: u32 = 10_000_000;
const longestSample: u32 = 200_000_000;
/** Workers that a full swing of the throughput is worth. */
const gain: f64 = 4;
/** Swings below this part of the mean are noise; then workers are taken away slowly, since they cost. */
const noise: f64 = 0.02;

const samples = memory.data(64, 8);
let count: u32 = 0;
let sampleBegan: u32 = 0;
let sampleCycles: u32 = shortestSample;
/** The number of workers around which the goal swings. */
let centre: f64 = 0;

/** Whether the current sample has lasted long enough. */
export function isSampleDue(): bool {
  return cycleLow() - sampleBegan >= sampleCycles;
}

/** Take the sample; the new number of workers. */
export function climb(): u32 {
  const now = cycleLow();
  if (centre == 0) centre = pool.goal;
  store<f64>(samples + (count % history) * 8, <f64>pool.completions / <f64>(now - sampleBegan));
  count++;
  pool.completions = 0;
  sampleBegan = now;
  if (count >= history && count % period == 0) move();
  sampleCycles = min(longestSample, shortestSample * <u32>max<f64>(1, centre / 4));
  const swing = count % period < period / 2 ? 1 : 0;
  return <u32>max<i32>(<i32>pool.least, min<i32>(<i32>centre + swing, <i32>pool.most));
}

/** Follow what the samples with one worker more have over those with one less. */
function move(): void {
  let high: f64 = 0;
  let low: f64 = 0;
  for (let index: u32 = 0; index < history; index++) {
    // The goal that a sample saw is the one that the sample before it had set.
    if (index % period >= 1 && index % period <= 2) high += load<f64>(samples + index * 8);
    else low += load<f64>(samples + index * 8);
  }
  const mean = (high + low) / 2;
  if (mean == 0) return;
  const slope = (high - low) / mean;
  if (slope < noise) centre -= slope < -noise ? min(mostPerSample, -slope * gain + 1) : 1;
  else centre += min(mostPerSample, slope * gain + 1);
  centre = max<f64>(pool.least, min<f64>(centre, pool.most));
}
