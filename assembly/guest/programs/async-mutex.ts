/**
 * Four coroutines add to one balance, and wait in the middle of it. Watch:
 * without the mutex they overwrite each other although there is one thread;
 * with it they pass in the order in which they came, and no thread blocks.
 * A mutex of threads will not do: it belongs to the thread that locked it,
 * and refuses to be unlocked by the one on which the coroutine goes on.
 */
import {
  AsyncMutex,
  Mutex,
  Thread,
  microsecond,
  print,
  sleep,
  whenAll,
} from 'nothread/guest';

const mutex = new AsyncMutex();
let balance = 0;

async function add(amount: i32): Promise<void> {
  const before = balance;
  await sleep(20 * microsecond);
  balance = before + amount;
}

async function addAlone(amount: i32): Promise<void> {
  await mutex.lock();
  await add(amount);
  mutex.unlock();
}

function unlock(mutex: Mutex): void {
  try {
    mutex.unlock();
  } catch (error) {
    print(`by another thread: ${error.message}`);
  }
}

export async function main(): Promise<void> {
  await whenAll([add(1), add(10), add(100), add(1000)]);
  print(`without the mutex: ${balance} of 1111`);
  balance = 0;
  await whenAll([addAlone(1), addAlone(10), addAlone(100), addAlone(1000)]);
  print(`with the mutex: ${balance} of 1111`);

  const ofThreads = new Mutex();
  ofThreads.lock();
  Thread.start(unlock, ofThreads).join();
  ofThreads.unlock();
}
