import { mmioLoad32 } from '../rv';
import {
  MAILBOX_CLOCK_HIGH,
  MAILBOX_CLOCK_LOW,
  MAILBOX_CYCLE_HIGH,
  MAILBOX_CYCLE_LOW,
  MAILBOX_HARTS,
  MAILBOX_SEED,
} from '../generated/mailbox';
import {
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_HANDLE,
  STATUS_NOT_FOUND,
  STATUS_SUCCESS,
  SYSTEM_INFORMATION_address,
  SYSTEM_INFORMATION_BYTES,
  SYSTEM_INFORMATION_clockHz,
  SYSTEM_INFORMATION_gateway,
  SYSTEM_INFORMATION_harts,
  SYSTEM_INFORMATION_heapEnd,
  SYSTEM_INFORMATION_reserved,
  SYSTEM_INFORMATION_seed,
} from '../generated/syscalls';
import { MAILBOX } from '../hal/board';
import { writeText } from '../hal/console';
import { findParameter, NO_PARAMETER, parameterAt } from '../hal/parameter';
import { probe, probeOptional, probeWords } from '../mm/user';
import { duplicateHandle } from '../ob/handle';
import { GATEWAY_ADDRESS, LOCAL_ADDRESS } from '../net/config';
import { hardError } from '../ps/fault';
import { currentProcess, endProcess } from '../ps/process';

/** System calls about the console, the process and the machine. */

const EXIT_CODE: u32 = 0xffff;
/** The handle that stands for the calling process. */
const CURRENT_PROCESS: u32 = <u32>-1;

export function displayString(text: usize, bytes: usize): u32 {
  const status = probe(text, bytes);
  if (status) return status;
  writeText(text, bytes);
  return STATUS_SUCCESS;
}

export function duplicateObject(handle: u32, target: usize): u32 {
  const status = probeWords(target, 4);
  return status ? status : duplicateHandle(handle, target);
}

export function terminateProcess(process: u32, status: u32): u32 {
  if (process != CURRENT_PROCESS) return STATUS_INVALID_HANDLE;
  endProcess(status & EXIT_CODE);
  return STATUS_SUCCESS;
}

export function raiseHardError(
  status: u32,
  text: usize,
  bytes: usize,
  line: u32,
  column: u32,
): u32 {
  hardError(status, text, probe(text, bytes) ? 0 : bytes, line, column);
  return status;
}

export function querySystemInformation(information: usize, bytes: u32): u32 {
  const status = probeWords(information, bytes);
  if (status) return status;
  if (bytes != SYSTEM_INFORMATION_BYTES) return STATUS_INFO_LENGTH_MISMATCH;
  store<u32>(information + SYSTEM_INFORMATION_heapEnd, currentProcess().heapEnd);
  store<u32>(information + SYSTEM_INFORMATION_harts, mmioLoad32(MAILBOX + MAILBOX_HARTS));
  storeClock(information + SYSTEM_INFORMATION_clockHz);
  store<u32>(information + SYSTEM_INFORMATION_address, LOCAL_ADDRESS);
  store<u32>(information + SYSTEM_INFORMATION_gateway, GATEWAY_ADDRESS);
  store<u32>(information + SYSTEM_INFORMATION_seed, mmioLoad32(MAILBOX + MAILBOX_SEED));
  store<u32>(information + SYSTEM_INFORMATION_reserved, 0);
  return STATUS_SUCCESS;
}

function storeClock(address: usize): void {
  store<u32>(address, mmioLoad32(MAILBOX + MAILBOX_CLOCK_LOW));
  store<u32>(address, mmioLoad32(MAILBOX + MAILBOX_CLOCK_HIGH), 4);
}

export function queryPerformanceCounter(counter: usize, frequency: usize): u32 {
  const status = probeWords(counter, 8) | probeOptional(frequency, 8);
  if (status) return status;
  store<u32>(counter, mmioLoad32(MAILBOX + MAILBOX_CYCLE_LOW));
  store<u32>(counter, mmioLoad32(MAILBOX + MAILBOX_CYCLE_HIGH), 4);
  if (frequency) storeClock(frequency);
  return STATUS_SUCCESS;
}

export function queryParameter(hash: u32, value: usize): u32 {
  const status = probeWords(value, 4);
  if (status) return status;
  const index = findParameter(hash);
  if (index == NO_PARAMETER) return STATUS_NOT_FOUND;
  store<u32>(value, parameterAt(index));
  return STATUS_SUCCESS;
}
