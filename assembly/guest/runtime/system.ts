/**
 * System calls with fewer than six arguments, status tests and the numbers behind them.
 */
import { ecall } from './rv';
import {
  SYS_NtClose,
  SYS_NtQueryPerformanceCounter,
  SYS_NtQuerySystemInformation,
  SYS_NtTerminateProcess,
  SYS_NtYieldExecution,
  SYSTEM_INFORMATION_BYTES,
  SYSTEM_INFORMATION_address,
  SYSTEM_INFORMATION_harts,
  SYSTEM_INFORMATION_heapEnd,
  SYSTEM_INFORMATION_seed,
} from './generated/syscalls';
import { thisThread } from './threadBlock';

const currentProcess: u32 = 0xffff_ffff;

/** A system call; arguments left out are 0. Returns its NTSTATUS. */
export function system(
  number: u32,
  a0: usize = 0,
  a1: usize = 0,
  a2: usize = 0,
  a3: usize = 0,
  a4: usize = 0,
  a5: usize = 0,
): u32 {
  return ecall(number, a0, a1, a2, a3, a4, a5);
}

/** Whether a status is an error; warnings and successes are not. */
export function isError(status: u32): bool {
  return status >>> 30 == 3;
}

/** End the program with an exit code from 0 to 255. */
export function exit(code: i32): void {
  system(SYS_NtTerminateProcess, currentProcess, code & 0xff);
  unreachable();
}

/** Let other threads run. */
export function yieldThread(): void {
  system(SYS_NtYieldExecution);
}

export function closeHandle(handle: u32): void {
  system(SYS_NtClose, handle);
}

/** Cycles since the machine was reset. */
export function cycles(): u64 {
  const counter = thisThread().scratch;
  system(SYS_NtQueryPerformanceCounter, counter, 0);
  return load<u64>(counter);
}

/** Cycles per second. */
export function clockHz(): u64 {
  const counter = thisThread().scratch;
  system(SYS_NtQueryPerformanceCounter, counter, counter + 8);
  return load<u64>(counter, 8);
}

const information = memory.data(32, 8);

function query(field: u32): u32 {
  if (load<u32>(information) == 0) {
    system(SYS_NtQuerySystemInformation, information, SYSTEM_INFORMATION_BYTES);
  }
  return load<u32>(information + field);
}

/** First address behind the memory of the program. */
export function heapEnd(): usize {
  return query(SYSTEM_INFORMATION_heapEnd);
}

/** Number of harts. */
export function hartCount(): u32 {
  return query(SYSTEM_INFORMATION_harts);
}

/** A word made from the seed of the run. */
export function systemSeed(): u32 {
  return query(SYSTEM_INFORMATION_seed);
}

/** IPv4 address of this machine: 10.0.2.15 is 0x0a00020f. */
export function ownAddress(): u32 {
  return query(SYSTEM_INFORMATION_address);
}
