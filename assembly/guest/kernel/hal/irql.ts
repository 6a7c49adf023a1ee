import { csrClear, csrReadClear, csrSet, mmioStore32 } from '../rv';
import { MIE, MIE_SOFTWARE, MIE_TIMER, MSTATUS, MSTATUS_MIE } from './csr';
import { currentPrcb, needsCare, Prcb } from './prcb';
import { serveDue } from '../ke/schedule';

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
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const level = currentPrcb().irql;
  csrSet(MSTATUS, enabled);
  return level;
}

/** Set the level whatever it was: hardware part of raising and lowering. At DISPATCH or above, or with interrupts off. */
export function setIrql(level: u32): void {
  const prcb = currentPrcb();
  changeLevel(prcb, prcb.irql, level);
}

function changeLevel(prcb: Prcb, old: u32, level: u32): void {
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
  const prcb = currentPrcb();
  if (prcb.shared) return raiseCarefully(level);
  const old = prcb.irql;
  if (level != old) changeLevel(prcb, old, level);
  return old;
}

/** The same with interrupts off, so that the thread stays on its hart meanwhile. */
export function raiseCarefully(level: u32): u32 {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.irql;
  if (level != old) changeLevel(prcb, old, level);
  csrSet(MSTATUS, enabled);
  return old;
}

/**
 * Lower the level (KeLowerIrql). Interrupts held back by the old level come before this returns; so do a thread switch
 * and kernel APCs that became due meanwhile.
 */
export function lowerIrql(level: u32): void {
  const prcb = currentPrcb();
  const old = prcb.irql;
  if (level == old) return;
  if (old >= DISPATCH_LEVEL && !needsCare(prcb)) changeLevel(prcb, old, level);
  else lowerCarefully(level);
}

/** With interrupts off nothing becomes due between the look and the fall, and the thread stays where it is. */
export function lowerCarefully(level: u32): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  const old = prcb.irql;
  if (level < DISPATCH_LEVEL && isSomethingDue(prcb, level)) {
    changeLevel(prcb, old, DISPATCH_LEVEL);
    serveDue(level);
  } else if (level != old) {
    changeLevel(prcb, old, level);
  }
  csrSet(MSTATUS, enabled);
}

/** Would a fall of the level let a thread switch or kernel APCs happen? With interrupts off. */
export function isSomethingDue(prcb: Prcb, level: u32): bool {
  return prcb.switchWanted || (prcb.apcWanted && level < APC_LEVEL);
}
