/**
 * Who owns what, and until when. A buffer of a pending request is the kernel's, and a handle belongs to who waits with it; to give them
 * back meanwhile is caught here, with both owners. Coroutines that still wait when the program ends are leaks, which are reported.
 */
import { write } from './console';
import { frameBehind } from './continuation';
import { Handle } from './handle';
import { ObjectWait } from './objectWait';
import { FRAME_ID } from './pages';
import { parameter } from './parameter';
import { callText, isCoroutine, isService, led, placeOf } from './places';
import { pool } from './poolState';
import { Request } from './request';
import { NEXT_LIVE, liveTasks } from './liveTasks';
import { AWAITED, WAITER, isOver } from './task';
import { ThreadBlock } from './threadBlock';
import { Timer } from './timer';

/** What a buffer is filled with when it is given back. */
const poison: u8 = 0xdd;
/** The class id of an object stands in front of it. */
const ID_OFFSET: usize = 8;
/** In place of the number of coroutines at a place: they are the runtime's own. */
const SERVICE: i32 = -1;
/** Places of leaked coroutines that are named. */
const mostPlaces: i32 = 10;

/** Something was given back while somebody else still had it, or used after it was given back. */
export class LifetimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LifetimeError';
  }
}

/** Give a buffer back. Throws if the kernel has it. */
export function release(buffer: Uint8Array): void {
  const start = buffer.dataStart;
  const end = start + buffer.length;
  for (let task = firstPending(); task; task = nextPending(task)) {
    const request = requestOf(task);
    if (request && request.buffer < end && start < request.buffer + request.bytes) {
      throw new LifetimeError(`A buffer was released that ${request.describe('has', task)}`);
    }
  }
  buffer.fill(poison);
}

/** Who uses a handle, in words. */
export function findUser(handle: Handle): string {
  for (let task = firstPending(); task; task = nextPending(task)) {
    const request = requestOf(task);
    if (request && request.handle === handle) return request.describe('uses', task);
    const wait = waitOf(task);
    if (wait && wait.handle === handle) return wait.describe();
  }
  for (let place = pool.threads; place; place = changetype<ThreadBlock>(place).next) {
    const thread = changetype<ThreadBlock>(place);
    if (thread.uses != changetype<usize>(handle)) continue;
    const call = callText(thread.place, thread.placeLine);
    return `thread ${thread.number} waits for${led(', at ', call)}`;
  }
  return 'a request uses';
}

/** The first task that is not over and has an owner other than the program; 0 if there is none. */
function firstPending(): usize {
  return pendingFrom(load<usize>(liveTasks, NEXT_LIVE));
}

function nextPending(task: usize): usize {
  return pendingFrom(load<usize>(task, NEXT_LIVE));
}

function pendingFrom(task: usize): usize {
  while (task && task != liveTasks) {
    if (!isCoroutine(task) && load<usize>(task, AWAITED)) return task;
    task = load<usize>(task, NEXT_LIVE);
  }
  return 0;
}

/** The request that completes a task, if it is one. */
function requestOf(task: usize): Request | null {
  const owner = load<usize>(task, AWAITED);
  const id = load<u32>(owner - ID_OFFSET);
  if (id == idof<Timer>() || id == idof<ObjectWait>() || id == FRAME_ID) return null;
  return changetype<Request>(owner);
}

/** The wait that completes a task, if it is one. */
function waitOf(task: usize): ObjectWait | null {
  const owner = load<usize>(task, AWAITED);
  return load<u32>(owner - ID_OFFSET) == idof<ObjectWait>() ? changetype<ObjectWait>(owner) : null;
}

/** `serve (echo.ts:12)`: the nearest coroutine of the program that waits for a task; empty if there is none. */
export function awaiterOf(task: usize): string {
  let waiter = load<usize>(task, WAITER);
  while (waiter && !isOver(waiter)) {
    const frame = frameBehind(waiter);
    if (!isCoroutine(frame)) return '';
    if (!isService(frame)) return placeOf(frame);
    waiter = load<usize>(frame, WAITER);
  }
  return '';
}

/** Report the coroutines of the program that nobody will go on with, and where they wait. */
export function reportLeaks(): void {
  if (!parameter('lifetime', 1)) return;
  const places = new Map<usize, i32>();
  const first: usize[] = [];
  let leaked = 0;
  let task = load<usize>(liveTasks, NEXT_LIVE);
  for (; task && task != liveTasks; task = load<usize>(task, NEXT_LIVE)) {
    // One that runs has no address to go on at.
    const address = load<usize>(task);
    if (!isCoroutine(task) || !address) continue;
    if (!places.has(address)) {
      places.set(address, isService(task) ? SERVICE : 0);
      if (!isService(task)) first.push(task);
    }
    const count = places.get(address);
    if (count == SERVICE) continue;
    places.set(address, count + 1);
    leaked++;
  }
  if (leaked == 0) return;
  write(`leaked tasks: ${leaked}\n`);
  for (let index = 0; index < first.length && index < mostPlaces; index++) {
    const count = places.get(load<usize>(first[index]));
    write(`    at ${placeOf(first[index])}${count > 1 ? `, ${count} times` : ''}\n`);
  }
}
