/**
 * One producer fills its own queue, and four threads work. Watch: the
 * owner takes the newest item, which is still warm; the others have nothing
 * of their own and steal the oldest from the far end. Without stealing all
 * of it stays with the producer, and the pool looks on.
 */
import {
  AsyncSemaphore,
  ThreadPool,
  cycles,
  microsecond,
  print,
  sleepBlocking,
} from 'nothread/guest';

const items = 32;

function work(done: AsyncSemaphore): void {
  sleepBlocking(50 * microsecond);
  done.release();
}

/** Runs on a thread of the pool, so that `work` goes to its own queue. */
function produce(done: AsyncSemaphore): void {
  for (let item = 0; item < items; item++)
    ThreadPool.queue(work, done, true);
}

async function run(name: string): Promise<void> {
  const done = new AsyncSemaphore(0);
  const stolen = ThreadPool.steals;
  const own = ThreadPool.localTakes;
  const began = cycles();
  ThreadPool.queue(produce, done);
  for (let item = 0; item < items; item++) await done.wait();
  const elapsed = (cycles() - began) / 1000;
  print(
    `${name}: ${ThreadPool.localTakes - own} own, ${ThreadPool.steals - stolen} stolen, ${elapsed} microseconds`,
  );
}

export async function main(): Promise<void> {
  ThreadPool.setThreads(4);
  ThreadPool.stealing = false;
  await run('alone');
  ThreadPool.stealing = true;
  await run('stealing');
}
