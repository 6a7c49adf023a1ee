import { initializeKernel, ramEnd, startHarts } from './boot';
import { lowerIrql, PASSIVE_LEVEL } from './hal/irql';
import { idleLoop } from './ke/schedule';
import { startPrograms } from './ps/process';

/**
 * The executive: a small kernel with NT's rules. hal/ is the machine (traps, IRQL, interrupts, clock), ke/ the core (DPCs,
 * threads, waits, timers), io/ the I/O manager (IRPs, ports, devices), net/ card and protocols, ob/ objects and handles,
 * mm/ memory, ps/ the program, sys/ the system calls. Exported here is what the assembly files call.
 */

export { interruptDispatch } from './hal/interrupt';
export { serveDue } from './ke/schedule';
export { threadBegin } from './ke/thread';
export { leaveCall } from './ke/userapc';
export { exceptionDispatch } from './ps/fault';

/** From hal/start.s: the first code of the kernel, on the stack that becomes the idle thread's. Does not return. */
export function kernelStart(hart: u32): void {
  initializeKernel(hart);
  startPrograms(ramEnd());
  startHarts();
  lowerIrql(PASSIVE_LEVEL);
  idleLoop();
}
