import { hint2 } from '../rv';
import { TRACE_apc_queue, TRACE_apc_run } from '../generated/trace';
import { STATUS_KERNEL_APC, STATUS_USER_APC } from '../generated/syscalls';
import {
  APC_LEVEL,
  currentIrql,
  lowerCarefully,
  lowerIrql,
  PASSIVE_LEVEL,
  raiseCarefully,
  raiseIrql,
} from '../hal/irql';
import { currentThread } from '../hal/prcb';
import { lockDispatcher, unlockDispatcher } from './dispatcher';
import {
  initializeList,
  insertTail,
  isListEmpty,
  nextEntry,
  previousEntry,
  removeEntry,
  removeHead,
} from './list';
import { requestApc } from './schedule';
import { Thread, THREAD_RUNNING, THREAD_WAITING } from './thread';
import { interruptWait, WAIT_ALERTABLE } from './wait';

/**
 * Asynchronous procedure calls (N4.15): routines that run in a certain thread. A special kernel APC (without a normal routine) runs
 * its kernel routine at APC level as soon as the thread is below that level; a normal kernel APC runs its normal routine at
 * PASSIVE, one at a time; a user APC runs in user mode when the thread waits alertably (ke/userapc.ts). A kernel APC interrupts
 * a wait, which then begins again.
 */

@unmanaged
export class Apc {
  next: usize;
  previous: usize;
  thread: Thread;
  /** Function index of (apc: usize) => void: called first, at APC level; the record is the routine's from then on. 0 for none. */
  kernelRoutine: u32;
  /** Function index of (apc: usize) => void instead of all others when the thread ends first, or 0. */
  rundownRoutine: u32;
  /** Function index of (context, argument1, argument2) => void, or code address in user mode; 0 for a special APC. */
  normalRoutine: usize;
  normalContext: usize;
  argument1: usize;
  argument2: usize;
  user: bool;
  inserted: bool;
}

/** Bytes of an APC. */
export const APC_BYTES: usize = offsetof<Apc>();

export function initializeApc(
  apc: Apc,
  thread: Thread,
  kernelRoutine: u32,
  rundownRoutine: u32,
  normalRoutine: usize,
  user: bool,
  context: usize,
): void {
  apc.thread = thread;
  apc.kernelRoutine = kernelRoutine;
  apc.rundownRoutine = rundownRoutine;
  apc.normalRoutine = normalRoutine;
  apc.normalContext = context;
  apc.user = user;
  apc.inserted = false;
}

/** Prepare a thread's lists; it takes APCs from now until it ends. */
export function initializeApcs(thread: Thread): void {
  initializeList(kernelApcs(thread));
  initializeList(userApcs(thread));
  thread.takesApcs = true;
}

function kernelApcs(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('kernelApcNext');
}

function userApcs(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('userApcNext');
}

/**
 * Queue an APC (KeInsertQueueApc); false when it is queued already or its thread has ended. A wait that it interrupts raises the
 * thread's priority by `increment`. At most DISPATCH; when the thread is the caller's own, a kernel APC has run on return to PASSIVE.
 */
export function insertQueueApc(apc: Apc, argument1: usize, argument2: usize, increment: u32): bool {
  const old = lockDispatcher();
  const queued = insertApc(apc, argument1, argument2, increment);
  unlockDispatcher(old);
  return queued;
}

/** The same with the dispatcher locked. */
export function insertApc(apc: Apc, argument1: usize, argument2: usize, increment: u32): bool {
  const thread = apc.thread;
  if (apc.inserted || !thread.takesApcs) return false;
  hint2(TRACE_apc_queue, changetype<usize>(apc), changetype<usize>(thread));
  apc.inserted = true;
  apc.argument1 = argument1;
  apc.argument2 = argument2;
  enqueue(thread, apc);
  if (apc.user) callUser(thread, increment);
  else callKernel(thread, increment);
  return true;
}

/** Special APCs go before the normal ones; otherwise the order is that of insertion. */
function enqueue(thread: Thread, apc: Apc): void {
  if (apc.user) {
    insertTail(userApcs(thread), changetype<usize>(apc));
    return;
  }
  const head = kernelApcs(thread);
  let place = head;
  if (!apc.normalRoutine) {
    for (let last = previousEntry(head); last != head; last = previousEntry(last)) {
      if (!changetype<Apc>(last).normalRoutine) break;
      place = last;
    }
  }
  insertTail(place, changetype<usize>(apc));
}

function callKernel(thread: Thread, increment: u32): void {
  thread.kernelApcPending = true;
  if (thread.state == THREAD_RUNNING) requestApc(thread);
  else if (thread.state == THREAD_WAITING && canDeliver(thread, thread.waitIrql)) {
    interruptWait(thread, STATUS_KERNEL_APC, increment);
  }
}

