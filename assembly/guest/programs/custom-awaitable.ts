/**
 * Any class with `isCompleted`, `onCompleted` and `getResult` can be
 * awaited. Watch: a countdown that resumes who waits when it reaches zero;
 * an await of one that is at zero already asks for nothing but the result.
 */
import { Awaitable, Continuation, print } from 'nothread/guest';

/** Reaches zero after some calls of `signal`. */
class Countdown extends Awaitable<i32> {
  /** How often somebody had to wait. */
  waits: i32 = 0;
  private waiting: Continuation[] = [];

  constructor(private left: i32) {
    super();
  }

  signal(): void {
    if (--this.left > 0) return;
    for (const continuation of this.waiting) continuation.resume();
    this.waiting = [];
  }

  get isCompleted(): bool {
    return this.left <= 0;
  }

  onCompleted(continuation: Continuation): void {
    this.waits++;
    this.waiting.push(continuation);
  }

  getResult(): i32 {
    return this.waits;
  }
}

async function waitFor(countdown: Countdown, name: string): Promise<void> {
  const waits = await countdown;
  print(`${name} goes on, ${waits} had to wait`);
}

export async function main(): Promise<void> {
  const countdown = new Countdown(2);
  const first = waitFor(countdown, 'first');
  const second = waitFor(countdown, 'second');
  countdown.signal();
  print('one signal: nobody goes on');
  countdown.signal();
  await first;
  await second;
  await waitFor(countdown, 'late');
}
