/**
 * A lookup with a cache. Watch: the first lookup suspends and comes back
 * through timer, port and thread; the others find their result in a task
 * that is completed, and `await` goes on at once, without a system call and
 * without memory. An async function that is called anew for each lookup
 * costs none either while it ends without being suspended: its frame is
 * taken from the heap once and used again.
 */
import { Memory, cycles, microsecond, print, sleep } from 'nothread/guest';

const tasks = new Map<string, Promise<i32>>();
const values = new Map<string, i32>();

async function compute(name: string): Promise<i32> {
  await sleep(50 * microsecond);
  return name.length;
}

/** Not async itself: whoever asks awaits the same task. */
function lookUpTask(name: string): Promise<i32> {
  if (!tasks.has(name)) tasks.set(name, compute(name));
  return tasks.get(name);
}

/** Async: every call has a task of its own. */
async function lookUpValue(name: string): Promise<i32> {
  if (!values.has(name)) values.set(name, await compute(name));
  return values.get(name);
}

function report(
  what: string,
  round: i32,
  value: i32,
  cycles: u64,
  bytes: u32,
): void {
  print(
    `${what} ${round}: ${value} after ${cycles} cycles, ${bytes} bytes`,
  );
}

export async function main(): Promise<void> {
  const name = 'a name that is looked up';
  for (let round = 1; round <= 3; round++) {
    const used = Memory.used;
    const began = cycles();
    const value = await lookUpTask(name);
    report('task', round, value, cycles() - began, Memory.used - used);
  }
  for (let round = 1; round <= 3; round++) {
    const used = Memory.used;
    const began = cycles();
    const value = await lookUpValue(name);
    report('call', round, value, cycles() - began, Memory.used - used);
  }
}
