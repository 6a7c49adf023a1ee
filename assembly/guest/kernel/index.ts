import { csrSet, csrWrite, mmioLoad32 } from './rv';
import { MAILBOX_RAM_BASE, MAILBOX_RAM_SIZE } from './generated/mailbox';
import { DPC_UNIT, DPC_PAGE, CLINT, CLINT_TIMECMP, MAILBOX, PORT_UNIT } from './hal/board';
import { PORT_BANK_SIZE } from './generated/port';
import { NEVER, setClock } from './hal/clock';
import { MCOUNTEREN, MIE, MIE_EXTERNAL, MIE_TIMER, MSTATUS, MSTATUS_MIE } from './hal/csr';
import { enableDispatch, thresholdAddress } from './hal/interrupt';
import { DISPATCH_LEVEL, lowerIrql, PASSIVE_LEVEL, setIrql } from './hal/irql';
import { currentPrcb, Prcb } from './hal/prcb';
import { initializeMailbox } from './io/mailbox';
import { idleLoop, initializeScheduler } from './ke/schedule';
import { allocateThread, THREAD_RUNNING } from './ke/thread';
import { initializePool } from './mm/pool';
import { initializeUserWindow } from './mm/user';
import { initializeAdapter } from './net/adapter';
import { initializeAfd } from './net/afd';
import { startProgram } from './ps/process';

/**
 * The executive: a small kernel with NT's rules. hal/ is the machine (traps, IRQL, interrupts, clock), ke/ the core (DPCs,
 * threads, waits, timers), io/ the I/O manager (IRPs, ports, devices), net/ card and protocols, ob/ objects and handles,
 * sys/ the system calls. Exported here is what the assembly files call.
 */

export { interruptDispatch } from './hal/interrupt';
export { preemptThread } from './ke/schedule';
export { threadBegin } from './ke/thread';
export { exceptionDispatch } from './ps/fault';
export { systemCall } from './sys/dispatch';

/** All counters readable from user mode. */
const COUNTERS: u32 = 7;

/** From hal/start.s: the first code of the kernel, on the stack that becomes the idle thread's. Does not return. */
export function kernelStart(hart: u32): void {
  const ramEnd = mmioLoad32(MAILBOX + MAILBOX_RAM_BASE) + mmioLoad32(MAILBOX + MAILBOX_RAM_SIZE);
  initializePool(ramEnd);
  initializeScheduler();
  initializeHart(currentPrcb(), hart);
  initializeUserWindow(ramEnd);
  initializeAdapter();
  initializeAfd();
  initializeMailbox();
  startProgram(ramEnd);
  csrSet(MSTATUS, MSTATUS_MIE);
  lowerIrql(PASSIVE_LEVEL);
  idleLoop();
}

/** Make this hart's block, stop everything below and at DISPATCH, and become the idle thread. */
function initializeHart(prcb: Prcb, hart: u32): void {
  memory.fill(changetype<usize>(prcb), 0, offsetof<Prcb>());
  prcb.hart = hart;
  prcb.threshold = thresholdAddress(hart);
  prcb.dpcPage = DPC_UNIT + DPC_PAGE * hart;
  prcb.portBank = PORT_UNIT + PORT_BANK_SIZE * hart;
  prcb.timecmp = CLINT + CLINT_TIMECMP + ((<usize>hart) << 3);
  prcb.quantumEnd = NEVER;
  setIrql(DISPATCH_LEVEL);
  setClock(NEVER);
  prcb.idle = allocateThread(0);
  prcb.idle.state = THREAD_RUNNING;
  prcb.current = prcb.idle;
  enableDispatch(hart);
  csrWrite(MCOUNTEREN, COUNTERS);
  csrSet(MIE, MIE_EXTERNAL | MIE_TIMER);
}
