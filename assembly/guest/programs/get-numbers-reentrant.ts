/**
 * Three services each give a number after a while; one loop enters every
 * call again and again, and a call that cannot go on yet returns at once.
 * Watch: the result comes as early as with coroutines and nobody is woken,
 * but the hart is busy all the time; `entries` counts the calls in vain.
 */
import { cycles, microsecond, now, print } from 'nothread/guest';

const services = 3;

/** One call, which keeps in its fields what it has to know when it is entered again. */
class Call {
  number: i32 = 0;
  private due: i64 = 0;

  constructor(private readonly service: i32) {}

  /** Whether the number is there. */
  enter(): bool {
    if (this.number != 0) return true;
    if (this.due == 0) {
      this.due = now() + (this.service + 1) * 100 * microsecond;
    }
    if (now() < this.due) return false;
    this.number = (this.service + 1) * 11;
    return true;
  }
}

export function main(): void {
  const began = cycles();
  const calls: Call[] = [];
  for (let service = 0; service < services; service++)
    calls.push(new Call(service));
  let entries = 0;
  let ready = 0;
  while (ready < services) {
    ready = 0;
    for (const call of calls) {
      entries++;
      if (call.enter()) ready++;
    }
  }
  let sum = 0;
  for (const call of calls) sum += call.number;
  print(`reentrant: ${sum} in ${cycles() - began} cycles`);
  print(`entries: ${entries}`);
}
