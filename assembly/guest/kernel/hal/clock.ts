import { csrRead, mmioStore32 } from '../rv';
import { DPC_REQUEST } from '../generated/dpc';
import { TIME, TIMEH } from './csr';
import { currentPrcb, Prcb } from './prcb';
import { watchDpc } from '../ke/dpc';

/**
 * The clock: mtime counts 100 ns, NT's unit of time. There is no periodic tick: mtimecmp is set to the next moment at which
 * something is due, a timer or the end of a quantum, so that an idle machine has no events.
 */

/** A moment that never comes. */
export const NEVER: u64 = u64.MAX_VALUE;

/** 100 ns since reset. */
export function systemTime(): u64 {
  let high: u32;
  let low: u32;
  do {
    high = csrRead(TIMEH);
    low = csrRead(TIME);
  } while (csrRead(TIMEH) != high);
  return ((<u64>high) << 32) | (<u64>low);
}

/** Let the clock interrupt a hart at a moment. */
export function setClock(prcb: Prcb, deadline: u64): void {
  const timecmp = prcb.timecmp;
  mmioStore32(timecmp + 4, u32.MAX_VALUE);
  mmioStore32(timecmp, <u32>deadline);
  mmioStore32(timecmp + 4, <u32>(deadline >> 32));
}

/** The service routine of the clock, at CLOCK: the work is left to the dispatcher. */
export function clockInterrupt(): void {
  const prcb = currentPrcb();
  setClock(prcb, NEVER);
  prcb.timersDue = true;
  watchDpc(prcb);
  mmioStore32(prcb.dpcPage + DPC_REQUEST, 1);
}
