/**
 * Three tasks sleep at the same time on one thread. Watch: the whole takes
 * as long as the longest sleep, not as long as all of them together;
 * nothing runs in between, and the machine jumps from timer to timer.
 */
import { console, microsecond, now, sleep, whenAll } from 'nothread/guest';

async function greet(name: string, delay: i64): Promise<i32> {
  await sleep(delay);
  console.log(`hello, ${name}`);
  return name.length;
}

export async function main(): Promise<void> {
  const began = now();
  const greetings = [
    greet('third', 300 * microsecond),
    greet('first', 100 * microsecond),
    greet('second', 200 * microsecond),
  ];
  await whenAll(greetings);

  let letters = 0;
  // These awaits do not suspend: the results are there.
  for (let index = 0; index < greetings.length; index++)
    letters += await greetings[index];
  const elapsed = (now() - began) / microsecond;
  console.log(`${letters} letters in ${elapsed} microseconds`);
}
