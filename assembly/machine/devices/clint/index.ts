/**
 * Core-local interruptor: mtime, and per hart a comparator and a software interrupt. mtime is derived from the cycle clock; each
 * comparator is one event in the heap, so time that nobody asks for costs nothing. Registers: registers.table.ts.
 */
import { MIP_MSIP, MIP_MTIP, hartCount, setInterrupt } from '../../cpu/hart';
import { NEVER, cancel, now, schedule } from '../../clock';
import {
  CLINT_HZ,
  CLINT_MSIP,
  CLINT_MSIP_STRIDE,
  CLINT_MTIME,
  CLINT_MTIMECMP,
  CLINT_MTIMECMP_STRIDE,
} from '../../generated/clint';
import { TRACE_timer_fire } from '../../generated/trace';
import { allocate } from '../../layout';
import { trace } from '../../trace';
import { Device } from '../device';

const NO_DEADLINE: u64 = u64.MAX_VALUE;

let clint: Clint | null = null;

/** mtime now. */
export function mtime(): u64 {
  return clint!.mtime(now());
}

/** First cycle at which mtime is not below `value`; NEVER beyond the clock's range. */
export function cycleOfTime(value: u64): u64 {
  return clint!.cycleOf(value);
}

/** mtime at a cycle. */
export function mtimeAt(cycle: u64): u64 {
  return clint!.mtime(cycle);
}

export class Clint extends Device {
  /** mtime minus the time since reset: what writes to MTIME have added. */
  offset: u64 = 0;
  /** Per hart: u64 mtimecmp; behind them per hart u32 msip. */
  private comparators: usize = 0;
  private software: usize = 0;

  constructor(private clockHz: u64) {
    super();
    clint = this;
    this.comparators = allocate(8 * hartCount);
    this.software = allocate(4 * hartCount);
    for (let hart: u32 = 0; hart < hartCount; hart++) this.setComparator(hart, NO_DEADLINE);
  }

  read(offset: u32, width: u32): u32 {
    const cell = this.cell(offset, width);
    if (cell) return load<u32>(cell);
    if (width == 4 && offset == CLINT_MTIME) return <u32>this.mtime(now());
    if (width == 4 && offset == CLINT_MTIME + 4) return <u32>(this.mtime(now()) >> 32);
    return this.unknown(offset);
  }

  write(offset: u32, width: u32, value: u32): void {
    const cell = this.cell(offset, width);
    if (cell >= this.software && cell) {
      store<u32>(cell, value & 1);
      setInterrupt((offset - CLINT_MSIP) / CLINT_MSIP_STRIDE, MIP_MSIP, (value & 1) != 0);
    } else if (cell) {
      store<u32>(cell, value);
      this.update((offset - CLINT_MTIMECMP) / CLINT_MTIMECMP_STRIDE);
    } else if (width == 4 && (offset & ~4) == CLINT_MTIME) {
      this.writeTime(offset != CLINT_MTIME, value);
    } else {
      this.unknown(offset);
    }
  }

  /** mtime has reached the comparator of a hart. */
  event(hart: u32): void {
    trace(TRACE_timer_fire, hart);
    setInterrupt(hart, MIP_MTIP, true);
  }

  /** mtime at a cycle. Whole seconds and the rest apart, so that nothing overflows. */
  mtime(cycle: u64): u64 {
    const hz = this.clockHz;
    return (cycle / hz) * CLINT_HZ + ((cycle % hz) * CLINT_HZ) / hz + this.offset;
  }

  /** First cycle at which mtime is not below a value; NEVER beyond the clock's range. */
  cycleOf(value: u64): u64 {
    if (this.mtime(now()) >= value) return now();
    const hz = this.clockHz;
    const ticks = value - this.offset;
    const seconds = ticks / CLINT_HZ;
    if (seconds >= u64.MAX_VALUE / hz - 1) return NEVER;
    return seconds * hz + ((ticks % CLINT_HZ) * hz + (CLINT_HZ - 1)) / CLINT_HZ;
  }

  stateBytes(): u32 {
    return offsetof<Clint>();
  }

  /** Where the register of a hart at an offset is kept; 0 if it is not a per-hart register. */
  private cell(offset: u32, width: u32): usize {
    if (width != 4 || (offset & 3) != 0) return 0;
    if (offset - CLINT_MSIP < CLINT_MSIP_STRIDE * hartCount) return this.software + offset;
    const comparator = offset - CLINT_MTIMECMP;
    return comparator < CLINT_MTIMECMP_STRIDE * hartCount ? this.comparators + comparator : 0;
  }

  private setComparator(hart: u32, value: u64): void {
    store<u64>(this.comparators + 8 * hart, value);
  }

  private writeTime(high: bool, value: u32): void {
    const old = this.mtime(now());
    const wanted = high ? ((<u64>value) << 32) | (<u32>old) : (old & ~(<u64>0xffff_ffff)) | value;
    this.offset += wanted - old;
    for (let hart: u32 = 0; hart < hartCount; hart++) this.update(hart);
  }

  /** Raise or lower a hart's timer interrupt, and schedule the moment it will rise. */
  private update(hart: u32): void {
    cancel(this.number, hart);
    const comparator = load<u64>(this.comparators + 8 * hart);
    const due = this.mtime(now()) >= comparator;
    setInterrupt(hart, MIP_MTIP, due);
    if (due) return;
    const cycle = this.cycleOf(comparator);
    if (cycle != NEVER) schedule(cycle, this.number, hart);
  }
}
