/**
 * Three services each give a number after a while; this program has a
 * thread wait for each of them. Watch: the whole takes as long as the
 * slowest service, and costs a stack, a kernel thread and context switches
 * for every wait.
 */
import {
  Thread,
  cycles,
  microsecond,
  print,
  sleepBlocking,
} from 'nothread/guest';

const services = 3;

class Call {
  number: i32 = 0;

  constructor(readonly service: i32) {}
}

function getNumber(call: Call): void {
  sleepBlocking((call.service + 1) * 100 * microsecond);
  call.number = (call.service + 1) * 11;
}

export function main(): void {
  const began = cycles();
  const calls: Call[] = [];
  const threads: Thread[] = [];
  for (let service = 0; service < services; service++) {
    calls.push(new Call(service));
    threads.push(Thread.start(getNumber, calls[service]));
  }
  let sum = 0;
  for (let service = 0; service < services; service++) {
    threads[service].join();
    sum += calls[service].number;
  }
  print(`threads: ${sum} in ${cycles() - began} cycles`);
}
