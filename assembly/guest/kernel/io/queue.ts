import { STATUS_CANCELLED, STATUS_PENDING } from '../generated/syscalls';
import { insertTail, isListEmpty, nextEntry, removeEntry, removeHead } from '../ke/list';
import { cancelIrp, claimIrp } from './cancel';
import { completeIrp, Irp, irpOfQueue, markPending, queueEntry } from './irp';

/** Queues of pending requests (NT's IoCsq): what is in one can be cancelled, what is taken out cannot. At DISPATCH. */

/** Keep a request until takeRequest; the driver returns the answer, STATUS_PENDING. */
export function keepRequest(list: usize, irp: Irp): u32 {
  markPending(irp);
  insertTail(list, queueEntry(irp));
  letCancel(irp, cancelKept.index);
  return STATUS_PENDING;
}

/** Let a pending request be cancelled, at once when that was asked for before the driver had it (N4.11). */
export function letCancel(irp: Irp, routine: u32): void {
  irp.cancelRoutine = routine;
  if (irp.cancel) cancelIrp(irp);
}

/** The oldest request, for the driver to complete; null when there is none. */
export function takeRequest(list: usize): Irp {
  const entry = removeHead(list);
  if (!entry) return changetype<Irp>(0);
  const irp = irpOfQueue(entry);
  claimIrp(irp);
  return irp;
}

/** The oldest request, left where it is; null when there is none. */
export function peekRequest(list: usize): Irp {
  return isListEmpty(list) ? changetype<Irp>(0) : irpOfQueue(nextEntry(list));
}

function cancelKept(irp: Irp): void {
  removeEntry(queueEntry(irp));
  completeIrp(irp, STATUS_CANCELLED, 0);
}
