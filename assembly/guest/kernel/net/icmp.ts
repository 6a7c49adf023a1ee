import { at, IP_OFFSET, NetBuffer } from './buffer';
import { checksum } from './checksum';
import { netCounters } from './counters';
import { IP_HEADER_BYTES, PROTOCOL_ICMP, sendIp } from './ipv4';

/** ICMP (RFC 792): echo requests are answered; all else is ignored. */

const ECHO_REQUEST: u32 = 8;
const ECHO_REPLY: u32 = 0;
const HEADER_BYTES: u32 = 8;
const CHECKSUM: usize = 2;

/** An ICMP message for us; true when the buffer was taken. The reply goes out in the buffer of the request. */
export function receiveIcmp(buffer: NetBuffer, source: u32, message: usize, bytes: u32): bool {
  if (bytes < HEADER_BYTES || checksum(message, bytes) != 0) {
    netCounters.badIcmp++;
    return false;
  }
  if (load<u8>(message) != ECHO_REQUEST) return false;
  const reply = at(buffer, IP_OFFSET + IP_HEADER_BYTES);
  if (reply != message) memory.copy(reply, message, bytes); // the request had IP options
  store<u8>(reply, <u8>ECHO_REPLY);
  store<u16>(reply + CHECKSUM, 0);
  store<u16>(reply + CHECKSUM, <u16>checksum(reply, bytes));
  sendIp(buffer, PROTOCOL_ICMP, source, bytes);
  return true;
}
