import { systemTime, setClock, NEVER } from '../hal/clock';
import { currentPrcb, currentThread, Prcb } from '../hal/prcb';
import { allocate, free } from '../mm/pool';
import { dereference, reference } from '../ob/object';
import { Dpc, insertDpc } from './dpc';
import { Apc, initializeApc, insertApc, removeApc } from './apc';
import {
  initializeObject,
  KernelObject,
  TYPE_NOTIFICATION_TIMER,
  TYPE_SYNCHRONIZATION_TIMER,
} from './object';
import { Thread } from './thread';
import { signalObject, timeOut } from './wait';

/**
 * Timers: a pairing heap by due time (ties by order of setting), which holds any number of them and costs nothing while
 * nothing is due; each hart has one for the timers set there, and its clock is set to the root. At expiry a timer is signalled, its DPC and its APC are queued; the timer of a wait ends the
 * wait. Everything here runs with the dispatcher locked.
 */

/** Ticks of 100 ns in a millisecond. */
const MILLISECOND: u64 = 10_000;

@unmanaged
export class Timer extends KernelObject {
  due: u64;
  /** Ties of `due` are broken by this. */
  sequence: u32;
  /** Milliseconds between expiries, or 0. */
  period: u32;
  /** Heap: first child; next sibling; previous sibling, or parent of a first child. */
  child: usize;
  sibling: usize;
  previous: usize;
  inserted: bool;
  /** The hart in whose heap it is. */
  owner: Prcb;
  /** Thread whose wait this timer limits, or 0. */
  thread: usize;
  /** DPC to queue at expiry, or 0. */
  dpc: usize;
  /** Of a program's timer: its user APC, and the thread (referenced) to which it goes at expiry, or null. */
  apc: Apc;
  apcThread: Thread;
}

const APC_OFFSET: usize = offsetof<Timer>();
/** Bytes of a program's timer. */
const TIMER_OBJECT_BYTES: usize = APC_OFFSET + offsetof<Apc>();

let sequence: u32 = 0;

/** Prepare a zeroed timer: not signalled, not set. */
export function initializeTimer(timer: Timer, synchronization: bool): void {
  const type = synchronization ? TYPE_SYNCHRONIZATION_TIMER : TYPE_NOTIFICATION_TIMER;
  initializeObject(timer, type, 0);
}

/** Set a timer to a moment; one that was set is set anew. */
export function setTimer(timer: Timer, due: u64, period: u32): void {
  cancelTimer(timer);
  timer.signal = 0;
  timer.due = due;
  timer.period = period;
  insertTimer(timer);
  armClock(currentPrcb());
}

/** Take a timer back; false when it was not set. */
export function cancelTimer(timer: Timer): bool {
  if (!timer.inserted) return false;
  detach(changetype<usize>(timer));
  return true;
}

/** A timer for programs, or null. */
export function createTimer(synchronization: bool): Timer {
  const address = allocate(TIMER_OBJECT_BYTES);
  const timer = changetype<Timer>(address);
  if (!address) return timer;
  initializeTimer(timer, synchronization);
  timer.apc = changetype<Apc>(address + APC_OFFSET);
  return timer;
}

/** Let a timer queue a user APC to the calling thread at each expiry; routine 0 for none. Its former APC is taken back (S28). */
export function setTimerApc(timer: Timer, routine: usize, context: usize): void {
  removeTimerApc(timer);
  if (!routine) return;
  const thread = currentThread();
  initializeApc(timer.apc, thread, 0, 0, routine, true, context);
  timer.apcThread = thread;
  reference(thread);
}

/** Take a timer's APC back for good. */
export function removeTimerApc(timer: Timer): void {
  const thread = timer.apcThread;
  if (!changetype<usize>(thread)) return;
  timer.apcThread = changetype<Thread>(0);
  removeApc(timer.apc);
  dereference(thread);
}

