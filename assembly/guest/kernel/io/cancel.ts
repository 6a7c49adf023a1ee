import { systemTime } from '../hal/clock';
import { lockIo, unlockIo } from './lock';
import { insertTail, isListEmpty, lengthOf, nextEntry, removeEntry, removeHead } from '../ke/list';
import { Thread, threadRequests } from '../ke/thread';
import { waitForObject } from '../ke/wait';
import { File, requestList } from './file';
import { Irp, irpOfFile, irpOfThread } from './irp';

/**
 * Cancellation (N4.10 to N4.14). Whoever takes an IRP's cancel routine away has the right to complete it. A driver sets the routine
 * when it keeps the request and claims the request before it goes on; the routine takes it out of the driver's queue and completes it.
 * At DISPATCH, except finishThreadRequests.
 */

/** While a thread ends: how long it waits until it looks again whether its last requests are done. */
const EXIT_POLL: u64 = 1000;

/** Which requests of a list are meant. */
const OF_FILE: u32 = 0;
const OF_THREAD: u32 = 1;
const OF_THREAD_AND_FILE: u32 = 2;
const OF_WAITING_THREAD: u32 = 3;

/** Take the right to complete a pending IRP: false when somebody cancels it already (N4.11). */
export function claimIrp(irp: Irp): bool {
  const had = irp.cancelRoutine != 0;
  irp.cancelRoutine = 0;
  return had;
}

/** Cancel one IRP (N4.10); false when its driver does not let it be cancelled (any more). */
export function cancelIrp(irp: Irp): bool {
  irp.cancel = true;
  const routine = irp.cancelRoutine;
  if (!claimIrp(irp)) return false;
  call_indirect<void>(routine, irp);
  return true;
}

/** Cancel the requests of a file with this status block, or all for 0; the answer is how many were found. */
export function cancelFileRequests(file: File, statusBlock: usize): u32 {
  return cancelList(requestList(file), OF_FILE, file, statusBlock);
}

/** Cancel the requests that a thread has made of a file; the answer is how many were found. */
export function cancelRequestsOf(thread: Thread, file: File): u32 {
  return cancelList(threadRequests(thread), OF_THREAD_AND_FILE, file, 0);
}

/** Cancel the request in whose call a thread waits; the answer is how many were found. */
export function cancelSynchronousRequest(thread: Thread): u32 {
  return cancelList(threadRequests(thread), OF_WAITING_THREAD, changetype<File>(0), 0);
}

/**
 * The calling thread ends: its requests are cancelled and waited for, except those whose completion goes as a packet to a port and
 * sets no event (N4.14): these belong to nobody any more. At PASSIVE.
 */
export function finishThreadRequests(thread: Thread): void {
  const head = threadRequests(thread);
  const old = lockIo();
  cancelList(head, OF_THREAD, changetype<File>(0), 0);
  let entry = nextEntry(head);
  while (entry != head) {
    const irp = irpOfThread(entry);
    entry = nextEntry(entry);
    if (isMeant(irp, OF_THREAD, irp.file, 0)) continue;
    irp.thread = changetype<Thread>(0);
    removeEntry(changetype<usize>(irp) + offsetof<Irp>('threadNext'));
  }
  unlockIo(old);
  while (!isListEmpty(head)) waitForObject(thread.timer, systemTime() + EXIT_POLL, 0);
}

/**
 * The list goes once round: each request becomes the last one, and is cancelled then, so that it does not matter which others a cancel
 * routine completes as well.
 */
function cancelList(head: usize, which: u32, file: File, statusBlock: usize): u32 {
  let found: u32 = 0;
  for (let left = lengthOf(head); left && !isListEmpty(head); left--) {
    const entry = removeHead(head);
    insertTail(head, entry);
    const irp = which == OF_FILE ? irpOfFile(entry) : irpOfThread(entry);
    if (irp.cancel || !isMeant(irp, which, file, statusBlock)) continue;
    found++;
    cancelIrp(irp);
  }
  return found;
}

function isMeant(irp: Irp, which: u32, file: File, statusBlock: usize): bool {
  if (which == OF_FILE) return !statusBlock || irp.statusBlock == statusBlock;
  if (which == OF_THREAD_AND_FILE) return irp.file == file;
  if (which == OF_WAITING_THREAD) return irp.waited;
  return !changetype<usize>(irp.file.port) || !irp.context || changetype<usize>(irp.event) != 0;
}
