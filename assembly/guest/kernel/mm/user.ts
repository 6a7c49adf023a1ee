import { csrWrite, fenceI } from '../rv';
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_DATATYPE_MISALIGNMENT,
  STATUS_SUCCESS,
  SYS_NtContinue,
  SYS_NtTerminateThread,
} from '../generated/syscalls';
import { PROGRAM_BASE } from '../hal/board';
import { PMP_RWX_TOR, PMPADDR0, PMPADDR1, PMPCFG0 } from '../hal/csr';
import { allocateStack, poolBase } from './pool';

/**
 * The program's memory: one window from its image to the end of the program stacks, which physical memory protection opens to user
 * mode and against which every pointer of a system call is checked.
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

let windowEnd: usize = 0;
let stub: usize = 0;

/** Open the window and write the code that threads return to. */
export function initializeUserWindow(ramEnd: usize): void {
  windowEnd = poolBase(ramEnd);
  csrWrite(PMPADDR0, PROGRAM_BASE >> 2);
  csrWrite(PMPADDR1, windowEnd >> 2);
  csrWrite(PMPCFG0, PMP_RWX_TOR << 8);
  stub = allocateStack(0);
  store<u32>(stub, MOVE_STATUS);
  store<u32>(stub, LOAD_SELF, 4);
  store<u32>(stub, LOAD_NUMBER | (SYS_NtTerminateThread << IMMEDIATE_SHIFT), 8);
  store<u32>(stub, ECALL, 12);
  store<u32>(stub, MOVE_CONTEXT, APC_STUB);
  store<u32>(stub, LOAD_TEST, APC_STUB + 4);
  store<u32>(stub, LOAD_NUMBER | (SYS_NtContinue << IMMEDIATE_SHIFT), APC_STUB + 8);
  store<u32>(stub, ECALL, APC_STUB + 12);
  fenceI();
}

/** Return address of a thread's first routine. */
export function exitStub(): usize {
  return stub;
}

/** Return address of a user APC's routine. */
export function apcStub(): usize {
  return stub + APC_STUB;
}

/** Is all of this memory the program's? STATUS_SUCCESS or STATUS_ACCESS_VIOLATION. */
export function probe(address: usize, bytes: usize): u32 {
  if (address < PROGRAM_BASE || address > windowEnd) return STATUS_ACCESS_VIOLATION;
  return bytes <= windowEnd - address ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
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
