/**
 * Three services each give a number after a while; each call is a generator
 * that yields the time at which it wants to be asked again. Watch: a loop
 * of a few lines is the whole scheduler, since a generator keeps its place
 * by itself; it sleeps until the earliest of the times, on one thread.
 */
import {
  cycles,
  microsecond,
  now,
  print,
  sleepBlocking,
} from 'nothread/guest';

const services = 3;
const numbers: i32[] = [];

function* getNumber(service: i32): Generator<i64> {
  yield now() + (service + 1) * 100 * microsecond;
  numbers.push((service + 1) * 11);
}

class Call {
  due: i64 = 0;

  constructor(readonly steps: Generator<i64>) {}
}

/** Ask whose time has come; false when all are done. */
function turn(calls: Call[]): bool {
  let earliest = i64.MAX_VALUE;
  for (const call of calls) {
    if (call.due <= now()) {
      const step = call.steps.next();
      call.due = step.done ? i64.MAX_VALUE : step.value;
    }
    earliest = min(earliest, call.due);
  }
  if (earliest == i64.MAX_VALUE) return false;
  sleepBlocking(earliest - now());
  return true;
}

export function main(): void {
  const began = cycles();
  const calls: Call[] = [];
  for (let service = 0; service < services; service++) {
    calls.push(new Call(getNumber(service)));
  }
  let turns = 1;
  while (turn(calls)) turns++;
  let sum = 0;
  for (const number of numbers) sum += number;
  print(`generators: ${sum} in ${cycles() - began} cycles`);
  print(`turns: ${turns}`);
}
