import { csrWrite, fenceI } from '../rv';
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_DATATYPE_MISALIGNMENT,
  STATUS_SUCCESS,
  SYS_NtContinue,
  SYS_NtTerminateThread,
} from '../generated/syscalls';
import { PMP_RWX_TOR, PMPADDR0, PMPADDR1, PMPADDR2, PMPADDR3, PMPCFG0 } from '../hal/csr';
import { currentPrcb } from '../hal/prcb';
import { Thread } from '../ke/thread';
import { currentProcess, Process } from '../ps/process';

/**
 * A program's memory: its window, which physical memory protection opens to user mode while one of its threads runs, and against which
 * every pointer of a system call is checked.
 */

/** addi a1, a0, 0; addi a0, x0, -2; ecall: with `addi a7, x0, n` between, NtTerminateThread(-2, a0). */
const MOVE_STATUS: u32 = 0x0005_0593;
const LOAD_SELF: u32 = 0xffe0_0513;
const LOAD_NUMBER: u32 = 0x0000_0893;
const ECALL: u32 = 0x0000_0073;
/** addi a0, sp, 0; addi a1, x0, 1; and, as above, NtContinue(sp, 1): 16 bytes behind the first. */
const MOVE_CONTEXT: u32 = 0x0001_0513;
const LOAD_TEST: u32 = 0x0010_0593;
const APC_STUB: usize = 16;
const IMMEDIATE_SHIFT: u32 = 20;

/** Room at the start of a window for the code above. */
const STUB_BYTES: usize = 4096;
/** At the low end of a stack, closed to the program: one that grows too long faults. */
const GUARD_BYTES: usize = 1024;
const WORD_SHIFT: u32 = 2;

/**
 * Protection of a hart: entries 1 and 3 open what lies above and below the guard of the running thread's stack, up to the address
 * of the entry in front. Stacks lie in front of image and heap, so that entry 1 has all that a thread usually touches.
 */
export function initializeProtection(): void {
  csrWrite(PMPCFG0, (PMP_RWX_TOR << 8) | (PMP_RWX_TOR << 24));
}

/** A thread is about to run on this hart: open its program's window, without the guard of its stack. */
export function openWindow(thread: Thread): void {
  const process = thread.process;
  if (!changetype<usize>(process)) return;
  csrWrite(PMPADDR0, (thread.userStack + GUARD_BYTES) >> WORD_SHIFT);
  csrWrite(PMPADDR3, thread.userStack >> WORD_SHIFT);
  const prcb = currentPrcb();
  if (prcb.process == process) return;
  prcb.process = process;
  csrWrite(PMPADDR1, process.end >> WORD_SHIFT);
  csrWrite(PMPADDR2, process.start >> WORD_SHIFT);
}

/** Does an address lie in the guard of a thread's stack? */
export function isInGuard(thread: Thread, address: usize): bool {
  return thread.userStack != 0 && address - thread.userStack < GUARD_BYTES;
}

/** Write the code that threads return to, at the start of a window; the answer is the first address behind. */
export function writeStubs(stub: usize): usize {
  store<u32>(stub, MOVE_STATUS);
  store<u32>(stub, LOAD_SELF, 4);
  store<u32>(stub, LOAD_NUMBER | (SYS_NtTerminateThread << IMMEDIATE_SHIFT), 8);
  store<u32>(stub, ECALL, 12);
  store<u32>(stub, MOVE_CONTEXT, APC_STUB);
  store<u32>(stub, LOAD_TEST, APC_STUB + 4);
  store<u32>(stub, LOAD_NUMBER | (SYS_NtContinue << IMMEDIATE_SHIFT), APC_STUB + 8);
  store<u32>(stub, ECALL, APC_STUB + 12);
  fenceI();
  return stub + STUB_BYTES;
}

/** Return address of the first routine of a program's threads. */
export function exitStub(process: Process): usize {
  return process.start;
}

/** Return address of a user APC's routine. */
export function apcStub(): usize {
  return currentProcess().start + APC_STUB;
}

/** Is all of this memory the calling program's? STATUS_SUCCESS or STATUS_ACCESS_VIOLATION. */
export function probe(address: usize, bytes: usize): u32 {
  const process = currentProcess();
  const offset = address - process.start;
  if (offset > process.bytes || bytes > process.bytes - offset) return STATUS_ACCESS_VIOLATION;
  return STATUS_SUCCESS;
}

/** As probe, for words. */
export function probeWords(address: usize, bytes: usize): u32 {
  if (address & 3) return STATUS_DATATYPE_MISALIGNMENT;
  return probe(address, bytes);
}

/** As probeWords for a pointer that may be 0. */
export function probeOptional(address: usize, bytes: usize): u32 {
  return address ? probeWords(address, bytes) : STATUS_SUCCESS;
}
