/**
 * Three services each give a number after a while. Watch: asked one after
 * the other they take the sum of their times, asked together the longest of
 * them. The work is the same; only the place of the `await` differs.
 */
import { cycles, microsecond, print, sleep, whenAll } from 'nothread/guest';

const services = 3;

async function getNumber(service: i32): Promise<i32> {
  await sleep((service + 1) * 100 * microsecond);
  return (service + 1) * 11;
}

async function oneAfterTheOther(): Promise<i32> {
  let sum = 0;
  for (let service = 0; service < services; service++) {
    sum += await getNumber(service);
  }
  return sum;
}

async function together(): Promise<i32> {
  const numbers: Promise<i32>[] = [];
  for (let service = 0; service < services; service++) {
    numbers.push(getNumber(service));
  }
  await whenAll(numbers);
  let sum = 0;
  for (const number of numbers) sum += await number;
  return sum;
}

export async function main(): Promise<void> {
  const began = cycles();
  const first = await oneAfterTheOther();
  const middle = cycles();
  const second = await together();
  const ended = cycles();
  print(`one after the other: ${first} in ${middle - began} cycles`);
  print(`together: ${second} in ${ended - middle} cycles`);
}
