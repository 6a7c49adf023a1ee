import { csrClear, csrSet, mmioStore32 } from '../rv';
import { MIE, MIE_SOFTWARE, MIE_TIMER } from './csr';
import { currentPrcb } from './prcb';
import { serveWanted } from '../ke/schedule';

/**
 * Interrupt request levels (N1.1 to N1.8). IRQL is the threshold of the hart's PLIC context: a source of priority p
 * interrupts while IRQL < p. Timer and software interrupts of the CLINT do not pass the PLIC; mie gates them at CLOCK and IPI.
 * Interrupts stay enabled in mstatus except inside trap entry and context switches.
 */

export const PASSIVE_LEVEL: u32 = 0;
export const APC_LEVEL: u32 = 1;
export const DISPATCH_LEVEL: u32 = 2;
export const SYNCH_LEVEL: u32 = 12;
export const CLOCK_LEVEL: u32 = 13;
export const IPI_LEVEL: u32 = 14;
export const HIGH_LEVEL: u32 = 15;

/** The level of this hart. */
export function currentIrql(): u32 {
  return currentPrcb().irql;
}

/** Set the level whatever it was: hardware part of raising and lowering. */
export function setIrql(level: u32): void {
  const prcb = currentPrcb();
  const old = prcb.irql;
  prcb.irql = level;
  mmioStore32(prcb.threshold, level);
  if ((old | level) >= CLOCK_LEVEL) gateLocalInterrupts(level);
}

function gateLocalInterrupts(level: u32): void {
  if (level >= CLOCK_LEVEL) csrClear(MIE, MIE_TIMER);
  else csrSet(MIE, MIE_TIMER);
  if (level >= IPI_LEVEL) csrClear(MIE, MIE_SOFTWARE);
  else csrSet(MIE, MIE_SOFTWARE);
}

/** Raise the level and give the old one (KeRaiseIrql). */
export function raiseIrql(level: u32): u32 {
  const old = currentPrcb().irql;
  if (level != old) setIrql(level);
  return old;
}

/**
 * Lower the level (KeLowerIrql). Interrupts held back by the old level come before this returns; so do a thread switch
 * and kernel APCs that became due meanwhile.
 */
export function lowerIrql(level: u32): void {
  const prcb = currentPrcb();
  if (level == prcb.irql) return;
  if (prcb.irql < DISPATCH_LEVEL) setIrql(DISPATCH_LEVEL); // nothing becomes due between the test and the fall
  if (level < DISPATCH_LEVEL && prcb.wanted) serveWanted(level);
  else setIrql(level);
}
