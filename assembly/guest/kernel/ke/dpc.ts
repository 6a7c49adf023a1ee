import { amoSwap, csrClear, csrReadClear, csrSet, hint, mmioLoad32, mmioStore32 } from '../rv';
import { TRACE_dpc_enter, TRACE_dpc_exit } from '../generated/trace';
import {
  DPC_ARG1,
  DPC_ARG2,
  DPC_CURRENT_ARG1,
  DPC_CURRENT_ARG2,
  DPC_DRAIN,
  DPC_IMPORTANCE_MEDIUM,
  DPC_INSERT,
  DPC_POP,
  DPC_REMOVE,
  DPC_REQUEST,
  DPC_TYPE_NORMAL,
} from '../generated/dpc';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { currentPrcb, Prcb } from '../hal/prcb';
import { acquireDispatcher, releaseDispatcher } from './dispatcher';
import { quantumEnd } from './schedule';
import { expireTimers } from './timer';

/**
 * Deferred procedure calls over the hardware queue (N2.1 to N2.12): the unit links the records, decides about the interrupt and
 * adapts its thresholds; the executive only hands records over, and at DISPATCH takes them out and calls them.
 */

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
  drainQueue(page);
  csrClear(MSTATUS, MSTATUS_MIE);
}

function drainQueue(page: usize): void {
  for (;;) {
    const address = mmioLoad32(page + DPC_POP);
    if (address == 0) return;
    const dpc = changetype<Dpc>(address);
    hint(TRACE_dpc_enter, address);
    call_indirect<void>(
      dpc.routine,
      address,
      dpc.context,
      mmioLoad32(page + DPC_CURRENT_ARG1),
      mmioLoad32(page + DPC_CURRENT_ARG2),
    );
    hint(TRACE_dpc_exit, address);
  }
}
