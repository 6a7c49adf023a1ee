import {
  amoSwap,
  csrClear,
  csrRead,
  csrReadClear,
  csrSet,
  hint,
  mmioLoad32,
  mmioStore32,
} from '../rv';
import { TRACE_dpc_enter, TRACE_dpc_exit } from '../generated/trace';
import {
  DPC_ARG1,
  DPC_ARG2,
  DPC_CURRENT_ARG1,
  DPC_CURRENT_ARG2,
  DPC_DRAIN,
  DPC_FLUSH,
  DPC_FLUSHED,
  DPC_IMPORTANCE_MEDIUM,
  DPC_INSERT,
  DPC_POP,
  DPC_POP_THREADED,
  DPC_REMOVE,
  DPC_REQUEST,
  DPC_STATUS,
  DPC_STATUS_THREADED,
  DPC_TYPE_NORMAL,
  DPC_TYPE_THREADED,
} from '../generated/dpc';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { TIME } from '../hal/csr';
import { NEVER, systemTime } from '../hal/clock';
import { currentPrcb, currentThread, Prcb, prcbOf } from '../hal/prcb';
import { acquireDispatcher, releaseDispatcher } from './dispatcher';
import { createEvent, setEvent } from './event';
import { quantumEnd } from './priority';
import { harts } from './ready';
import { createSystemThread, PRIORITY_LEVELS, startThread } from './thread';
import { waitForObject } from './wait';
import { dereference } from '../ob/object';
import { bugCheck } from '../ps/fault';
import { expireTimers } from './timer';

/**
 * Deferred procedure calls over the hardware queue (N2.1 to N2.12): the unit links the records, decides about the interrupt and
 * adapts its thresholds; the executive only hands records over, and at DISPATCH takes them out and calls them.
 */

/** 20 s, as in the example of the bug check's page: 0x500 ticks of 15.6 ms. */
let dpcLimit: i32 = 200_000_000;
/** How long flushQueuedDpcs waits between two looks, in units of 100 ns. */
const FLUSH_POLL: u64 = 100;

/** The unit's record: 32 bytes. */
@unmanaged
export class Dpc {
  link: usize;
  type: u8;
  importance: u8;
  /** 0: the inserting hart; else hart + 1. */
  target: u16;
  queued: u32;
  /** Function index of (dpc: Dpc, context: usize, argument1: usize, argument2: usize) => void. */
  routine: u32;
  context: usize;
  argument1: usize;
  argument2: usize;
  sequence: u32;
}

/** Prepare a DPC: medium importance, no target, not queued; arguments stay as they are (S15). */
export function initializeDpc(dpc: Dpc, routine: u32, context: usize): void {
  dpc.link = 0;
  dpc.type = <u8>DPC_TYPE_NORMAL;
  dpc.importance = <u8>DPC_IMPORTANCE_MEDIUM;
  dpc.target = 0;
  dpc.queued = 0;
  dpc.routine = routine;
  dpc.context = context;
}

/** Queue a DPC with two arguments; false when it was queued already (N2.2). Any IRQL. */
export function insertDpc(dpc: Dpc, argument1: usize, argument2: usize): bool {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const page = currentPrcb().dpcPage;
  mmioStore32(page + DPC_ARG1, argument1);
  mmioStore32(page + DPC_ARG2, argument2);
  const queued = amoSwap(page + DPC_INSERT, changetype<usize>(dpc));
  csrSet(MSTATUS, enabled);
  return queued != 0;
}

/** Take a DPC off its queue; false when it was on none (N2.12). */
export function removeDpc(dpc: Dpc): bool {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const removed = amoSwap(currentPrcb().dpcPage + DPC_REMOVE, changetype<usize>(dpc));
  csrSet(MSTATUS, enabled);
  return removed != 0;
}

/**
 * The interrupt at DISPATCH (N1.9): the end of a quantum, expired timers, DPCs; a switch of threads follows when the interrupt
 * returns. Interrupts are off at entry and exit and on in between.
 */
export function dispatchInterrupt(prcb: Prcb): void {
  const page = prcb.dpcPage;
  mmioStore32(page + DPC_DRAIN, 1);
  mmioStore32(page + DPC_REQUEST, 0);
  csrSet(MSTATUS, MSTATUS_MIE);
  if (prcb.timersDue) {
    prcb.timersDue = false;
    acquireDispatcher();
    quantumEnd(prcb);
    expireTimers(prcb);
    releaseDispatcher();
  }
  drainQueue(prcb, page);
  if (changetype<usize>(prcb.dpcThread)) callThread(prcb);
  csrClear(MSTATUS, MSTATUS_MIE);
}

