import { csrClear, csrSet, mmioStore32, wfi } from '../rv';
import { MAILBOX_FAULT_CAUSE, MAILBOX_FAULT_PC, MAILBOX_FAULT_VALUE } from '../generated/mailbox';
import { FINISHER, FINISHER_FAIL, FINISHER_PASS, MAILBOX } from '../hal/board';
import {
  lockConsole,
  unlockConsole,
  writeByte,
  writeBytes,
  writeDecimal,
  writeHex,
  writeMessage,
} from '../hal/console';
import { MSTATUS, MSTATUS_MIE } from '../hal/csr';
import { currentPrcb, currentThread } from '../hal/prcb';
import { isInGuard } from '../mm/user';
import { endProcess } from './process';

/**
 * The ends of a program and of a run: a fault of a program, a bug check of the kernel, a code in the finisher. A
 * fault leaves a line on the console and its cause, pc and value in the mailbox.
 */

const CODE_FAULT: u32 = 0x100;
const CODE_BUG_CHECK: u32 = 0x101;
/** Words of the trap frame (hal/trap.s). */
const FRAME_BYTES: usize = 144;
const FRAME_PC: usize = 0;
const FRAME_STATUS: usize = 128;
const STATUS_MPP: u32 = 0x1800;
const CAUSE_BREAKPOINT: u32 = 3;
const CAUSES: u32 = 9;
/** What the backend puts behind ebreak: addi x0, x0, code. */
const TRAP_MARK: u32 = 0x0000_0013;
const TRAP_MASK: u32 = 0x000f_ffff;

/** A fault in the report of a fault of the kernel ends at once. */
let reporting: bool = false;

/** Stop the machine with an exit code. */
export function stopMachine(code: u32): void {
  mmioStore32(FINISHER, code ? (code << 16) | FINISHER_FAIL : FINISHER_PASS);
  csrClear(MSTATUS, MSTATUS_MIE);
  for (;;) wfi();
}

/** An exception that is not a system call, from hal/trap.s. Does not return. */
export function exceptionDispatch(frame: usize, cause: u32, value: u32): void {
  const pc = load<u32>(frame + FRAME_PC);
  if (load<u32>(frame + FRAME_STATUS) & STATUS_MPP) kernelFault(cause, pc, value);
  csrSet(MSTATUS, MSTATUS_MIE);
  const old = lockConsole();
  report(cause, pc, value);
  unlockConsole(old);
  endProcess(CODE_FAULT);
}

function kernelFault(cause: u32, pc: u32, value: u32): void {
  if (reporting) stopMachine(CODE_BUG_CHECK);
  reporting = true;
  report(cause, pc, value);
  writeMessage('bug check: the kernel itself faulted\n');
  stopMachine(CODE_BUG_CHECK);
}

function report(cause: u32, pc: u32, value: u32): void {
  mmioStore32(MAILBOX + MAILBOX_FAULT_CAUSE, cause);
  mmioStore32(MAILBOX + MAILBOX_FAULT_PC, pc);
  mmioStore32(MAILBOX + MAILBOX_FAULT_VALUE, value);
  writeMessage('fault: ');
  if (cause == CAUSE_BREAKPOINT) writeMessage(trapName(pc));
  else if (isInGuard(currentThread(), value)) writeMessage('stack overflow');
  else writeMessage(causeName(cause));
  writeMessage(' at pc ');
  writeHex(pc);
  if (cause != CAUSE_BREAKPOINT) {
    writeMessage(', address ');
    writeHex(value);
  }
  writeMessage(', thread ');
  writeDecimal(currentThread().number);
  writeByte(10);
}

function causeName(cause: u32): string {
  if (cause == 0) return 'misaligned instruction';
  if (cause == 1) return 'instruction access';
  if (cause == 2) return 'illegal instruction';
  if (cause == 4) return 'misaligned load';
  if (cause == 5) return 'load access';
  if (cause == 6) return 'misaligned store';
  if (cause == 7) return 'store access';
  return 'exception';
}

/** The trap of a compiled program, by the word behind its ebreak. */
function trapName(pc: u32): string {
  const word = (<u32>load<u16>(pc + 4)) | ((<u32>load<u16>(pc + 6)) << 16);
  if ((word & TRAP_MASK) != TRAP_MARK || word >> 20 > CAUSES) return 'breakpoint';
  const code = word >> 20;
  if (code == 1) return 'unreachable';
  if (code == 2) return 'division by zero';
  if (code == 3) return 'integer overflow';
  if (code == 4) return 'bad function pointer';
  if (code == 5) return 'function of another type';
  if (code == 6) return 'index out of bounds';
  if (code == 7) return 'null reference';
  if (code == 8) return 'stack overflow';
  if (code == 9) return 'number too large for its conversion';
  return 'breakpoint';
}

/** The program says itself that it cannot go on. Does not return. */
export function hardError(status: u32, text: usize, bytes: usize, line: u32, column: u32): void {
  mmioStore32(MAILBOX + MAILBOX_FAULT_CAUSE, CAUSE_BREAKPOINT);
  mmioStore32(MAILBOX + MAILBOX_FAULT_PC, load<u32>(currentPrcb().kernelStack - FRAME_BYTES));
  mmioStore32(MAILBOX + MAILBOX_FAULT_VALUE, status);
  const old = lockConsole();
  writeMessage('fault: ');
  writeBytes(text, bytes);
  if (line) {
    writeMessage(' at line ');
    writeDecimal(line);
    writeByte(58);
    writeDecimal(column);
  }
  writeMessage(', thread ');
  writeDecimal(currentThread().number);
  writeByte(10);
  unlockConsole(old);
  endProcess(CODE_FAULT);
}

/** The kernel has found itself in a state that cannot be. Does not return. */
export function bugCheck(message: string, value: usize): void {
  csrClear(MSTATUS, MSTATUS_MIE);
  writeMessage('bug check: ');
  writeMessage(message);
  writeByte(32);
  writeHex(<u32>value);
  writeByte(10);
  stopMachine(CODE_BUG_CHECK);
}
