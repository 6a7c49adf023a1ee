import { hint2 } from '../rv';
import { STATUS_USER_APC } from '../generated/syscalls';
import { TRACE_thread_exit } from '../generated/trace';
import { lowerIrql, PASSIVE_LEVEL } from '../hal/irql';
import { currentPrcb, currentThread } from '../hal/prcb';
import { finishThreadRequests } from '../io/cancel';
import { leavePort } from '../io/port';
import { reference } from '../ob/object';
import { leaveProcess, Process } from '../ps/process';
import { initializeApc, insertApc, rundownApcs } from './apc';
import { lockDispatcher, unlockDispatcher } from './dispatcher';
import { nextEntry } from './list';
import { abandonMutants } from './mutant';
import { swapThread } from './schedule';
import { acquireLeaf, releaseLeaf } from './spinlock';
import { releaseThread } from './suspend';
import {
  allThreads,
  FRAME_BYTES,
  listLock,
  Thread,
  THREAD_TERMINATED,
  THREAD_WAITING,
} from './thread';
import { interruptWait, signalObject, WAIT_USER } from './wait';

/** The ends of threads: each ends itself, by its own call or because somebody asked for it. */

/** Place in the frames of hal/trap.s of what brought the thread into the executive, and its value for a system call. */
const FRAME_CAUSE: usize = 132;
const CAUSE_USER_CALL: u32 = 8;

/** End the calling thread: its requests are cancelled, its APCs run down, its mutexes abandoned. Below DISPATCH; does not return. */
export function terminateThread(status: u32): void {
  const thread = currentThread();
  lowerIrql(PASSIVE_LEVEL); // its last kernel APCs run there
  hint2(TRACE_thread_exit, changetype<usize>(thread), status);
  thread.exitStatus = status;
  thread.ending = true;
  thread.terminating = false; // the waits of its end are not to be ended
  thread.userApcPending = false;
  finishThreadRequests(thread);
  rundownApcs(thread);
  leaveProcess(thread);
  lockDispatcher();
  abandonMutants(thread);
  thread.state = THREAD_TERMINATED;
  leavePort(thread);
  thread.signal = 1;
  signalObject(thread, 0, 0);
  currentPrcb().dead = thread;
  swapThread();
}

/** Let another thread end by itself as soon as it can: in its system call, out of its wait, or out of its program. */
export function requestTermination(thread: Thread, status: u32): void {
  const old = lockDispatcher();
  if (mustBeTold(thread)) {
    thread.exitStatus = status;
    thread.terminating = true;
    thread.userApcPending = true;
    releaseThread(thread);
    if (thread.waitMode & WAIT_USER && thread.state == THREAD_WAITING) {
      interruptWait(thread, STATUS_USER_APC, 0);
    }
    initializeApc(thread.exitApc, thread, endProgramThread.index, 0, 0, false, 0);
    insertApc(thread.exitApc, 0, 0, 0);
  }
  unlockDispatcher(old);
}

/** A second time its exit APC would still be on a list. */
function mustBeTold(thread: Thread): bool {
  return thread.takesApcs && !thread.terminating && !thread.ending;
}

/** Another thread of a program that is to end and has not been told so, with a reference, or null. */
export function threadToEnd(process: Process): Thread {
  const own = currentThread();
  const old = acquireLeaf(listLock);
  let found = changetype<Thread>(0);
  for (let entry = nextEntry(allThreads); entry != allThreads; entry = nextEntry(entry)) {
    const thread = changetype<Thread>(entry - offsetof<Thread>('allNext'));
    if (thread.process != process || thread == own) continue;
    if (!mustBeTold(thread)) continue;
    found = thread;
    reference(found);
    break;
  }
  releaseLeaf(listLock, old);
  return found;
}

/** In the thread that shall end: at once, unless it is in a system call, which it completes. */
function endProgramThread(apc: usize): void {
  const thread = currentThread();
  const cause = load<u32>(thread.kernelStack - FRAME_BYTES + FRAME_CAUSE);
  if (thread.terminating && !thread.ending && cause != CAUSE_USER_CALL)
    terminateThread(thread.exitStatus);
}
