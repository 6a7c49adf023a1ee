/**
 * A request against a clock: two mirrors are asked, and the first answer
 * counts. Watch: `whenAny` resumes with the first completion; the slower
 * mirror goes on and is awaited at the end, because nobody cancels it.
 */
import {
  microsecond,
  print,
  sleep,
  whenAll,
  whenAny,
} from 'nothread/guest';

async function ask(mirror: string, delay: i64): Promise<string> {
  await sleep(delay);
  print(`${mirror} answers`);
  return mirror;
}

export async function main(): Promise<void> {
  const mirrors = [
    ask('far mirror', 400 * microsecond),
    ask('near mirror', 150 * microsecond),
  ];
  const first = await whenAny(mirrors);
  print(`taken: ${await mirrors[first]}`);

  const limit = sleep(100 * microsecond);
  const late: Promise<void>[] = [limit, whenAll(mirrors)];
  if ((await whenAny(late)) == 0) print('the other one is late');
  await whenAll(mirrors);
}
