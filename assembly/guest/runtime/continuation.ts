/**
 * Continuations: what goes on when a wait is over. Every one has an address to call in word 0, which gets the continuation itself, and
 * a link for queues in word 7. A coroutine's frame is one as it is; the records here are for everything else.
 */
import {
  FILE_IO_COMPLETION_INFORMATION_context,
  FILE_IO_COMPLETION_INFORMATION_information,
  FILE_IO_COMPLETION_INFORMATION_key,
  FILE_IO_COMPLETION_INFORMATION_status,
} from './generated/syscalls';
import { allocateZeroed } from './heap';
import { HANDS_ON, resumeFrame, resumeLater, runFrame } from './scheduler';
import { LifetimeError } from './lifetime';
import { isCoroutine, placeOf } from './places';
import { codeAddress } from './rv';
import { SynchronizationContext } from './context';
import { AWAITED, DESCRIPTOR, WAITER, isOver } from './task';
import { thisThread } from './threadBlock';
import { uncaught } from './unwind';
import { deliverPacket } from './workers';

/** The rest of a computation that waits. It is to be run once. */
@unmanaged
export class Continuation {
  /** A continuation that calls `routine`: for state machines and callbacks. */
  static from(routine: () => void): Continuation {
    const call = (routine: usize): void => changetype<() => void>(routine)();
    return changetype<Continuation>(callItemOf(call, changetype<usize>(routine)));
  }

  /** Run it now if this thread may, or queue it for the pool. */
  resume(): void {
    expectWaiting(changetype<usize>(this));
    resumeFrame(changetype<usize>(this));
  }

  /** Queue it for the pool. */
  queue(): void {
    expectWaiting(changetype<usize>(this));
    resumeLater(changetype<usize>(this));
  }

  /** Run it on the calling thread: for schedulers of one's own. */
  run(): void {
    expectWaiting(changetype<usize>(this));
    runFrame(changetype<usize>(this));
  }
}

/** A continuation is run once: who runs it again would find a coroutine that has ended, or waits for something else. */
function expectWaiting(continuation: usize): void {
  const frame = frameBehind(continuation);
  if (!isCoroutine(frame)) {
    if (!load<usize>(frame)) throw new LifetimeError('A continuation was run twice');
    return;
  }
  const awaited = load<usize>(frame, AWAITED);
  if (isOver(load<usize>(frame, WAITER))) {
    throw new LifetimeError(`A continuation was run twice: ${placeOf(frame)} has ended`);
  }
  if (awaited && !isOver(load<usize>(awaited, WAITER))) {
    throw new LifetimeError(
      `A continuation was run twice: ${placeOf(frame)} waits for something else`,
    );
  }
}

/** A function to call with an argument, as a continuation; the first eight words are those of a task. */
export class WorkItem {
  private code: usize;
  private descriptor: usize;
  argument: usize;
  argument2: usize;
  argument3: usize;
  argument4: usize;
  argument5: usize;
  private link: usize;
}

/** An item for the function at a code address, which gets the item. Its words are written without notice, as those of frames. */
function newItem(code: usize): WorkItem {
  const item = allocateZeroed(offsetof<WorkItem>());
  store<usize>(item, code);
  return changetype<WorkItem>(item);
}

/** Code addresses of the functions that run the items made here; 0 before the first item. */
let callCode: usize = 0;
let postCode: usize = 0;
let packetCode: usize = 0;

function callItem(item: usize): void {
  const work = changetype<WorkItem>(item);
  try {
    changetype<(argument: usize) => void>(work.argument2)(work.argument);
  } catch (error) {
    uncaught(error);
  }
}

function postItem(item: usize): void {
  const work = changetype<WorkItem>(item);
  changetype<SynchronizationContext>(work.argument2).post(changetype<Continuation>(work.argument));
}

function runPacket(item: usize): void {
  const work = changetype<WorkItem>(item);
  deliverPacket(<u32>work.argument, work.argument2, <u32>work.argument3, <u32>work.argument4);
}

/** An item that does what the packet in an entry of the port is for. */
export function packetItem(entry: usize): usize {
  if (!packetCode) {
    const run = (item: usize): void => runPacket(item);
    packetCode = codeAddress(run.index);
  }
  const item = newItem(packetCode);
  item.argument = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_key);
  item.argument2 = load<usize>(entry + FILE_IO_COMPLETION_INFORMATION_context);
  item.argument3 = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_status);
  item.argument4 = load<u32>(entry + FILE_IO_COMPLETION_INFORMATION_information);
  return changetype<usize>(item);
}

/** Mark an item as one that only hands on what it holds: it runs wherever it is met. */
export function handingOn(item: usize): usize {
  store<usize>(item, HANDS_ON, DESCRIPTOR);
  return item;
}

/** Whether a continuation only hands another one to a context: then which one. */
export function contextOf(continuation: usize): usize {
  return postCode && load<usize>(continuation) == postCode
    ? changetype<usize>(changetype<WorkItem>(continuation).argument2)
    : 0;
}

/** The frame behind a continuation that hands it to a context. */
export function frameBehind(continuation: usize): usize {
  return contextOf(continuation) ? changetype<WorkItem>(continuation).argument : continuation;
}

/** A continuation that calls `routine` with `argument`. */
export function callItemOf(routine: (argument: usize) => void, argument: usize): usize {
  if (!callCode) {
    const call = (item: usize): void => callItem(item);
    callCode = codeAddress(call.index);
  }
  const item = newItem(callCode);
  item.argument = argument;
  item.argument2 = changetype<usize>(routine);
  return changetype<usize>(item);
}

/** A continuation that posts `continuation` to a context. */
export function postTo(context: SynchronizationContext, continuation: usize): usize {
  if (!postCode) {
    const post = (item: usize): void => postItem(item);
    postCode = codeAddress(post.index);
  }
  const item = newItem(postCode);
  item.argument = continuation;
  item.argument2 = changetype<usize>(context);
  return handingOn(changetype<usize>(item));
}

/** The continuation to register for a frame that waits on this thread: it goes back to the thread's context, if there is one. */
export function captureContext(frame: usize): usize {
  const context = thisThread().context;
  return context ? postTo(changetype<SynchronizationContext>(context), frame) : frame;
}
