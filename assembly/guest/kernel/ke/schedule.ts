import { csrClear, csrReadClear, csrSet, hint2, mmioLoad32, mmioStore32, wfi } from '../rv';
import { DPC_DEPTH, DPC_REQUEST } from '../generated/dpc';
import { swapContext } from '../asm';
import { TRACE_thread_ready, TRACE_thread_switch } from '../generated/trace';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { NEVER, systemTime } from '../hal/clock';
import { setIrql } from '../hal/irql';
import { currentPrcb, Prcb } from '../hal/prcb';
import {
  initializeList,
  insertHead,
  insertTail,
  isListEmpty,
  nextEntry,
  removeEntry,
} from './list';
import { PRIORITY_LEVELS, retireThread, Thread, THREAD_READY, THREAD_RUNNING } from './thread';
import { armClock } from './timer';

/**
 * The dispatcher: 32 ready queues, the best thread runs, equals take turns of one quantum. Everything here runs at
 * DISPATCH. The quantum is timed only while somebody of the same priority waits for the hart.
 */

/** 10 ms in units of 100 ns. */
const QUANTUM: u64 = 100_000;

const queues = memory.data(8 * 32, 8);
let readyMask: u32 = 0;

/** Empty all ready queues. */
export function initializeScheduler(): void {
  for (let level: u32 = 0; level < PRIORITY_LEVELS; level++) initializeList(queue(level));
}

function queue(priority: u32): usize {
  return queues + ((<usize>priority) << 3);
}

function readyEntry(thread: Thread): usize {
  return changetype<usize>(thread) + offsetof<Thread>('readyNext');
}

/** Let a thread compete for the hart; `operation` is the request that made it ready, or 0. */
export function readyThread(thread: Thread, operation: u32): void {
  hint2(TRACE_thread_ready, changetype<usize>(thread), operation);
  const prcb = currentPrcb();
  enqueue(thread, false);
  const running = prcb.current;
  if (thread.priority > running.priority) prcb.switchWanted = true;
  else if (thread.priority == running.priority) startQuantum(prcb);
}

function enqueue(thread: Thread, first: bool): void {
  const priority = thread.priority;
  thread.state = THREAD_READY;
  if (first) insertHead(queue(priority), readyEntry(thread));
  else insertTail(queue(priority), readyEntry(thread));
  readyMask |= 1 << priority;
}

function startQuantum(prcb: Prcb): void {
  if (prcb.quantumEnd != NEVER) return;
  prcb.quantumEnd = systemTime() + QUANTUM;
  armClock();
}

/** After the clock: the running thread has had its turn if somebody of its priority waits (N1.9b). */
export function quantumEnd(prcb: Prcb): void {
  if (prcb.quantumEnd > systemTime()) return;
  prcb.quantumEnd = NEVER;
  if (!isListEmpty(queue(prcb.current.priority))) prcb.switchWanted = true;
}

/** Highest priority of a ready thread, or −1. */
function bestReady(): i32 {
  return 31 - <i32>clz(readyMask);
}

/** Take the thread that shall run next out of its queue; the idle thread when none is ready. */
function selectThread(prcb: Prcb): Thread {
  const priority = bestReady();
  if (priority < 0) return prcb.idle;
  const head = queue(priority);
  const entry = nextEntry(head);
  removeEntry(entry);
  if (isListEmpty(head)) readyMask &= ~(1 << priority);
  return changetype<Thread>(entry - offsetof<Thread>('readyNext'));
}

/** Leave the running thread, whose state says why, for the best ready one. Returns when it runs again. */
export function swapThread(): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.current;
  const next = selectThread(prcb);
  prcb.switchWanted = false;
  next.state = THREAD_RUNNING;
  prcb.quantumEnd = NEVER;
  if (next != old) {
    hint2(TRACE_thread_switch, changetype<usize>(old), changetype<usize>(next));
    prcb.current = next;
    prcb.kernelStack = next.kernelStack;
    if (!isListEmpty(queue(next.priority))) startQuantum(prcb);
    swapContext(changetype<usize>(old) + offsetof<Thread>('saved'), next.saved);
    retireDead(currentPrcb());
  }
  csrSet(MSTATUS, enabled);
}

/** Put the running thread back into its queue and run the best one; then return at `level`. At DISPATCH. */
export function preemptThread(level: u32): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const thread = prcb.current;
  if (thread != prcb.idle) enqueue(thread, bestReady() > <i32>thread.priority);
  swapThread();
  setIrql(level);
  csrSet(MSTATUS, enabled);
}

/** Let another ready thread of at least the same priority run; false when there is none. At DISPATCH. */
export function yieldThread(): bool {
  const thread = currentPrcb().current;
  if (bestReady() < <i32>thread.priority) return false;
  enqueue(thread, false);
  swapThread();
  return true;
}

/** Free what the thread that has just ended could not free itself. */
export function retireDead(prcb: Prcb): void {
  const dead = prcb.dead;
  if (!changetype<usize>(dead)) return;
  prcb.dead = changetype<Thread>(0);
  retireThread(dead);
}

/** The idle thread: drain DPCs of low importance (N2.15), sleep until something happens. It is never on a queue. */
export function idleLoop(): void {
  const page = currentPrcb().dpcPage;
  for (;;) {
    csrClear(MSTATUS, MSTATUS_MIE);
    if (mmioLoad32(page + DPC_DEPTH)) mmioStore32(page + DPC_REQUEST, 1);
    wfi();
    csrSet(MSTATUS, MSTATUS_MIE);
  }
}
