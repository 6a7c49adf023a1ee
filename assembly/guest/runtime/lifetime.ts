/**
 * Who owns what, and until when. A buffer of a pending request is the kernel's; to give it back meanwhile is caught here, with both
 * owners. Coroutines that still wait when the program ends are leaks, which a run with `--param lifetime=1` reports.
 */
import { write } from './console';
import { frameBehind } from './continuation';
import { ObjectWait } from './objectWait';
import { parameter } from './parameter';
import { Request } from './request';
import { AWAITED, DESCRIPTOR, NEXT_LIVE, WAITER, isOver, liveTasks } from './task';
import { Timer } from './timer';

/** What a buffer is filled with when it is given back. */
const poison: u8 = 0xdd;
/** The class id of an object stands in front of it. */
const ID_OFFSET: usize = 8;

/** Something was given back while somebody else still had it, or used after it was given back. */
export class LifetimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LifetimeError';
  }
}

/** Give a buffer back. Throws if the kernel has it. */
export function release(buffer: Uint8Array): void {
  const request = ownerOf(buffer.dataStart, buffer.dataStart + buffer.length);
  if (request) throw new LifetimeError('A buffer was released that ' + describe(request));
  buffer.fill(poison);
}

/** The pending task whose request has bytes from `start` to `end`; 0 if there is none. */
function ownerOf(start: usize, end: usize): usize {
  let task = load<usize>(liveTasks, NEXT_LIVE);
  for (; task && task != liveTasks; task = load<usize>(task, NEXT_LIVE)) {
    const owner = load<usize>(task, AWAITED);
    if (load<usize>(task, DESCRIPTOR) || !owner) continue;
    const id = load<u32>(owner - ID_OFFSET);
    if (id == idof<Timer>() || id == idof<ObjectWait>()) continue;
    const request = changetype<Request>(owner);
    if (request.buffer < end && start < request.buffer + request.bytes) return task;
  }
  return 0;
}

function describe(task: usize): string {
  const operation = changetype<Request>(load<usize>(task, AWAITED)).operation;
  const waiter = load<usize>(task, WAITER);
  const frame = waiter && !isOver(waiter) ? frameBehind(waiter) : 0;
  const who = frame ? ', for the coroutine that goes on at 0x' + load<u32>(frame).toString(16) : '';
  return 'request ' + operation.toString() + ' of the kernel has' + who;
}

/** Coroutines of the runtime itself, which never end. */
let service: u32 = 0;

/** The coroutines that live now are the runtime's. */
export function countService(): void {
  service = suspendedCoroutines();
}

function suspendedCoroutines(): u32 {
  let count: u32 = 0;
  let task = load<usize>(liveTasks, NEXT_LIVE);
  for (; task && task != liveTasks; task = load<usize>(task, NEXT_LIVE)) {
    // One that runs has no address to go on at.
    if (load<usize>(task, DESCRIPTOR) && load<usize>(task)) count++;
  }
  return count;
}

/** Report the coroutines that nobody will go on with. */
export function reportLeaks(): void {
  if (!parameter('lifetime', 0)) return;
  const leaked = <i32>(suspendedCoroutines() - service);
  if (leaked > 0) write('leaked tasks: ' + leaked.toString() + '\n');
}
