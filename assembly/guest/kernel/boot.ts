import { csrSet, csrWrite, mmioLoad32 } from './rv';
import { MAILBOX_RAM_BASE, MAILBOX_RAM_SIZE } from './generated/mailbox';
import { PORT_BANK_SIZE } from './generated/port';
import { CLINT, CLINT_TIMECMP, DPC_PAGE, DPC_UNIT, MAILBOX, PORT_UNIT } from './hal/board';
import { NEVER, setClock } from './hal/clock';
import { MCOUNTEREN, MIE, MIE_EXTERNAL, MIE_TIMER, MSTATUS, MSTATUS_MIE } from './hal/csr';
import { initializeArchive } from './disk/archive';
import { initializeDisk } from './disk/disk';
import { enableDispatch, thresholdAddress } from './hal/interrupt';
import { DISPATCH_LEVEL, setIrql } from './hal/irql';
import { currentPrcb, Prcb } from './hal/prcb';
import { initializeMailbox } from './io/mailbox';
import { initializeScheduler } from './ke/schedule';
import { allocateThread, initializeThreads, THREAD_RUNNING } from './ke/thread';
import { initializePool } from './mm/pool';
import { initializeProtection } from './mm/user';
import { initializeAdapter } from './net/adapter';
import { initializeArp } from './net/arp';
import { initializeAfd } from './net/afd';
import { initializePipes } from './pipe/pipe';

/** Bringing the executive up, in the order in which its parts need each other. */

/** All counters readable from user mode. */
const COUNTERS: u32 = 7;

/** First address behind RAM. */
export function ramEnd(): usize {
  return mmioLoad32(MAILBOX + MAILBOX_RAM_BASE) + mmioLoad32(MAILBOX + MAILBOX_RAM_SIZE);
}

/** Make everything ready; the caller is the idle thread afterwards, at DISPATCH with interrupts on. */
export function initializeKernel(hart: u32): void {
  initializePool(ramEnd());
  initializeThreads();
  initializeScheduler();
  initializeHart(currentPrcb(), hart);
  initializeProtection();
  initializeArp();
  initializeAdapter();
  initializeAfd();
  if (initializeDisk()) initializeArchive();
  initializePipes();
  initializeMailbox();
  csrSet(MSTATUS, MSTATUS_MIE);
}

/** Make this hart's block, hold back what interrupts at DISPATCH and below, and become the idle thread. */
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
