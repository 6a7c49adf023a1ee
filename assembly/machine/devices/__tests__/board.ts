/** A board for tests of single devices: 1 MiB of RAM, PLIC and CLINT, no CPU. */
import { attach, deviceAt, ramAt, resetBus } from '../../bus';
import { nextEvent, resetClock, setTime, takeEvent } from '../../clock';
import { resetCounters } from '../../counters';
import { STOP_TraceFull } from '../../generated/stops';
import { TRACE, growMemory, resetLayout } from '../../layout';
import { NO_STOP, takeStop } from '../../stop';
import { setTracing, traceClear, traceCount } from '../../trace';
import { Clint } from '../clint';
import { Device } from '../device';
import { Plic } from '../plic';

export const RAM_BASE: u32 = 0x8000_0000;
export const RAM_BYTES: u32 = 0x10_0000;

const CLOCK_HZ: u64 = 1_000_000_000;
let plic: Plic | null = null;

/** Begin anew. */
export function newBoard(): void {
  resetLayout();
  growMemory(RAM_BYTES);
  memory.fill(ramAt(RAM_BASE), 0, RAM_BYTES);
  resetBus(RAM_BYTES);
  resetClock();
  resetCounters();
  takeStop();
  plic = new Plic();
  plug(plic!, 0x0c00_0000, 0x60_0000);
  plug(new Clint(CLOCK_HZ), 0x0200_0000, 0x1_0000);
  traceClear();
  setTracing(true);
}

/** Put a device on the board. */
export function plug(device: Device, base: u32, size: u32): void {
  if (!attach(device, base, size)) throw new Error('the bus refused the device');
}

/** Handle all events up to and including a cycle, or up to the first stop but a full trace; returns the stop. */
export function runTo(cycle: u64): u32 {
  while (nextEvent() <= cycle) {
    const packed = takeEvent();
    deviceAt(<i32>(packed >>> 32)).event(<u32>packed);
    const stop = takeStop();
    if (stop == STOP_TraceFull) traceClear();
    else if (stop != NO_STOP) return stop;
  }
  setTime(cycle);
  return NO_STOP;
}

/** A word of RAM. */
export function word(address: u32): u32 {
  return load<u32>(ramAt(address));
}

export function setWord(address: u32, value: u32): void {
  store<u32>(ramAt(address), value);
}

/** Memory on both sides of RAM that nobody may touch while `guardsAreWhole`. */
const GUARD_BYTES: u32 = 0x1_0000;
const GUARD: u8 = 0xa5;

/** Fill the guards. */
export function setGuards(): void {
  growMemory(RAM_BYTES + GUARD_BYTES);
  memory.fill(ramAt(RAM_BASE) - GUARD_BYTES, GUARD, GUARD_BYTES);
  memory.fill(ramAt(RAM_BASE) + RAM_BYTES, GUARD, GUARD_BYTES);
}

/** Whether nothing was written just outside RAM. */
export function guardsAreWhole(): bool {
  const start = ramAt(RAM_BASE);
  for (let n: u32 = 0; n < GUARD_BYTES; n++) {
    if (load<u8>(start - 1 - n) != GUARD || load<u8>(start + RAM_BYTES + n) != GUARD) return false;
  }
  return true;
}

/** Whether an interrupt source's line is high. */
export function lineIsHigh(source: u32): bool {
  return ((plic!.lines >>> source) & 1) != 0;
}

/** How many trace records of a kind there are with this field `a`. */
export function traced(kind: u32, a: u32): u32 {
  let found: u32 = 0;
  for (let n: u32 = 0; n < traceCount; n++) {
    const record = TRACE + 32 * n;
    if (load<u16>(record, 8) == kind && load<u32>(record, 12) == a) found++;
  }
  return found;
}

/** A small generator for fuzzing; the tests' own, so that they repeat. */
export class Random {
  private state: u32;

  constructor(seed: u32) {
    this.state = seed;
  }

  /** A number below `limit`. */
  below(limit: u32): u32 {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state % limit;
  }
}
