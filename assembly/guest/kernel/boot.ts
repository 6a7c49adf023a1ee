import { codeAddress, csrSet, csrWrite, mmioLoad32, mmioStore32 } from './rv';
import { hartEntryAddress } from './asm';
import { MAILBOX_HARTS, MAILBOX_RAM_BASE, MAILBOX_RAM_SIZE } from './generated/mailbox';
import { PORT_BANK_SIZE } from './generated/port';
import { CLINT, CLINT_TIMECMP, DPC_PAGE, DPC_UNIT, MAILBOX, PORT_UNIT } from './hal/board';
import { NEVER, setClock } from './hal/clock';
import {
  MCOUNTEREN,
  MIE,
  MIE_EXTERNAL,
  MIE_SOFTWARE,
  MIE_TIMER,
  MSTATUS,
  MSTATUS_MIE,
} from './hal/csr';
import { initializeArchive } from './disk/archive';
import { initializeDisk } from './disk/disk';
import { enableDispatch, thresholdAddress } from './hal/interrupt';
import { DISPATCH_LEVEL, lowerIrql, PASSIVE_LEVEL, setIrql } from './hal/irql';
import { beMultiprocessor, clearPrcb, currentPrcb, Prcb, prcbOf } from './hal/prcb';
import { initializeIrps } from './io/irp';
import { initializeMailbox } from './io/mailbox';
import { acquireDispatcher, releaseDispatcher } from './ke/dispatcher';
import { activateHart, initializeScheduler } from './ke/ready';
import { idleLoop } from './ke/schedule';
import { allocateThread, initializeThreads, THREAD_RUNNING } from './ke/thread';
import { initializePool } from './mm/pool';
import { initializeProtection } from './mm/user';
import { initializeAdapter } from './net/adapter';
import { initializeArp } from './net/arp';
import { initializeAfd } from './net/afd';
import { initializePipes } from './pipe/pipe';
import { initializeServices } from './sys/dispatch';

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
  initializeIrps();
  initializeArp();
  initializeAdapter();
  initializeAfd();
  if (initializeDisk()) initializeArchive();
  initializePipes();
  initializeMailbox();
  initializeServices();
  csrSet(MSTATUS, MSTATUS_MIE);
}

/** Let the other harts of the machine run the kernel, too: from now on locks are taken. On hart 0, when everything is ready. */
export function startHarts(): void {
  const count = mmioLoad32(MAILBOX + MAILBOX_HARTS);
  if (count == 1) return;
  beMultiprocessor();
  store<usize>(hartEntryAddress(), codeAddress(startHart.index));
  for (let hart: u32 = 1; hart < count; hart++) mmioStore32(CLINT + ((<usize>hart) << 2), 1);
}

/** From hal/start.s on another hart's own stack: become its idle thread. Does not return. */
function startHart(hart: u32): void {
  initializeHart(prcbOf(hart), hart);
  initializeProtection();
  csrSet(MSTATUS, MSTATUS_MIE);
  lowerIrql(PASSIVE_LEVEL);
  idleLoop();
}

/** Make this hart's block, hold back what interrupts at DISPATCH and below, and become the idle thread. */
function initializeHart(prcb: Prcb, hart: u32): void {
  clearPrcb(prcb, hart);
  prcb.threshold = thresholdAddress(hart);
  prcb.dpcPage = DPC_UNIT + DPC_PAGE * hart;
  prcb.portBank = PORT_UNIT + PORT_BANK_SIZE * hart;
  prcb.timecmp = CLINT + CLINT_TIMECMP + ((<usize>hart) << 3);
  prcb.quantumEnd = NEVER;
  setIrql(DISPATCH_LEVEL);
  setClock(prcb, NEVER);
  prcb.idle = allocateThread(0);
  prcb.idle.state = THREAD_RUNNING;
  prcb.idle.hart = hart;
  prcb.current = prcb.idle;
  enableDispatch(hart);
  csrWrite(MCOUNTEREN, COUNTERS);
  mmioStore32(CLINT + ((<usize>hart) << 2), 0);
  csrSet(MIE, MIE_EXTERNAL | MIE_TIMER | MIE_SOFTWARE);
  acquireDispatcher();
  activateHart(hart);
  releaseDispatcher();
}
