/**
 * Four threads wait at a completion port that lets one of them run. Watch:
 * packets that come together are taken one after the other, by the thread
 * that waited last; but when the running thread blocks elsewhere, the port
 * lets another one go, and for a moment two have been let in.
 */
import {
  CompletionPort,
  Thread,
  microsecond,
  parameter,
  print,
  sleepBlocking,
  spend,
} from 'nothread/guest';

const workers = 4;
const packets: u32 = 8;
const limit = parameter('limit', 1);

const port = new CompletionPort(limit);
let running = 0;
let most = 0;
let handled: u32 = 0;
let blocks = false;
let order = '';

function work(worker: i32): void {
  while (true) {
    const packet = port.remove();
    if (packet < 0) return;
    running++;
    most = max(most, running);
    order += worker.toString();
    spend(5000);
    if (blocks) sleepBlocking(20 * microsecond);
    running--;
    handled++;
  }
}

function burst(name: string): void {
  handled = 0;
  most = 0;
  order = '';
  for (let packet: u32 = 0; packet < packets; packet++) port.post(packet);
  while (handled < packets) sleepBlocking(50 * microsecond);
  print(`${name}: at most ${most} let in at once, by threads ${order}`);
}

export function main(): void {
  spend(1);
  for (let worker = 0; worker < workers; worker++)
    Thread.start(work, worker);
  sleepBlocking(100 * microsecond);
  burst('computing');
  blocks = true;
  burst('blocking');
  port.close();
}
