/**
 * What the DPC unit and the port unit hold, for views of the host. Reading it has no effect on the machine, unlike reading their
 * registers. Records are links of lists in guest RAM, which the host walks by itself.
 */
import { dpcs, ports } from './board';
import { hartCount } from './cpu/hart';

/** First record of a hart's queue of ordinary or threaded DPCs, or 0. */
export function dpcFirst(hart: u32, threaded: u32): u32 {
  if (hart >= hartCount) return 0;
  const queue = dpcs.queue(hart);
  return threaded ? queue.threads.head : queue.ordinary.head;
}

/** Number of records in that queue. */
export function dpcDepth(hart: u32, threaded: u32): u32 {
  if (hart >= hartCount) return 0;
  const queue = dpcs.queue(hart);
  return threaded ? queue.threads.count : queue.ordinary.count;
}

/** The STATUS register of a hart. */
export function dpcStatus(hart: u32): u32 {
  return hart < hartCount ? dpcs.queue(hart).status() : 0;
}

/** Routine of the DPC that runs on a hart, or 0. */
export function dpcRunning(hart: u32): u32 {
  if (hart >= hartCount) return 0;
  const queue = dpcs.queue(hart);
  return queue.running ? queue.currentRoutine : 0;
}

/** First packet in the queue of a port, or 0. */
export function portFirstPacket(handle: u32): u32 {
  const port = ports.find(handle);
  return port ? port.packets.head : 0;
}

/** The record of the newest thread that is parked at a port, or 0. */
export function portFirstWaiter(handle: u32): u32 {
  const port = ports.find(handle);
  return port ? port.waiters.head : 0;
}

/** Associated threads that run, and the most that shall: the low and the high half. 0 for no port. */
export function portThreads(handle: u32): u32 {
  const port = ports.find(handle);
  return port ? (min<u32>(port.limit, 0xffff) << 16) | (port.active & 0xffff) : 0;
}
