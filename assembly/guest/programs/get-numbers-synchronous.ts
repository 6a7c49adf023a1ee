/**
 * Three services each give a number after a while; this program waits for
 * one after the other, with a thread that blocks. Watch: the times add up,
 * the thread does nothing meanwhile, and no completion port takes part.
 * The other get-numbers programs have the same result.
 */
import { cycles, microsecond, print, sleepBlocking } from 'nothread/guest';

const services = 3;

function getNumber(service: i32): i32 {
  sleepBlocking((service + 1) * 100 * microsecond);
  return (service + 1) * 11;
}

export function main(): void {
  const began = cycles();
  let sum = 0;
  for (let service = 0; service < services; service++) {
    sum += getNumber(service);
  }
  print(`synchronous: ${sum} in ${cycles() - began} cycles`);
}
