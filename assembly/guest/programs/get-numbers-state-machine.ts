/**
 * Three services each give a number after a while; what `await` would do
 * is written out by hand. Watch: the object is the frame, `state` the place
 * where it goes on, and `step` is called once per completion; the compiler
 * makes the same of an async function, without the chance to forget a case.
 */
import {
  Continuation,
  TaskSource,
  cycles,
  microsecond,
  print,
  sleep,
  whenAll,
} from 'nothread/guest';

const services = 3;

class GetNumber {
  readonly result: TaskSource<i32> = new TaskSource<i32>();
  private state: i32 = 0;

  constructor(private readonly service: i32) {}

  step(): void {
    switch (this.state) {
      case 0: {
        this.state = 1;
        const wait = sleep((this.service + 1) * 100 * microsecond);
        wait.onCompleted(Continuation.from((): void => this.step()));
        break;
      }
      case 1:
        this.state = 2;
        this.result.complete((this.service + 1) * 11);
        break;
      default:
        throw new Error('The machine has ended');
    }
  }
}

export async function main(): Promise<void> {
  const began = cycles();
  const numbers: Promise<i32>[] = [];
  for (let service = 0; service < services; service++) {
    const machine = new GetNumber(service);
    machine.step();
    numbers.push(machine.result.task);
  }
  await whenAll(numbers);
  let sum = 0;
  for (const number of numbers) sum += await number;
  print(`state machine: ${sum} in ${cycles() - began} cycles`);
}
