import { STATUS_BUFFER_OVERFLOW, STATUS_CANCELLED, STATUS_SUCCESS } from '../generated/syscalls';
import { completeIrp, currentLocation, Irp } from '../io/irp';
import { takeRequest } from '../io/queue';
import { initializeList, insertTail, isListEmpty, nextEntry, removeEntry } from '../ke/list';
import { allocate, free } from '../mm/pool';

/**
 * One end of a pipe: the data on its way to it, and the reads that wait for data. A write is data in its own program's buffer first; what
 * nobody reads at once is copied while the reader's quota lasts, and keeps its request pending otherwise. At DISPATCH.
 */

export const PIPE_DISCONNECTED: u32 = 1;
export const PIPE_LISTENING: u32 = 2;
export const PIPE_CONNECTED: u32 = 3;
export const PIPE_CLOSING: u32 = 4;

@unmanaged
export class PipeEnd {
  /** Entry of the pipe's instances (server ends), and the pipe. */
  next: usize;
  previous: usize;
  pipe: usize;
  /** The other end while connected. */
  peer: PipeEnd;
  state: u32;
  /** The data are messages; this end reads them one by one. */
  isMessages: bool;
  readsMessages: bool;
  /** Bytes that may be copied for this end, and those that are. */
  quota: u32;
  held: u32;
  /** List heads: reads, data, and listen requests (server ends). */
  readNext: usize;
  readPrevious: usize;
  dataNext: usize;
  dataPrevious: usize;
  listenNext: usize;
  listenPrevious: usize;
}

const END_BYTES: usize = offsetof<PipeEnd>();

/** Data of one write; behind it the bytes, when they are a copy. */
@unmanaged
class PipeData {
  next: usize;
  previous: usize;
  /** The write, while it is not complete; a copy has none. */
  irp: Irp;
  address: usize;
  bytes: u32;
  taken: u32;
  /** Bytes of a copy. */
  held: u32;
}

const DATA_BYTES: usize = offsetof<PipeData>();
/** No memory for the record of a write. */
export const OUT_OF_MEMORY: usize = 1;

/** A new end, or null. */
export function createEnd(quota: u32, isMessages: bool): PipeEnd {
  const end = changetype<PipeEnd>(allocate(END_BYTES));
  if (!changetype<usize>(end)) return end;
  initializeList(changetype<usize>(end));
  initializeList(readList(end));
  initializeList(dataList(end));
  initializeList(listenList(end));
  end.quota = quota;
  end.isMessages = isMessages;
  return end;
}

export function deleteEnd(end: PipeEnd): void {
  dropData(end, STATUS_CANCELLED);
  free(changetype<usize>(end), END_BYTES);
}

/** Address of the list of reads that wait. */
export function readList(end: PipeEnd): usize {
  return changetype<usize>(end) + offsetof<PipeEnd>('readNext');
}

/** Address of the list of listen requests. */
export function listenList(end: PipeEnd): usize {
  return changetype<usize>(end) + offsetof<PipeEnd>('listenNext');
}

function dataList(end: PipeEnd): usize {
  return changetype<usize>(end) + offsetof<PipeEnd>('dataNext');
}

export function hasData(end: PipeEnd): bool {
  return !isListEmpty(dataList(end));
}

/** Complete all requests of a list. */
export function endRequests(list: usize, status: u32): void {
  while (!isListEmpty(list)) completeIrp(takeRequest(list), status, 0);
}

/**
 * Send the data of a write to an end. The answer is 0 when all of it has been read and the write is complete, else what is left of it,
 * or OUT_OF_MEMORY.
 */
export function sendData(end: PipeEnd, irp: Irp): usize {
  const address = allocate(DATA_BYTES);
  if (!address) return OUT_OF_MEMORY;
  const place = currentLocation(irp);
  const data = changetype<PipeData>(address);
  data.irp = irp;
  data.address = place.buffer;
  data.bytes = place.bytes;
  insertTail(dataList(end), address);
  while (hasData(end) && !isListEmpty(readList(end))) readData(end, takeRequest(readList(end)));
  // taken from the front: when any is left, the last of it is ours
  return hasData(end) ? address : 0;
}

/** Copy what is left of a write, so that it can complete; false when quota or memory do not allow it. */
export function holdData(end: PipeEnd, address: usize): bool {
  const data = changetype<PipeData>(address);
  const left = data.bytes - data.taken;
  if (left > end.quota - end.held) return false;
  const copy = changetype<PipeData>(allocate(DATA_BYTES + left));
  if (!changetype<usize>(copy)) return false;
  copy.address = changetype<usize>(copy) + DATA_BYTES;
  copy.bytes = left;
  copy.held = left;
  memory.copy(copy.address, data.address + data.taken, left);
  end.held += left;
  insertTail(dataList(end), changetype<usize>(copy));
  removeData(end, data);
  return true;
}

/** Fill a read from the data there is (some), and complete it: up to the end of a message, or as much as fits. */
export function readData(end: PipeEnd, irp: Irp): u32 {
  const place = currentLocation(irp);
  let status: u32 = STATUS_SUCCESS;
  let moved: u32 = 0;
  do {
    const data = changetype<PipeData>(nextEntry(dataList(end)));
    const bytes = min(data.bytes - data.taken, place.bytes - moved);
    memory.copy(place.buffer + moved, data.address + data.taken, bytes);
    moved += bytes;
    data.taken += bytes;
    if (data.taken == data.bytes) finishData(end, data);
    else if (end.readsMessages) status = STATUS_BUFFER_OVERFLOW;
  } while (!end.readsMessages && moved < place.bytes && hasData(end));
  return completeIrp(irp, status, moved);
}

/** Data has been read to its end. */
function finishData(end: PipeEnd, data: PipeData): void {
  const irp = data.irp;
  const bytes = data.bytes;
  removeData(end, data);
  if (!changetype<usize>(irp)) return;
  irp.cancelRoutine = 0;
  completeIrp(irp, STATUS_SUCCESS, bytes);
}

function removeData(end: PipeEnd, data: PipeData): void {
  removeEntry(changetype<usize>(data));
  end.held -= data.held;
  free(changetype<usize>(data), DATA_BYTES + data.held);
}

/** A pending write is given up: its data goes. */
export function takeBack(end: PipeEnd, address: usize): void {
  removeData(end, changetype<PipeData>(address));
}

/** Give up the pending writes to an end; copies stay to be read. */
export function dropWrites(end: PipeEnd, status: u32): void {
  drop(end, status, false);
}

/** Give up everything that is on its way to an end. */
export function dropData(end: PipeEnd, status: u32): void {
  drop(end, status, true);
}

function drop(end: PipeEnd, status: u32, copies: bool): void {
  const head = dataList(end);
  let entry = nextEntry(head);
  while (entry != head) {
    const data = changetype<PipeData>(entry);
    const irp = data.irp;
    entry = nextEntry(entry);
    if (changetype<usize>(irp) || copies) removeData(end, data);
    if (!changetype<usize>(irp)) continue;
    irp.cancelRoutine = 0;
    completeIrp(irp, status, 0);
  }
}
