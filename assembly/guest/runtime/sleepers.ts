/**
 * Sleeping tasks beyond the number for which there are kernel timers: a heap by due time, whose first entry has a timer.
 */
import { lock, unlock } from './lock';
import { completeVoidTask } from './completion';
import { Task } from './task';
import { newTask } from './taskRecords';
import { now, sleepWithTimer } from './timer';

/** When the tasks are due, in nanoseconds; a binary heap, and the tasks beside it. */
let dueTimes: i64[] | null = null;
let tasks: Task<void>[] | null = null;
/** The earliest time for which a timer is set. */
let armed: i64 = i64.MAX_VALUE;
const guard = memory.data(4, 4);

/** A task that completes after `duration` nanoseconds, without a kernel timer of its own. */
export function sleepShared(duration: i64): Task<void> {
  const task = newTask<void>();
  const due = now() + duration;
  lock(guard);
  if (!dueTimes) dueTimes = [];
  if (!tasks) tasks = [];
  push(dueTimes!, tasks!, due, task);
  const mustArm = due < armed;
  if (mustArm) armed = due;
  unlock(guard);
  if (mustArm) wakeAfter(duration);
  return task;
}

async function wakeAfter(duration: i64): Promise<void> {
  await sleepWithTimer(duration);
  complete();
}

/** Complete what is due, and set a timer for the next. */
function complete(): void {
  const time = now();
  let next: i64 = i64.MAX_VALUE;
  lock(guard);
  armed = i64.MAX_VALUE;
  while (dueTimes!.length > 0) {
    next = dueTimes![0];
    if (next > time) break;
    const task = pop(dueTimes!, tasks!);
    next = i64.MAX_VALUE;
    unlock(guard);
    completeVoidTask(task);
    lock(guard);
  }
  const mustArm = next < armed;
  if (mustArm) armed = next;
  unlock(guard);
  if (mustArm) wakeAfter(next - time);
}

function push(times: i64[], items: Task<void>[], due: i64, task: Task<void>): void {
  times.push(due);
  items.push(task);
  let index = times.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (times[parent] <= times[index]) return;
    swap(times, items, parent, index);
    index = parent;
  }
}

function pop(times: i64[], items: Task<void>[]): Task<void> {
  swap(times, items, 0, times.length - 1);
  times.pop();
  const task = items.pop();
  let index = 0;
  while (true) {
    let child = 2 * index + 1;
    if (child >= times.length) return task;
    if (child + 1 < times.length && times[child + 1] < times[child]) child++;
    if (times[index] <= times[child]) return task;
    swap(times, items, index, child);
    index = child;
  }
  return task;
}

function swap(times: i64[], items: Task<void>[], a: i32, b: i32): void {
  const time = times[a];
  times[a] = times[b];
  times[b] = time;
  const item = items[a];
  items[a] = items[b];
  items[b] = item;
}
