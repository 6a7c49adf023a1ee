/**
 * The thread pool's settings and counters, one record at the symbol `__pool`, for the pool itself and for the machine's views.
 */
import { hartCount } from './system';
import { firstThread } from './threadBlock';

/** N7.2. */
const mostThreads: u32 = 32_767;

/** Words in this order. */
@unmanaged
export class PoolState {
  /** First thread block (threadBlock.ts). */
  threads: usize;
  /** Number of thread blocks. */
  blocks: u32;
  /** Workers that exist, and how many there should be. */
  workers: u32;
  goal: u32;
  /** Workers that wait for a packet. */
  idle: u32;
  /** Workers that are blocked in a call of the runtime. */
  blocked: u32;
  /** Items in all queues. */
  queued: u32;
  globalTakes: u32;
  localTakes: u32;
  steals: u32;
  /** Packets posted to wake a worker. */
  wakes: u32;
  /** A wake packet is under way. */
  waking: u32;
  /** Workers added because nothing was taken from the queues, or because others blocked. */
  injected: u32;
  compensated: u32;
  /** Workers that ended. */
  retired: u32;
  /** Work completed since the hill climber's last sample. */
  completions: u32;
  random: u32;
  /** Threads that only take packets, packets they took, and the most of them at once. */
  pollers: u32;
  polled: u32;
  mostPolled: u32;

  /** Settings; times in cycles of 1 ns where they are not counts. */
  least: u32;
  most: u32;
  stealing: bool;
  localQueues: bool;
  starvation: bool;
  compensation: bool;
  climbing: bool;
}

const state = memory.data(offsetof<PoolState>(), 8);
export const pool = changetype<PoolState>(state);
export { state as poolStateAddress };

/** Settings that a program begins with. */
function initialize(): void {
  pool.threads = changetype<usize>(firstThread);
  pool.blocks = 1;
  pool.least = hartCount();
  pool.goal = pool.least;
  pool.most = mostThreads;
  pool.random = 1;
  pool.stealing = true;
  pool.localQueues = true;
  pool.starvation = true;
  pool.compensation = true;
}

initialize();