function drainQueue(prcb: Prcb, page: usize): void {
  for (;;) {
    const address = mmioLoad32(page + DPC_POP);
    if (address == 0) return;
    const dpc = changetype<Dpc>(address);
    prcb.dpcBegan = csrRead(TIME) | 1;
    hint(TRACE_dpc_enter, address);
    call_indirect<void>(
      dpc.routine,
      address,
      dpc.context,
      mmioLoad32(page + DPC_CURRENT_ARG1),
      mmioLoad32(page + DPC_CURRENT_ARG2),
    );
    hint(TRACE_dpc_exit, address);
    watchDpc(prcb);
    prcb.dpcBegan = 0;
  }
}

/** Has the DPC that runs on this hart run for too long? A bug check then (N2.16); at its end, and whenever the clock fires. */
export function watchDpc(prcb: Prcb): void {
  if (prcb.dpcBegan && <i32>(csrRead(TIME) - prcb.dpcBegan) > dpcLimit) {
    bugCheck('DPC watchdog violation on hart', prcb.hart);
  }
}

/** Longest time of a DPC, in units of 100 ns. */
export function setDpcLimit(limit: i32): void {
  dpcLimit = limit;
}

/**
 * Prepare a DPC that runs at PASSIVE in a thread of the highest priority of the hart that inserts it (N2.14); ordinary DPCs and
 * interrupts come before it. False without memory for the threads. At PASSIVE.
 */
export function initializeThreadedDpc(dpc: Dpc, routine: u32, context: usize): bool {
  initializeDpc(dpc, routine, context);
  dpc.type = <u8>DPC_TYPE_THREADED;
  for (let mask = harts(); mask; mask &= mask - 1) {
    if (!startDpcThread(prcbOf(ctz(mask)))) return false;
  }
  return true;
}

function startDpcThread(prcb: Prcb): bool {
  if (changetype<usize>(prcb.dpcThread)) return true;
  const event = createEvent(true, false);
  if (!changetype<usize>(event)) return false;
  const thread = createSystemThread(runThreadedDpcs.index, prcb.hart, PRIORITY_LEVELS - 1);
  if (!changetype<usize>(thread)) {
    dereference(event);
    return false;
  }
  thread.affinity = 1 << prcb.hart;
  prcb.dpcEvent = event;
  startThread(thread);
  prcb.dpcThread = thread;
  return true;
}

/** At the end of a drain: threaded DPCs wait for their thread. */
function callThread(prcb: Prcb): void {
  if (!(mmioLoad32(prcb.dpcPage + DPC_STATUS) & DPC_STATUS_THREADED)) return;
  acquireDispatcher();
  setEvent(prcb.dpcEvent, 0, 0);
  releaseDispatcher();
}

function runThreadedDpcs(hart: usize): void {
  const prcb = prcbOf(hart);
  for (;;) {
    waitForObject(prcb.dpcEvent, NEVER, 0);
    while (runThreadedDpc(prcb.dpcPage)) continue;
  }
}

function runThreadedDpc(page: usize): bool {
  csrClear(MSTATUS, MSTATUS_MIE);
  const address = mmioLoad32(page + DPC_POP_THREADED);
  const argument1 = mmioLoad32(page + DPC_CURRENT_ARG1);
  const argument2 = mmioLoad32(page + DPC_CURRENT_ARG2);
  csrSet(MSTATUS, MSTATUS_MIE);
  if (!address) return false;
  const dpc = changetype<Dpc>(address);
  hint(TRACE_dpc_enter, address);
  call_indirect<void>(dpc.routine, address, dpc.context, argument1, argument2);
  hint(TRACE_dpc_exit, address);
  return true;
}

/** Wait until all ordinary DPCs that are queued now, on any hart, have run (KeFlushQueuedDpcs, N2.12). At PASSIVE. */
export function flushQueuedDpcs(): void {
  const timer = currentThread().timer;
  for (let mask = harts(); mask; mask &= mask - 1) {
    const page = prcbOf(ctz(mask)).dpcPage;
    const ticket = mmioLoad32(page + DPC_FLUSH);
    while (!amoSwap(page + DPC_FLUSHED, ticket)) {
      waitForObject(timer, systemTime() + FLUSH_POLL, 0);
    }
  }
}
