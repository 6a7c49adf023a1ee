import { hint2 } from '../rv';
import { TRACE_apc_run } from '../generated/trace';
import { CONTEXT_BYTES, STATUS_ACCESS_VIOLATION } from '../generated/syscalls';
import { APC_LEVEL, lowerIrql, raiseIrql } from '../hal/irql';
import { currentThread } from '../hal/prcb';
import { apcStub, probeWords } from '../mm/user';
import { Apc, hasUserApc, takeUserApc } from './apc';
import { lockDispatcher, unlockDispatcher } from './dispatcher';
import { terminateThread } from './termination';
import { FRAME_BYTES, Thread } from './thread';

/**
 * User APCs on the way back to user mode. The registers that the program will need again go as a CONTEXT on its stack, and the
 * system call returns into the APC's routine instead; the routine returns to a stub, which gives the CONTEXT to
 * NtContinue. Registers s0 to s11 and gp are not in the CONTEXT: routines keep them by the calling convention.
 */

/** Word n of a CONTEXT is register xn, word 0 the pc, as in the frame of hal/trap.s. These are saved: pc, ra, sp, tp, t0-t6, a0-a7. */
const SAVED_WORDS: u32 = 0xf003_fcf7;
/** Of these, what a system call destroys: t0-t6, a1-a7. */
const DESTROYED_WORDS: u32 = 0xf003_f8e0;
const PC: usize = 0;
const RA: usize = 4;
const SP: usize = 8;
const A0: usize = 40;
const A1: usize = 44;
const A2: usize = 48;
const STACK_ALIGNMENT: usize = 16;

function userFrame(thread: Thread): usize {
  return thread.kernelStack - FRAME_BYTES;
}

/** From hal/trap.s, before a system call returns `status` and the thread is in user mode with the registers of its frame; the answer is a0. */
export function leaveCall(status: u32): u32 {
  const thread = currentThread();
  if (!thread.frameReplaced) clearDestroyed(userFrame(thread));
  thread.frameReplaced = false;
  return thread.userApcPending ? serveUser(thread, status) : status;
}

/** The thread's end is due, or its oldest user APC. */
function serveUser(thread: Thread, status: u32): u32 {
  if (thread.terminating) terminateThread(thread.exitStatus);
  const old = lockDispatcher();
  const apc = takeUserApc(thread);
  thread.userApcPending = false;
  unlockDispatcher(old);
  return apc ? enterRoutine(thread, changetype<Apc>(apc), status) : status;
}

function enterRoutine(thread: Thread, apc: Apc, status: u32): u32 {
  const frame = userFrame(thread);
  const context = (load<usize>(frame + SP) - CONTEXT_BYTES) & ~(STACK_ALIGNMENT - 1);
  const routine = apc.normalRoutine;
  const argument = apc.normalContext;
  const argument1 = apc.argument1;
  const argument2 = apc.argument2;
  hint2(TRACE_apc_run, changetype<usize>(apc), changetype<usize>(thread));
  runKernelRoutine(apc);
  if (probeWords(context, CONTEXT_BYTES)) terminateThread(STATUS_ACCESS_VIOLATION);
  memory.fill(context, 0, CONTEXT_BYTES);
  store<u32>(frame + A0, status);
  copySaved(context, frame);
  store<usize>(frame + PC, routine);
  store<usize>(frame + RA, apcStub());
  store<usize>(frame + SP, context);
  store<usize>(frame + A1, argument1);
  store<usize>(frame + A2, argument2);
  return argument;
}

function runKernelRoutine(apc: Apc): void {
  if (!apc.kernelRoutine) return;
  const old = raiseIrql(APC_LEVEL);
  call_indirect<void>(apc.kernelRoutine, changetype<usize>(apc));
  lowerIrql(old);
}

/** What the program knows to be destroyed by a system call is not in the frame. */
function clearDestroyed(frame: usize): void {
  for (let mask = DESTROYED_WORDS; mask; mask &= mask - 1) {
    store<u32>(frame + ((<usize>ctz(mask)) << 2), 0);
  }
}

function copySaved(to: usize, from: usize): void {
  for (let mask = SAVED_WORDS; mask; mask &= mask - 1) {
    const offset = (<usize>ctz(mask)) << 2;
    store<u32>(to + offset, load<u32>(from + offset));
  }
}

/**
 * Go on where a CONTEXT (probed) says; the answer is the value of a0. With `test`, the user APCs that are queued come
 * first, as if the thread waited alertably.
 */
export function continueThread(context: usize, test: bool): u32 {
  const thread = currentThread();
  const frame = userFrame(thread);
  copySaved(frame, context);
  thread.frameReplaced = true;
  if (test) {
    const old = lockDispatcher();
    if (hasUserApc(thread)) thread.userApcPending = true;
    unlockDispatcher(old);
  }
  return load<u32>(frame + A0);
}
