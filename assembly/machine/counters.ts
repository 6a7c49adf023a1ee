/** The event counters: u64 words at COUNTERS, in the order of assembly/tables/counters.table.ts. */
import { COUNTERS, COUNTERS_BYTES } from './layout';

export function resetCounters(): void {
  memory.fill(COUNTERS, 0, COUNTERS_BYTES);
}

/** Add to a counter; the numbers are the COUNT_ constants of generated/counters.ts. */
export function count(counter: u32, amount: u64 = 1): void {
  const at = COUNTERS + ((<usize>counter) << 3);
  store<u64>(at, load<u64>(at) + amount);
}
