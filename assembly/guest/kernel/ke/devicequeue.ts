import { initializeList, insertTail, removeEntry, removeHead } from './list';

/**
 * Device queues (NT's KDEVICE_QUEUE): a driver that serves one request at a time keeps the others here. The queue is busy from the
 * first insertion, which is not queued but served, until a removal finds it empty. At DISPATCH.
 */

@unmanaged
export class DeviceQueue {
  next: usize;
  previous: usize;
  busy: bool;
}

/** Entry of a device queue, in a driver's request. */
@unmanaged
export class DeviceQueueEntry {
  next: usize;
  previous: usize;
  inserted: bool;
}

export function initializeDeviceQueue(queue: DeviceQueue): void {
  initializeList(changetype<usize>(queue));
  queue.busy = false;
}

/** False when the queue was idle: the request is to be served now. */
export function insertDeviceQueue(queue: DeviceQueue, entry: DeviceQueueEntry): bool {
  entry.inserted = queue.busy;
  if (queue.busy) insertTail(changetype<usize>(queue), changetype<usize>(entry));
  queue.busy = true;
  return entry.inserted;
}

/** The next request to serve, or null, which makes the queue idle. */
export function removeDeviceQueue(queue: DeviceQueue): DeviceQueueEntry {
  const entry = changetype<DeviceQueueEntry>(removeHead(changetype<usize>(queue)));
  if (changetype<usize>(entry)) entry.inserted = false;
  else queue.busy = false;
  return entry;
}

/** Take a request out of the middle; false when it is not queued. */
export function removeEntryDeviceQueue(entry: DeviceQueueEntry): bool {
  const was = entry.inserted;
  if (was) removeEntry(changetype<usize>(entry));
  entry.inserted = false;
  return was;
}
