import { csrClear, csrReadClear, csrSet, mmioStore32, threadWord } from '../rv';
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

/** The level of the hart that asks. */
export function currentIrql(): u32 {
  return threadWord(offsetof<Prcb>('irql'));
}

/** Set the level whatever it was: hardware part of raising and lowering. At DISPATCH or above, or with interrupts off. */
export function setIrql(level: u32): void {
  const prcb = currentPrcb();
  const old = prcb.irql;
  writeIrql(prcb, level);
  if ((old | level) >= CLOCK_LEVEL) gateLocalInterrupts(level);
}

/** The same between levels below CLOCK. */
export function writeIrql(prcb: Prcb, level: u32): void {
  prcb.irql = level;
  mmioStore32(prcb.threshold, level);
}

function gateLocalInterrupts(level: u32): void {
  if (level >= CLOCK_LEVEL) csrClear(MIE, MIE_TIMER);
  else csrSet(MIE, MIE_TIMER);
  if (level >= IPI_LEVEL) csrClear(MIE, MIE_SOFTWARE);
  else csrSet(MIE, MIE_SOFTWARE);
}

/** Raise the level and give the old one (KeRaiseIrql). */
export function raiseIrql(level: u32): u32 {
  if (currentPrcb().shared) return raiseCarefully(level);
  const old = currentIrql();
  if (level != old) setIrql(level);
  return old;
}

/** Raise the level to DISPATCH, or stay above it, and give the old one. */
export function raiseToDispatch(): u32 {
  const prcb = currentPrcb();
  if (prcb.shared) return raiseCarefully(DISPATCH_LEVEL);
  const old = prcb.irql;
  if (old < DISPATCH_LEVEL) writeIrql(prcb, DISPATCH_LEVEL);
  return old;
}

/** Raise the level with interrupts off, so that the thread stays on its hart meanwhile. */
export function raiseCarefully(level: u32): u32 {
  const old = currentIrql();
  if (level == old) return old;
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  setIrql(level);
  csrSet(MSTATUS, enabled);
  return old;
}

/**
 * Lower the level (KeLowerIrql). Interrupts held back by the old level come before this returns; so do a thread switch
 * and kernel APCs that became due meanwhile.
 */
export function lowerIrql(level: u32): void {
  const old = currentIrql();
  if (level == old) return;
  if (old == DISPATCH_LEVEL && !needsCare()) writeIrql(currentPrcb(), level);
  else lowerCarefully(level);
}

/** With interrupts off nothing becomes due between the look and the fall, and the thread stays where it is. */
export function lowerCarefully(level: u32): void {
  const enabled = csrReadClear(MSTATUS, MSTATUS_MIE) & MSTATUS_MIE;
  const prcb = currentPrcb();
  if (level < DISPATCH_LEVEL && isSomethingDue(prcb, level)) {
    setIrql(DISPATCH_LEVEL);
    serveDue(level);
  } else if (level != prcb.irql) {
    setIrql(level);
  }
  csrSet(MSTATUS, enabled);
}

/** Would a fall of the level let a thread switch or kernel APCs happen? With interrupts off. */
export function isSomethingDue(prcb: Prcb, level: u32): bool {
  return prcb.switchWanted || (prcb.apcWanted && level < APC_LEVEL);
}
