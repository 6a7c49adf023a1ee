/** Counts of what the network stack has seen; a frame that is dropped is counted under its reason and does nothing else. */

@unmanaged
export class NetCounters {
  received: u32;
  sent: u32;
  /** No buffer to send with, or the ring was full. */
  noBuffer: u32;
  /** Ethernet: too short, not for us, or no known protocol. */
  badFrame: u32;
  badArp: u32;
  /** IPv4: version, lengths, checksum; fragments are not reassembled. */
  badIp: u32;
  fragments: u32;
  notOurs: u32;
  badIcmp: u32;
  badUdp: u32;
  /** No socket on the port; the socket's queue was full. */
  noPort: u32;
  queueFull: u32;
  /** Datagrams dropped because the next hop did not answer ARP. */
  unresolved: u32;
}

/** The one set of counters. */
export const netCounters = changetype<NetCounters>(memory.data(64, 4));
