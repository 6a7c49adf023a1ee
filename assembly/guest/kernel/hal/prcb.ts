import { threadPointer } from '../rv';
import { Thread } from '../ke/thread';
import { Process } from '../ps/process';

/**
 * The processor control block: what a hart knows about itself. Its address is in tp while the hart is in the kernel, and its
 * interrupt stack lies just below it. The first three words are known to hal/trap.s.
 */
@unmanaged
export class Prcb {
  /** The program's stack pointer, while a trap is being entered. */
  userStack: usize;
  /** Top of the running thread's kernel stack. */
  kernelStack: usize;
  /** Interrupts being handled, one inside the other. */
  depth: u32;
  irql: u32;
  current: Thread;
  idle: Thread;
  hart: u32;
  /** What is to be done when IRQL falls: WANT_ bits. */
  wanted: u32;
  /** The clock has fired: the next drain expires timers first. */
  timersDue: bool;
  /** Registers of this hart: PLIC threshold (claim is the next word), DPC page, port bank, mtimecmp. */
  threshold: usize;
  dpcPage: usize;
  portBank: usize;
  timecmp: usize;
  /** A thread that has ended and still has its stacks. */
  dead: Thread;
  /** mtime at which the running thread's quantum ends; NEVER while nobody else wants the hart. */
  quantumEnd: u64;
  /** The program whose window is open. */
  process: Process;
  /** Since when the running thread uses up its boost. */
  boostedSince: u64;
}

/** A thread better than the running one is ready, or its quantum is over: switch below DISPATCH. */
export const WANT_SWITCH: u32 = 1;
/** The running thread has kernel APCs: deliver them below APC level. */
export const WANT_APC: u32 = 2;

/** The block of the hart that asks. */
export function currentPrcb(): Prcb {
  return changetype<Prcb>(threadPointer());
}

/** The thread that asks. */
export function currentThread(): Thread {
  return currentPrcb().current;
}
