/**
 * Blocking a thread until a task is over, and the two ways in which that goes wrong: workers that block each other, for which the pool
 * compensates (gate.ts), and a context that waits for what only it can run (N7.14), which is found here.
 */
import { fatal } from './abort';
import { callItemOf, contextOf, frameBehind, handingOn } from './continuation';
import { beginBlocking, endBlocking } from './gate';
import { SYS_NtCreateEvent, SYS_NtSetEvent, SYS_NtWaitForSingleObject } from './generated/syscalls';
import { timeLow } from './rv';
import { placeOf } from './places';
import { HANDS_ON } from './scheduler';
import { require } from './require';
import { system } from './system';
import { addWaiter } from './awaiting';
import { AWAITED, DESCRIPTOR, LINK, WAITER, isOver } from './task';
import { ThreadBlock, thisThread } from './threadBlock';
import { ensureWorker } from './workers';

const synchronizationEvent: u32 = 1;
/** Longest chain of awaiters that is looked at. */
const maximumHops: u32 = 10_000;

/** Block the calling thread until `task` is over. */
export function blockOn(task: usize): void {
  if (isOver(load<usize>(task, WAITER))) return;
  const thread = thisThread();
  if (thread.context) refuseDeadlock(task, thread.context);
  ensureWorker();
  if (!thread.event) thread.event = newEvent();
  const signal = handingOn(callItemOf((event: usize): void => setEvent(event), thread.event));
  if (!addWaiter(task, signal)) return;
  thread.waitingFor = task;
  thread.since = timeLow();
  beginBlocking();
  system(SYS_NtWaitForSingleObject, thread.event, 0, 0);
  endBlocking();
  thread.waitingFor = 0;
}

function setEvent(event: usize): void {
  system(SYS_NtSetEvent, event, 0);
}

function newEvent(): u32 {
  const handle = thisThread().scratch;
  require(system(SYS_NtCreateEvent, handle, synchronizationEvent, 0), 'Cannot create an event');
  return load<u32>(handle);
}

/** End the program if the task waits for a continuation that only this thread can run. */
function refuseDeadlock(task: usize, context: usize): void {
  for (let hop: u32 = 0; hop < maximumHops; hop++) {
    const awaited = load<usize>(task, AWAITED);
    // A task that is no coroutine is completed from outside.
    if (load<usize>(task, DESCRIPTOR) <= HANDS_ON || !awaited) return;
    if (continuesIn(context, task, awaited)) {
      fatal(
        `Deadlock: this thread blocks on a task, and ${placeOf(task)} of that task must continue on this thread`,
      );
    }
    task = awaited;
  }
}

/** Whether the frame continues in the context when what it awaits is over. */
function continuesIn(context: usize, frame: usize, awaited: usize): bool {
  let waiter = load<usize>(awaited, WAITER);
  while (waiter && !isOver(waiter)) {
    if (frameBehind(waiter) == frame) return contextOf(waiter) == context;
    waiter = load<usize>(waiter, LINK);
  }
  // It is over: the frame has been posted already.
  return isOver(waiter);
}
