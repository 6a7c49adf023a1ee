/**
 * A lookup with a cache. Watch: the first lookup suspends and comes back
 * through timer, port and thread; the others find their result in a task
 * that is completed, and `await` goes on at once, without a system call.
 */
import { cycles, microsecond, print, sleep } from 'nothread/guest';

const cache = new Map<string, Promise<i32>>();

async function compute(name: string): Promise<i32> {
  await sleep(50 * microsecond);
  return name.length;
}

/** Not async itself: whoever asks awaits the same task. */
function lookUp(name: string): Promise<i32> {
  if (!cache.has(name)) cache.set(name, compute(name));
  return cache.get(name);
}

export async function main(): Promise<void> {
  for (let round = 1; round <= 3; round++) {
    const began = cycles();
    const value = await lookUp('a name that is looked up');
    print(`round ${round}: ${value} after ${cycles() - began} cycles`);
  }
}
