import {
  AFD_MAXIMUM_POLL,
  AFD_POLL_BYTES,
  AFD_POLL_count,
  AFD_POLL_exclusive,
  AFD_POLL_HANDLE_BYTES,
  AFD_POLL_HANDLE_events,
  AFD_POLL_HANDLE_handle,
  AFD_POLL_HANDLE_status,
  AFD_POLL_LOCAL_CLOSE,
  AFD_POLL_RECEIVE,
  AFD_POLL_SEND,
  AFD_POLL_timeout,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_PENDING,
  STATUS_SUCCESS,
  STATUS_TIMEOUT,
} from '../generated/syscalls';
import { NEVER, systemTime } from '../hal/clock';
import { File } from '../io/file';
import { completeIrp, Irp, markPending } from '../io/irp';
import { letCancel } from '../io/queue';
import { acquireIo, releaseIo } from '../io/lock';
import { acquireDispatcher, releaseDispatcher } from '../ke/dispatcher';
import { Dpc, initializeDpc } from '../ke/dpc';
import { initializeList, insertTail, nextEntry, removeEntry } from '../ke/list';
import { TYPE_FILE } from '../ke/object';
import { initializeTimer, setTimer, Timer } from '../ke/timer';
import { allocate, free } from '../mm/pool';
import { probeWords } from '../mm/user';
import { referenceTyped } from '../ob/handle';
import { dereference } from '../ob/object';
import { Endpoint, endpointOf, hasDatagram, pollList } from './endpoint';

/**
 * IOCTL_AFD_POLL: wait until one of several sockets is ready, or a time has come. A poll has a place in the list of each socket it
 * asks about; the first event, the timeout or a cancellation ends it. One timer serves all polls. A request names the sockets by
 * handle; the one it is made of is the main socket, of which at most one exclusive poll is under way. At DISPATCH.
 */

@unmanaged
class Poll {
  /** Entry of the list of all polls. */
  next: usize;
  previous: usize;
  irp: Irp;
  /** The program's structure, which receives the events. */
  request: usize;
  deadline: u64;
  exclusive: bool;
  count: u32;
}

/** What a poll asks of one socket. */
@unmanaged
class PollPlace {
  next: usize;
  previous: usize;
  poll: Poll;
  file: File;
  handle: u32;
  events: u32;
}

const PLACES_OFFSET: usize = (offsetof<Poll>() + 7) & ~7;
const PLACE_BYTES: usize = offsetof<PollPlace>();

const polls = memory.data(8, 4);
const timer = changetype<Timer>(memory.data(offsetof<Timer>(), 8));
const dpc = changetype<Dpc>(memory.data(32, 4));

export function initializePolls(): void {
  initializeList(polls);
  initializeDpc(dpc, expirePolls.index, 0);
  initializeTimer(timer, false);
  timer.dpc = changetype<usize>(dpc);
}

function pollBytes(count: u32): usize {
  return PLACES_OFFSET + PLACE_BYTES * count;
}

function placeOf(poll: Poll, index: u32): PollPlace {
  return changetype<PollPlace>(changetype<usize>(poll) + PLACES_OFFSET + PLACE_BYTES * index);
}

/** The request; `cleanUp` tells sockets from other files. */
export function pollSockets(irp: Irp, request: usize, cleanUp: u32): u32 {
  let status = probeWords(request, AFD_POLL_BYTES);
  if (status) return completeIrp(irp, status, 0);
  const count = load<u32>(request + AFD_POLL_count);
  const timeout = load<i64>(request + AFD_POLL_timeout);
  if (!count || count > AFD_MAXIMUM_POLL) return completeIrp(irp, STATUS_INVALID_PARAMETER, 0);
  status = probeWords(request, AFD_POLL_BYTES + count * AFD_POLL_HANDLE_BYTES);
  if (status) return completeIrp(irp, status, 0);
  const poll = changetype<Poll>(allocate(pollBytes(count)));
  if (!changetype<usize>(poll)) return completeIrp(irp, STATUS_INSUFFICIENT_RESOURCES, 0);
  initializeList(changetype<usize>(poll));
  poll.irp = irp;
  poll.request = request;
  poll.deadline = timeout < 0 ? systemTime() + <u64>-timeout : <u64>timeout;
  poll.exclusive = load<u32>(request + AFD_POLL_exclusive) != 0;
  if (!takePlaces(poll, count, cleanUp)) return endPoll(poll, STATUS_INVALID_HANDLE, 0);
  if (poll.exclusive) endExclusive(irp.file);
  const ready = reportReady(poll);
  if (ready || timeout == 0) return endPoll(poll, STATUS_SUCCESS, ready);
  return keepPoll(poll);
}

