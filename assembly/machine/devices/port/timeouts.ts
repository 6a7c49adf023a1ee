/**
 * The parked threads that have a deadline, ordered by it; the first one's is the unit's next event. A driver that sets MTIME while
 * threads wait sees them wake at the cycle that was planned before, or later.
 */
import { cancel, now, schedule } from '../../clock';
import { cycleOfTime, mtime } from '../clint';
import { GuestList } from '../guest-list';
import { PORT_THREAD_SIZE, PORT_THREAD_TIMED_LINK } from '../../generated/port';
import { deadlineOf } from './state';

/** A deadline that never comes. */
export const FOREVER: u64 = u64.MAX_VALUE;

@unmanaged
export class Timeouts {
  /** Number of the device that the event belongs to. */
  device: u32;

  get list(): GuestList {
    return changetype<GuestList>(changetype<usize>(this) + offsetof<Timeouts>());
  }

  reset(): void {
    memory.fill(changetype<usize>(this), 0, TIMEOUTS_BYTES);
    this.list.link = PORT_THREAD_TIMED_LINK;
    this.list.bytes = PORT_THREAD_SIZE;
  }

  /** A thread with this deadline begins to wait. */
  add(thread: u32, deadline: u64): void {
    if (deadline == FOREVER) return;
    const list = this.list;
    let before: u32 = 0;
    let next = list.head;
    for (let left = list.count; left > 0 && next != 0; left--) {
      if (deadlineOf(next) > deadline) break;
      before = next;
      next = list.next(next);
    }
    list.insertAfter(before, thread);
    if (list.head == thread) this.rearm();
  }

  /** A thread stops waiting for another reason. */
  drop(thread: u32): void {
    const list = this.list;
    if (list.count == 0) return;
    const first = list.head == thread;
    list.remove(thread);
    if (first) this.rearm();
  }

  /** Take a thread whose deadline has passed; 0 when there is none. */
  takeExpired(): u32 {
    const list = this.list;
    if (list.count == 0 || deadlineOf(list.head) > mtime()) return 0;
    return list.popHead();
  }

  /** Plan the event for the first deadline. */
  rearm(): void {
    cancel(this.device, 0);
    const list = this.list;
    if (list.count == 0) return;
    const cycle = cycleOfTime(deadlineOf(list.head));
    if (cycle != u64.MAX_VALUE) schedule(max(cycle, now() + 1), this.device, 0);
  }
}

/** Bytes of the list with its heading. */
export const TIMEOUTS_BYTES: u32 = <u32>(offsetof<Timeouts>() + offsetof<GuestList>());
