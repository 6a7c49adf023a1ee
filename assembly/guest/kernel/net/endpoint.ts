import { File } from '../io/file';
import { initializeList, insertTail, isListEmpty, removeHead } from '../ke/list';
import { allocate, free } from '../mm/pool';
import { canKeepBuffer, NetBuffer, releaseBuffer } from './buffer';
import { UdpEndpoint } from './udp';

/** What a socket is made of: the datagrams that wait for a receive, the receives that wait for a datagram, and who polls it. */

/** Datagrams a socket keeps for nobody yet. */
const QUEUE_LIMIT: u32 = 256;

@unmanaged
export class Endpoint extends UdpEndpoint {
  /** List heads: receive IRPs; places of polls (poll.ts); datagrams, and their number. */
  receiveNext: usize;
  receivePrevious: usize;
  pollNext: usize;
  pollPrevious: usize;
  datagramNext: usize;
  datagramPrevious: usize;
  datagrams: u32;
}

const ENDPOINT_BYTES: usize = offsetof<Endpoint>();

/** A new endpoint, or null. */
export function createEndpoint(): Endpoint {
  const endpoint = changetype<Endpoint>(allocate(ENDPOINT_BYTES));
  if (!changetype<usize>(endpoint)) return endpoint;
  initializeList(receiveList(endpoint));
  initializeList(pollList(endpoint));
  initializeList(datagramList(endpoint));
  return endpoint;
}

export function deleteEndpoint(endpoint: Endpoint): void {
  let buffer = takeDatagram(endpoint);
  while (changetype<usize>(buffer)) {
    releaseBuffer(buffer);
    buffer = takeDatagram(endpoint);
  }
  free(changetype<usize>(endpoint), ENDPOINT_BYTES);
}

export function endpointOf(file: File): Endpoint {
  return changetype<Endpoint>(file.context);
}

/** Address of the list of receives that wait. */
export function receiveList(endpoint: Endpoint): usize {
  return changetype<usize>(endpoint) + offsetof<Endpoint>('receiveNext');
}

/** Address of the list of the places that polls have at a socket. */
export function pollList(endpoint: Endpoint): usize {
  return changetype<usize>(endpoint) + offsetof<Endpoint>('pollNext');
}

function datagramList(endpoint: Endpoint): usize {
  return changetype<usize>(endpoint) + offsetof<Endpoint>('datagramNext');
}

export function hasDatagram(endpoint: Endpoint): bool {
  return !isListEmpty(datagramList(endpoint));
}

/** The oldest datagram, or null. */
export function takeDatagram(endpoint: Endpoint): NetBuffer {
  const entry = removeHead(datagramList(endpoint));
  if (!entry) return changetype<NetBuffer>(0);
  endpoint.datagrams--;
  return changetype<NetBuffer>(entry - offsetof<NetBuffer>('queueNext'));
}

/** Keep a datagram for a later receive; false when the socket has enough of them, or the executive few buffers left. */
export function keepDatagram(endpoint: Endpoint, buffer: NetBuffer): bool {
  if (endpoint.datagrams == QUEUE_LIMIT || !canKeepBuffer()) return false;
  endpoint.datagrams++;
  insertTail(datagramList(endpoint), changetype<usize>(buffer) + offsetof<NetBuffer>('queueNext'));
  return true;
}
