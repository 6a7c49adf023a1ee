/**
 * One thread, one queue: every continuation is a turn of the loop. Watch:
 * what two coroutines do between two awaits never mixes, although neither
 * takes a lock; and a turn that works for long holds up every other one.
 */
import {
  EventLoop,
  microsecond,
  now,
  print,
  sleep,
  spend,
  whenAll,
} from 'nothread/guest';

let inside = 0;
let collisions = 0;
let latest: i64 = 0;

async function count(rounds: i32): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const due = now() + 20 * microsecond;
    await sleep(20 * microsecond);
    if (++inside > 1) collisions++;
    spend(2000);
    inside--;
    latest = max(latest, now() - due);
  }
}

async function hold(): Promise<void> {
  await sleep(30 * microsecond);
  spend(200_000);
}

async function work(): Promise<i32> {
  await whenAll([count(8), count(8), count(8)]);
  print(`collisions: ${collisions}`);
  print(`latest turn: ${latest / microsecond} microseconds`);
  latest = 0;
  await whenAll([count(8), hold()]);
  print(`behind a long turn: ${latest / microsecond} microseconds`);
  return collisions;
}

export function main(): i32 {
  spend(1);
  const loop = new EventLoop();
  const result = loop.run(work);
  print(`turns: ${loop.turns}`);
  return result;
}
