import { amoAdd } from '../rv';

/**
 * What a completion port carries: the first words of an IRP, of a posted packet, or of a wait completion packet. The first
 * word belongs to the port unit, so that queueing never needs memory and never fails.
 */

export const PACKET_IRP: u32 = 1;
export const PACKET_POSTED: u32 = 2;
export const PACKET_WAIT: u32 = 3;
/** It was taken back, and waits to be dropped: the unit lets go of packets in their order only. */
export const PACKET_VOID: u32 = 4;

@unmanaged
export class Packet {
  link: usize;
  kind: u32;
  key: u32;
  context: u32;
  status: u32;
  information: u32;
  operation: u32;
}

const operations = memory.data(4, 4);

/** A number that names a request from here on. */
export function nextOperation(): u32 {
  return amoAdd(operations, 1) + 1;
}