export function deleteTimer(timer: Timer): void {
  free(changetype<usize>(timer), TIMER_OBJECT_BYTES);
}

function insertTimer(timer: Timer): void {
  timer.sequence = sequence++;
  timer.inserted = true;
  timer.child = 0;
  timer.sibling = 0;
  timer.previous = 0;
  const prcb = currentPrcb();
  timer.owner = prcb;
  const root = prcb.timers;
  prcb.timers = root ? meld(root, changetype<usize>(timer)) : changetype<usize>(timer);
}

function isBefore(a: Timer, b: Timer): bool {
  return a.due < b.due || (a.due == b.due && <i32>(a.sequence - b.sequence) < 0);
}

/** Join two heaps: the later root becomes the first child of the earlier. */
function meld(a: usize, b: usize): usize {
  if (isBefore(changetype<Timer>(b), changetype<Timer>(a))) {
    const swap = a;
    a = b;
    b = swap;
  }
  const parent = changetype<Timer>(a);
  const child = changetype<Timer>(b);
  child.sibling = parent.child;
  if (parent.child) changetype<Timer>(parent.child).previous = b;
  child.previous = a;
  parent.child = b;
  return a;
}

/** Join the children of a removed node: in pairs from the left, then all from the right. */
function meldSiblings(first: usize): usize {
  let pairs: usize = 0;
  while (first) {
    const second = changetype<Timer>(first).sibling;
    const rest: usize = second ? changetype<Timer>(second).sibling : 0;
    changetype<Timer>(first).sibling = 0;
    let joined = first;
    if (second) {
      changetype<Timer>(second).sibling = 0;
      joined = meld(first, second);
    }
    changetype<Timer>(joined).previous = pairs;
    pairs = joined;
    first = rest;
  }
  let heap: usize = 0;
  while (pairs) {
    const rest = changetype<Timer>(pairs).previous;
    changetype<Timer>(pairs).previous = 0;
    heap = heap ? meld(heap, pairs) : pairs;
    pairs = rest;
  }
  return heap;
}

function detach(node: usize): void {
  const timer = changetype<Timer>(node);
  const heap = meldSiblings(timer.child);
  timer.child = 0;
  timer.inserted = false;
  const prcb = timer.owner;
  if (node == prcb.timers) {
    prcb.timers = heap;
    return;
  }
  const previous = changetype<Timer>(timer.previous);
  if (previous.child == node) previous.child = timer.sibling;
  else previous.sibling = timer.sibling;
  if (timer.sibling) changetype<Timer>(timer.sibling).previous = timer.previous;
  if (heap) prcb.timers = meld(prcb.timers, heap);
}

/** Set a hart's clock to whatever is due first there. */
export function armClock(prcb: Prcb): void {
  const root = prcb.timers;
  const first = root ? changetype<Timer>(root).due : NEVER;
  const quantum = prcb.quantumEnd;
  setClock(prcb, first < quantum ? first : quantum);
}

/** Expire all timers of this hart that are due, in order (N2.9). */
export function expireTimers(prcb: Prcb): void {
  const now = systemTime();
  while (prcb.timers && changetype<Timer>(prcb.timers).due <= now) {
    const timer = changetype<Timer>(prcb.timers);
    detach(prcb.timers);
    expire(timer);
  }
  armClock(prcb);
}

function expire(timer: Timer): void {
  if (timer.thread) {
    timeOut(changetype<Thread>(timer.thread));
    return;
  }
  const due = timer.due;
  timer.signal = 1;
  if (timer.period) {
    timer.due += <u64>timer.period * MILLISECOND;
    insertTimer(timer);
  }
  signalObject(timer, 0, 0);
  if (timer.dpc) insertDpc(changetype<Dpc>(timer.dpc), 0, 0);
  if (changetype<usize>(timer.apcThread)) insertApc(timer.apc, <usize>due, <usize>(due >> 32), 0);
}
