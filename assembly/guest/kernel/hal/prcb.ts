import { threadPointer, threadWord } from '../rv';
import { LockQueue } from '../ke/queuedlock';
import { KernelObject } from '../ke/object';
import { Thread } from '../ke/thread';
import { Process } from '../ps/process';

/**
 * The processor control block: what a hart knows about itself. Its address is in tp while the hart is in the kernel, and its
 * interrupt stack lies just below it. The first three words are known to hal/trap.s. A thread below DISPATCH may be moved to another
 * hart at any time: it looks at its hart's block with interrupts off only.
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
  /** The thread that this hart shall run next, or null. */
  next: Thread;
  hart: u32;
  /** The running thread is to give way: switch when IRQL falls below DISPATCH. */
  switchWanted: bool;
  /** The running thread has kernel APCs: deliver them when IRQL falls below APC level. */
  apcWanted: bool;
  /** Other harts run the kernel, too. With the two above and an unused byte, a word that is tested as one. */
  shared: bool;
  unused: u8;
  /** The clock has fired: the next drain expires timers first. */
  timersDue: bool;
  /** Registers of this hart: PLIC threshold (claim is the next word), DPC page, port bank, mtimecmp. */
  threshold: usize;
  dpcPage: usize;
  portBank: usize;
  timecmp: usize;
  /** A thread that has ended and still has its stacks. */
  dead: Thread;
  /** Heap of the timers that were set on this hart. */
  timers: usize;
  /** mtime at which the running thread's quantum ends; NEVER while nobody else wants the hart. */
  quantumEnd: u64;
  /** The program whose window is open. */
  process: Process;
  /** Since when the running thread uses up its boost. */
  boostedSince: u64;
  /** How often this hart has taken the two big locks, and its places in their queues (embedded records). */
  dispatcherDepth: u32;
  ioDepth: u32;
  dispatcherEntry: LockQueue;
  ioEntry: LockQueue;
  /** The thread that runs threaded DPCs here, or null, and the event that it waits for. */
  dpcThread: Thread;
  dpcEvent: KernelObject;
  /** Low word of mtime when the DPC that runs began; 0 while none runs. */
  dpcBegan: u32;
}

/** Harts have 32 KiB each, with the block at their end (hal/start.s). */
const KERNEL_TOP: usize = 0x8040_0000;
const HART_SHIFT: u32 = 15;
const PRCB_BYTES: usize = 256;
const DISPATCHER_ENTRY: usize = PRCB_BYTES - 2 * 8;
const IO_ENTRY: usize = PRCB_BYTES - 8;

/** Does more than one hart run the kernel? Without others there are no locks to take. */
export let multiprocessor: bool = false;

export function beMultiprocessor(): void {
  multiprocessor = true;
  currentPrcb().shared = true;
}

/** The block of a hart. */
export function prcbOf(hart: u32): Prcb {
  return changetype<Prcb>(KERNEL_TOP - PRCB_BYTES - ((<usize>hart) << HART_SHIFT));
}

/** An empty block for a hart. */
export function clearPrcb(prcb: Prcb, hart: u32): void {
  memory.fill(changetype<usize>(prcb), 0, PRCB_BYTES);
  prcb.hart = hart;
  prcb.shared = multiprocessor;
  prcb.dispatcherEntry = changetype<LockQueue>(changetype<usize>(prcb) + DISPATCHER_ENTRY);
  prcb.ioEntry = changetype<LockQueue>(changetype<usize>(prcb) + IO_ENTRY);
}

/** Is there more to a fall of IRQL from DISPATCH than the fall? */
export function needsCare(): bool {
  return threadWord(offsetof<Prcb>('switchWanted')) != 0;
}

/** The block of the hart that asks. */
export function currentPrcb(): Prcb {
  return changetype<Prcb>(threadPointer());
}

/** The thread that asks: one instruction, which a move to another hart cannot divide. */
export function currentThread(): Thread {
  return changetype<Thread>(threadWord(offsetof<Prcb>('current')));
}
