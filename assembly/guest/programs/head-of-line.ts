/**
 * A slow customer in front of quick ones, on a pool of one thread. Watch:
 * if the slow one blocks the thread, everybody behind it waits as long; if
 * it awaits, they pass it; and if it computes, a second thread helps only
 * where there is a second hart (`--harts 2`).
 */
import {
  ThreadPool,
  microsecond,
  millisecond,
  now,
  parameter,
  print,
  sleep,
  sleepBlocking,
  spend,
  whenAll,
  yieldNow,
} from 'nothread/guest';

let began: i64 = 0;

async function quick(): Promise<i32> {
  await yieldNow();
  spend(2000);
  return ((now() - began) / microsecond) as i32;
}

async function blocks(): Promise<i32> {
  await yieldNow();
  sleepBlocking(millisecond);
  return 0;
}

async function awaits(): Promise<i32> {
  await yieldNow();
  await sleep(millisecond);
  return 0;
}

async function computes(): Promise<i32> {
  await yieldNow();
  spend(1_000_000);
  return 0;
}

async function measure(
  name: string,
  slow: () => Promise<i32>,
): Promise<void> {
  began = now();
  const all = [slow(), quick(), quick(), quick()];
  await whenAll(all);
  print(`behind one that ${name}: ${await all[3]} microseconds`);
}

export async function main(): Promise<void> {
  ThreadPool.setLimits(1, 1);
  ThreadPool.setThreads(parameter('workers', 1));
  spend(1);
  await measure('blocks', blocks);
  await measure('awaits', awaits);
  await measure('computes', computes);
}