function callUser(thread: Thread, increment: u32): void {
  if (thread.state != THREAD_WAITING || !(thread.waitMode & WAIT_ALERTABLE)) return;
  if (interruptWait(thread, STATUS_USER_APC, increment)) thread.userApcPending = true;
}

/** Could a thread at this level run a kernel APC that is queued to it? */
export function canDeliver(thread: Thread, irql: u32): bool {
  if (!thread.kernelApcPending || irql >= APC_LEVEL || thread.specialApcDisable) return false;
  const first = nextEntry(kernelApcs(thread));
  if (first == kernelApcs(thread)) return false;
  return !changetype<Apc>(first).normalRoutine || acceptsNormal(thread);
}

function acceptsNormal(thread: Thread): bool {
  return thread.kernelApcDisable == 0 && !thread.kernelApcInProgress;
}

/** Run the calling thread's kernel APCs. At APC level, with interrupts on. */
export function deliverKernelApcs(): void {
  const thread = currentThread();
  while (true) {
    const old = lockDispatcher();
    const found = takeKernelApc(thread);
    unlockDispatcher(old);
    if (!found) return;
    const apc = changetype<Apc>(found);
    const normal = <u32>apc.normalRoutine;
    const context = apc.normalContext;
    const argument1 = apc.argument1;
    const argument2 = apc.argument2;
    hint2(TRACE_apc_run, found, changetype<usize>(thread));
    if (apc.kernelRoutine) call_indirect<void>(apc.kernelRoutine, found);
    if (normal) runNormal(thread, normal, context, argument1, argument2);
  }
}

/** The next kernel APC that may run now, or 0. */
function takeKernelApc(thread: Thread): usize {
  const head = kernelApcs(thread);
  thread.kernelApcPending = !isListEmpty(head);
  if (!canDeliver(thread, PASSIVE_LEVEL)) return 0;
  const first = removeHead(head);
  changetype<Apc>(first).inserted = false;
  return first;
}

function runNormal(
  thread: Thread,
  routine: u32,
  context: usize,
  argument1: usize,
  argument2: usize,
): void {
  thread.kernelApcInProgress = true;
  lowerCarefully(PASSIVE_LEVEL);
  call_indirect<void>(routine, context, argument1, argument2);
  raiseCarefully(APC_LEVEL);
  thread.kernelApcInProgress = false;
}

/** Take an APC back (KeRemoveQueueApc); false when it was not queued. With the dispatcher locked. */
export function removeApc(apc: Apc): bool {
  const was = apc.inserted;
  apc.inserted = false;
  if (was) removeEntry(changetype<usize>(apc));
  return was;
}

export function hasUserApc(thread: Thread): bool {
  return !isListEmpty(userApcs(thread));
}

/** The oldest user APC of a thread, taken out, or 0. With the dispatcher locked. */
export function takeUserApc(thread: Thread): usize {
  const first = removeHead(userApcs(thread));
  if (first) changetype<Apc>(first).inserted = false;
  return first;
}

/** The thread ends: it takes no more APCs, and its user APCs are run down. At PASSIVE. */
export function rundownApcs(thread: Thread): void {
  let old = lockDispatcher();
  thread.takesApcs = false;
  let apc = takeUserApc(thread);
  while (apc) {
    const rundown = changetype<Apc>(apc).rundownRoutine;
    unlockDispatcher(old);
    if (rundown) call_indirect<void>(rundown, apc);
    old = lockDispatcher();
    apc = takeUserApc(thread);
  }
  unlockDispatcher(old);
}

/** From here to the matching leave no normal kernel APC runs in this thread; special ones do (S38). */
export function enterCriticalRegion(): void {
  currentThread().kernelApcDisable--;
}

export function leaveCriticalRegion(): void {
  const thread = currentThread();
  thread.kernelApcDisable++;
  deliverDeferred(thread);
}

/** From here to the matching leave no kernel APC runs in this thread. */
export function enterGuardedRegion(): void {
  currentThread().specialApcDisable--;
}

export function leaveGuardedRegion(): void {
  const thread = currentThread();
  thread.specialApcDisable++;
  deliverDeferred(thread);
}

function deliverDeferred(thread: Thread): void {
  if (!canDeliver(thread, currentIrql())) return;
  const old = raiseIrql(APC_LEVEL);
  deliverKernelApcs();
  lowerIrql(old);
}

/** Are normal kernel APCs held back in this thread (KeAreApcsDisabled)? */
export function areApcsDisabled(): bool {
  const thread = currentThread();
  return (thread.kernelApcDisable | thread.specialApcDisable) != 0;
}

/** Are all kernel APCs held back (KeAreAllApcsDisabled)? */
export function areAllApcsDisabled(): bool {
  return currentThread().specialApcDisable != 0 || currentIrql() >= APC_LEVEL;
}
