import { mmioLoad32, mmioStore32 } from '../rv';
import { DPC_REQUEST } from '../generated/dpc';
import { CLINT, CLINT_TIME } from './board';
import { currentPrcb } from './prcb';

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
    high = mmioLoad32(CLINT + CLINT_TIME + 4);
    low = mmioLoad32(CLINT + CLINT_TIME);
  } while (mmioLoad32(CLINT + CLINT_TIME + 4) != high);
  return ((<u64>high) << 32) | (<u64>low);
}

/** Let the clock interrupt this hart at a moment. */
export function setClock(deadline: u64): void {
  const timecmp = currentPrcb().timecmp;
  mmioStore32(timecmp + 4, u32.MAX_VALUE);
  mmioStore32(timecmp, <u32>deadline);
  mmioStore32(timecmp + 4, <u32>(deadline >> 32));
}

/** The service routine of the clock, at CLOCK: the work is left to the dispatcher. */
export function clockInterrupt(): void {
  const prcb = currentPrcb();
  setClock(NEVER);
  prcb.timersDue = true;
  mmioStore32(prcb.dpcPage + DPC_REQUEST, 1);
}
