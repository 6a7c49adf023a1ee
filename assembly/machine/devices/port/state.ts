/** The state of one completion port and of one hart's bank, and the fields of a thread record in guest RAM. */
import { GuestList, readWord, writeWord } from '../guest-list';
import {
  PORT_PACKET_LINK,
  PORT_PACKET_SIZE,
  PORT_THREAD_DEADLINE,
  PORT_THREAD_HART,
  PORT_THREAD_LINK,
  PORT_THREAD_PORT,
  PORT_THREAD_SIZE,
  PORT_THREAD_STATE,
  PORT_THREAD_VALUE,
} from '../../generated/port';

/** A list that lies behind a structure in the device's memory. */
function listAt(base: usize, offset: usize): GuestList {
  return changetype<GuestList>(base + offset);
}

/** A port: NT's KQUEUE. Two lists follow it. */
@unmanaged
export class Port {
  /** Handle while it is open, else 0. */
  handle: u32;
  /** How often this place was used: part of the handle, so that an old handle names no new port. */
  generation: u32;
  /** Concurrency limit. */
  limit: u32;
  /** Associated threads that run. */
  active: u32;

  /** Packets, oldest first. */
  get packets(): GuestList {
    return listAt(changetype<usize>(this), offsetof<Port>());
  }

  /** Parked threads, newest first. */
  get waiters(): GuestList {
    return listAt(changetype<usize>(this), offsetof<Port>() + offsetof<GuestList>());
  }

  /** Close the place and make its lists ready. */
  reset(): void {
    memory.fill(changetype<usize>(this), 0, PORT_BYTES);
    this.packets.link = PORT_PACKET_LINK;
    this.packets.bytes = PORT_PACKET_SIZE;
    this.waiters.link = PORT_THREAD_LINK;
    this.waiters.bytes = PORT_THREAD_SIZE;
  }

  /** Whether another thread may become active. */
  get hasRoom(): bool {
    return this.active < this.limit;
  }

  /** A thread is active no more. */
  deactivate(): void {
    if (this.active > 0) this.active--;
  }
}

/** Bytes of a port with its lists. */
export const PORT_BYTES: u32 = <u32>(offsetof<Port>() + 2 * offsetof<GuestList>());

/** One hart's bank. Its release FIFO follows it. */
@unmanaged
export class PortBank {
  port: u32;
  deadlineLow: u32;
  deadlineHigh: u32;
  inserter: u32;
  taker: u32;
  releaseValue: u32;
  error: u32;
  errors: u32;

  /** Released threads, oldest first. */
  get released(): GuestList {
    return listAt(changetype<usize>(this), offsetof<PortBank>());
  }

  get deadline(): u64 {
    return ((<u64>this.deadlineHigh) << 32) | this.deadlineLow;
  }

  /** Set everything to its value after reset. */
  reset(): void {
    memory.fill(changetype<usize>(this), 0, BANK_BYTES);
    this.released.link = PORT_THREAD_LINK;
    this.released.bytes = PORT_THREAD_SIZE;
  }
}

/** Bytes of a bank with its list. */
export const BANK_BYTES: u32 = <u32>(offsetof<PortBank>() + offsetof<GuestList>());

/** Handle of the port that a thread is associated with. */
export function portOf(thread: u32): u32 {
  return readWord(thread + PORT_THREAD_PORT);
}

export function setPortOf(thread: u32, handle: u32): void {
  writeWord(thread + PORT_THREAD_PORT, handle);
}

/** One of the STATE values. */
export function stateOf(thread: u32): u32 {
  return readWord(thread + PORT_THREAD_STATE);
}

export function setStateOf(thread: u32, state: u32): void {
  writeWord(thread + PORT_THREAD_STATE, state);
}

/** What the last release gave. */
export function valueOf(thread: u32): u32 {
  return readWord(thread + PORT_THREAD_VALUE);
}

export function setValueOf(thread: u32, value: u32): void {
  writeWord(thread + PORT_THREAD_VALUE, value);
}

/** The mtime at which the thread stops waiting; u64.MAX_VALUE for never. */
export function deadlineOf(thread: u32): u64 {
  const low = readWord(thread + PORT_THREAD_DEADLINE);
  return ((<u64>readWord(thread + PORT_THREAD_DEADLINE + 4)) << 32) | low;
}

export function setDeadlineOf(thread: u32, deadline: u64): void {
  writeWord(thread + PORT_THREAD_DEADLINE, <u32>deadline);
  writeWord(thread + PORT_THREAD_DEADLINE + 4, <u32>(deadline >>> 32));
}

/** The hart whose FIFO gets the timeout. */
export function hartOf(thread: u32): u32 {
  return readWord(thread + PORT_THREAD_HART);
}

export function setHartOf(thread: u32, hart: u32): void {
  writeWord(thread + PORT_THREAD_HART, hart);
}
