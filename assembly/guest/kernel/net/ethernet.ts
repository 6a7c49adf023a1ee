import { adapterAddress, transmit } from './adapter';
import { receiveArp } from './arp';
import { at, ETHERNET_OFFSET, IP_OFFSET, NetBuffer, releaseBuffer } from './buffer';
import { netCounters } from './counters';
import { receiveIp } from './ipv4';
import { load16, store16 } from './order';

/**
 * Ethernet II frames: destination, source, type. Whoever receives a buffer owns it and releases it, sends it, or keeps it.
 * VLAN tags and 802.3 length frames are not understood.
 */

export const HEADER_BYTES: u32 = 14;
const SOURCE: usize = 6;
const TYPE: usize = 12;
const TYPE_IP: u32 = 0x0800;
const TYPE_ARP: u32 = 0x0806;

/** A frame from the driver. At DISPATCH. */
export function receiveFrame(buffer: NetBuffer): void {
  const frame = at(buffer, ETHERNET_OFFSET);
  if (buffer.bytes >= HEADER_BYTES && isForUs(frame)) {
    const type = load16(frame + TYPE);
    if (type == TYPE_IP) {
      receiveIp(buffer);
      return;
    }
    if (type == TYPE_ARP) {
      receiveArp(buffer);
      return;
    }
  }
  netCounters.badFrame++;
  releaseBuffer(buffer);
}

/** Our address, or a group address (broadcast among them). */
function isForUs(frame: usize): bool {
  if (load<u8>(frame) & 1) return true;
  const own = adapterAddress();
  return (
    load<u16>(frame) == load<u16>(own) &&
    load<u16>(frame, 2) == load<u16>(own, 2) &&
    load<u16>(frame, 4) == load<u16>(own, 4)
  );
}

/** Copy an Ethernet address between even addresses. */
export function copyAddress(to: usize, from: usize): void {
  store<u16>(to, load<u16>(from));
  store<u16>(to, load<u16>(from, 2), 2);
  store<u16>(to, load<u16>(from, 4), 4);
}

/** Send `payload` bytes at IP_OFFSET to an Ethernet address. */
export function sendFrame(buffer: NetBuffer, destination: usize, ip: bool, payload: u32): void {
  const frame = at(buffer, ETHERNET_OFFSET);
  copyAddress(frame, destination);
  copyAddress(frame + SOURCE, adapterAddress());
  store16(frame + TYPE, ip ? TYPE_IP : TYPE_ARP);
  buffer.bytes = payload + <u32>(IP_OFFSET - ETHERNET_OFFSET);
  transmit(buffer);
}