/** Find the sockets, with a reference to each; false when a handle is not one's. */
function takePlaces(poll: Poll, count: u32, cleanUp: u32): bool {
  let entry = poll.request + AFD_POLL_BYTES;
  for (; poll.count < count; entry += AFD_POLL_HANDLE_BYTES) {
    const handle = load<u32>(entry + AFD_POLL_HANDLE_handle);
    const file = changetype<File>(referenceTyped(handle, TYPE_FILE));
    if (!changetype<usize>(file)) return false;
    if (file.device.cleanup != cleanUp) {
      dereference(file);
      return false;
    }
    const place = placeOf(poll, poll.count++);
    initializeList(changetype<usize>(place));
    place.poll = poll;
    place.file = file;
    place.handle = handle;
    place.events = load<u32>(entry + AFD_POLL_HANDLE_events) | AFD_POLL_LOCAL_CLOSE;
  }
  return true;
}

/** A new exclusive poll ends the older one of the same main socket (S99). */
function endExclusive(main: File): void {
  for (let entry = nextEntry(polls); entry != polls; entry = nextEntry(entry)) {
    const poll = changetype<Poll>(entry);
    if (!poll.exclusive || poll.irp.file != main) continue;
    endPoll(poll, STATUS_SUCCESS, 0);
    return;
  }
}

function keepPoll(poll: Poll): u32 {
  const irp = poll.irp;
  insertTail(polls, changetype<usize>(poll));
  for (let index: u32 = 0; index < poll.count; index++) {
    const place = placeOf(poll, index);
    insertTail(pollList(endpointOf(place.file)), changetype<usize>(place));
  }
  armTimer();
  markPending(irp);
  letCancel(irp, cancelPoll.index);
  return STATUS_PENDING;
}

/** Write the sockets that are ready or closed; the answer is how many. */
function reportReady(poll: Poll): u32 {
  let ready: u32 = 0;
  for (let index: u32 = 0; index < poll.count; index++) {
    const place = placeOf(poll, index);
    const now = place.file.closed
      ? AFD_POLL_LOCAL_CLOSE
      : eventsOf(endpointOf(place.file)) & place.events;
    if (!now) continue;
    const entry = poll.request + AFD_POLL_BYTES + ready++ * AFD_POLL_HANDLE_BYTES;
    store<u32>(entry + AFD_POLL_HANDLE_handle, place.handle);
    store<u32>(entry + AFD_POLL_HANDLE_events, now);
    store<u32>(entry + AFD_POLL_HANDLE_status, STATUS_SUCCESS);
  }
  return ready;
}

/** A datagram socket can always send. */
function eventsOf(endpoint: Endpoint): u32 {
  return hasDatagram(endpoint) ? AFD_POLL_SEND | AFD_POLL_RECEIVE : AFD_POLL_SEND;
}

/** Take a poll apart and complete its request. */
function endPoll(poll: Poll, status: u32, ready: u32): u32 {
  const irp = poll.irp;
  irp.cancelRoutine = 0;
  removeEntry(changetype<usize>(poll));
  for (let index: u32 = 0; index < poll.count; index++) {
    const place = placeOf(poll, index);
    removeEntry(changetype<usize>(place));
    dereference(place.file);
  }
  const failed = status == STATUS_INVALID_HANDLE || status == STATUS_CANCELLED;
  if (!failed) store<u32>(poll.request + AFD_POLL_count, ready);
  free(changetype<usize>(poll), pollBytes(poll.count));
  return completeIrp(irp, status, failed ? 0 : AFD_POLL_BYTES + ready * AFD_POLL_HANDLE_BYTES);
}

function cancelPoll(irp: Irp): void {
  for (let entry = nextEntry(polls); entry != polls; entry = nextEntry(entry)) {
    const poll = changetype<Poll>(entry);
    if (poll.irp != irp) continue;
    endPoll(poll, STATUS_CANCELLED, 0);
    return;
  }
}

/** Something has happened at a socket: a datagram has come, or it is being closed. */
export function socketChanged(endpoint: Endpoint): void {
  const head = pollList(endpoint);
  let entry = nextEntry(head);
  while (entry != head) {
    const poll = changetype<PollPlace>(entry).poll;
    entry = nextEntry(entry);
    const ready = reportReady(poll);
    if (!ready) continue;
    endPoll(poll, STATUS_SUCCESS, ready);
    entry = nextEntry(head);
  }
}

/** From the timer. */
function expirePolls(self: usize, context: usize, argument1: usize, argument2: usize): void {
  acquireIo();
  const now = systemTime();
  let entry = nextEntry(polls);
  while (entry != polls) {
    const poll = changetype<Poll>(entry);
    entry = nextEntry(entry);
    if (poll.deadline <= now) endPoll(poll, STATUS_TIMEOUT, 0);
  }
  armTimer();
  releaseIo();
}

/** Set the timer to the first deadline. */
function armTimer(): void {
  let first = NEVER;
  for (let entry = nextEntry(polls); entry != polls; entry = nextEntry(entry)) {
    const deadline = changetype<Poll>(entry).deadline;
    if (deadline < first) first = deadline;
  }
  if (first == NEVER) return;
  acquireDispatcher();
  setTimer(timer, first, 0);
  releaseDispatcher();
}
