/**
 * Functions that block on a task, on the threads that the task needs to go
 * on. Watch: four callers hold all two threads of the pool, nothing moves,
 * and the pool adds one thread every 500 ms until one is free to complete
 * what the others wait for. With `--param compensation=1` it adds them at
 * once. With `--param context=1` a single-threaded loop waits for itself:
 * nobody can help there, and the runtime names the deadlock.
 */
import {
  AsyncSemaphore,
  EventLoop,
  ThreadPool,
  microsecond,
  millisecond,
  now,
  parameter,
  print,
  sleep,
} from 'nothread/guest';

const callers = 4;
const done = new AsyncSemaphore(0);

async function ask(): Promise<i32> {
  await sleep(50 * microsecond);
  return 11;
}

function caller(index: i32): void {
  print(`caller ${index}: ${ask().wait()}`);
  done.release();
}

async function starve(): Promise<void> {
  for (let index = 0; index < callers; index++)
    ThreadPool.queue(caller, index);
  for (let index = 0; index < callers; index++) await done.wait();
}

async function deadlock(): Promise<i32> {
  await sleep(10 * microsecond);
  // `ask` goes on in this loop, which is about to block.
  return ask().wait();
}

export function main(): void {
  ThreadPool.setLimits(2, 100);
  ThreadPool.blockingCompensation = parameter('compensation', 0) != 0;
  if (parameter('context', 0) != 0) {
    new EventLoop().run(deadlock);
    return;
  }
  const began = now();
  starve().wait();
  print(`after ${(now() - began) / millisecond} ms`);
  print(`${ThreadPool.injected} threads injected`);
  print(`${ThreadPool.compensated} threads in compensation`);
}
