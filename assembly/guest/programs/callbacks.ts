/**
 * Three steps, each of which doubles a number, or fails (-1) above 40, as
 * callbacks and with await. Watch: both take the same path through timer,
 * port and pool; with callbacks the steps nest, and an error has to be
 * handed on by each of them, while `catch` around the awaits sees it
 * wherever it came from.
 */
import {
  Continuation,
  TaskSource,
  microsecond,
  print,
  sleep,
} from 'nothread/guest';

/** Calls `then` with twice the value, later, or with −1 for a failure. */
function double(value: i32, then: (value: i32) => void): void {
  const wait = sleep(10 * microsecond);
  wait.onCompleted(
    Continuation.from((): void => then(value > 40 ? -1 : value * 2)),
  );
}

function withCallbacks(value: i32): Promise<i32> {
  const done = new TaskSource<i32>();
  double(value, (two: i32): void => {
    if (two < 0) return done.complete(two);
    double(two, (four: i32): void => {
      if (four < 0) return done.complete(four);
      double(four, (eight: i32): void => done.complete(eight));
    });
  });
  return done.task;
}

async function doubled(value: i32): Promise<i32> {
  await sleep(10 * microsecond);
  if (value > 40) throw new Error('too large');
  return value * 2;
}

async function withAwait(value: i32): Promise<i32> {
  try {
    return await doubled(await doubled(await doubled(value)));
  } catch (error) {
    return -1;
  }
}

export async function main(): Promise<void> {
  for (const value of [5, 30]) {
    print(`${value}, callbacks: ${await withCallbacks(value)}`);
    print(`${value}, await: ${await withAwait(value)}`);
  }
}
