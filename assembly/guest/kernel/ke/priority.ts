import { systemTime, NEVER } from '../hal/clock';
import { Prcb, prcbOf } from '../hal/prcb';
import { bestReady, harts, place, reconsider, withdraw } from './ready';
import { PRIORITY_REALTIME, Thread, THREAD_READY, THREAD_RUNNING } from './thread';
import { armClock } from './timer';

/**
 * Who is better than whom, and for how long: priorities, boosts that wear off (N3.21), affinity, and the turns of equals, which are timed only
 * while somebody waits for the hart. Everything here runs with the dispatcher locked.
 */

/** 10 ms in units of 100 ns. */
const QUANTUM: u64 = 100_000;

/** Raise a thread's priority above its base for a while, as a reward for waiting (N3.21). Real-time priorities stay. */
export function boostThread(thread: Thread, increment: u32): void {
  if (!increment || thread.boostDisabled || thread.basePriority >= PRIORITY_REALTIME) return;
  const boosted = min(thread.basePriority + increment, PRIORITY_REALTIME - 1);
  if (boosted <= thread.priority) return;
  thread.priority = boosted;
  thread.boostUsed = 0;
}

/** The running thread has used up some of its boost: a quantum of running takes 1 away. */
export function chargeBoost(prcb: Prcb): void {
  const thread = prcb.current;
  const now = systemTime();
  thread.boostUsed += now - prcb.boostedSince;
  prcb.boostedSince = now;
  while (thread.boostUsed >= QUANTUM && thread.priority > thread.basePriority) {
    thread.priority--;
    thread.boostUsed -= QUANTUM;
  }
}

/** A new base priority, without boost. */
export function setBasePriority(thread: Thread, priority: u32): void {
  const ready = thread.state == THREAD_READY;
  if (ready) withdraw(thread);
  thread.basePriority = priority;
  thread.priority = priority;
  if (ready) place(thread, false);
  else if (thread.state == THREAD_RUNNING) reconsider(thread);
}

/** Harts on which the thread may run, as bits; at least one of them takes part. */
export function setAffinity(thread: Thread, affinity: u32): void {
  const ready = thread.state == THREAD_READY;
  if (ready) withdraw(thread);
  thread.affinity = affinity;
  if (ready) place(thread, false);
  else if (thread.state == THREAD_RUNNING) reconsider(thread);
}

export function startQuantum(prcb: Prcb): void {
  if (prcb.quantumEnd != NEVER) return;
  prcb.quantumEnd = systemTime() + QUANTUM;
  armClock(prcb);
}

/** The harts that could run a queued thread after a turn of those that they run now. */
export function startQuanta(thread: Thread): void {
  for (let mask = thread.affinity & harts(); mask; mask &= mask - 1) {
    const prcb = prcbOf(ctz(mask));
    if (thread.priority >= prcb.current.basePriority) startQuantum(prcb);
  }
}

/** After the clock: the running thread has had its turn if somebody of its priority waits (N1.9b), and loses some of its boost. */
export function quantumEnd(prcb: Prcb): void {
  if (prcb.quantumEnd > systemTime()) return;
  prcb.quantumEnd = NEVER;
  const thread = prcb.current;
  if (thread.priority > thread.basePriority) chargeBoost(prcb);
  const best = bestReady();
  if (best >= <i32>thread.priority) prcb.switchWanted = true;
  else if (best >= <i32>thread.basePriority) startQuantum(prcb);
}
