/**
 * The state of one hart's DPC queues, and the rules of a single queue: when an insertion asks for a drain (N2.4 to N2.6) and
 * how a tick adapts the thresholds (N2.8).
 */
import {
  DPC_ADJUST_THRESHOLD_RESET,
  DPC_CONFIG_DEPTH_EXCEEDS,
  DPC_CONFIG_IDLE_IS_NOT_CALLED,
  DPC_CONFIG_ONLY_HIGH_CROSSES,
  DPC_DEPTH_LIMIT_RESET,
  DPC_IDEAL_RATE_RESET,
  DPC_IDLE_ASLEEP,
  DPC_IDLE_IDLE,
  DPC_IMPORTANCE_HIGH,
  DPC_IMPORTANCE_LOW,
  DPC_IMPORTANCE_MEDIUM_HIGH,
  DPC_MAX_DEPTH_RESET,
  DPC_MIN_RATE_RESET,
  DPC_RECORD_LINK,
  DPC_RECORD_SIZE,
  DPC_STATUS_ACTIVE,
  DPC_STATUS_FORCED,
  DPC_STATUS_REQUESTED,
  DPC_STATUS_THREADED,
} from '../../generated/dpc';
import { GuestList } from '../guest-list';

/** One hart's part of the unit. Lies in the device's memory, with two lists behind it. */
@unmanaged
export class DpcQueue {
  argument1: u32;
  argument2: u32;
  currentRoutine: u32;
  currentContext: u32;
  currentArgument1: u32;
  currentArgument2: u32;
  /** Sequence number of the DPC that runs, or 0. */
  running: u32;
  active: bool;
  requested: bool;
  forced: bool;
  threaded: bool;
  /** Insertions since reset. */
  count: u32;
  countAtTick: u32;
  rate: u32;
  maxDepth: u32;
  depthLimit: u32;
  minRate: u32;
  idealRate: u32;
  adjustThreshold: u32;
  quietTicks: u32;
  config: u32;
  idle: u32;
  error: u32;
  errors: u32;

  /** Ordinary DPCs. */
  get ordinary(): GuestList {
    return changetype<GuestList>(changetype<usize>(this) + offsetof<DpcQueue>());
  }

  /** Threaded DPCs. */
  get threads(): GuestList {
    return changetype<GuestList>(
      changetype<usize>(this) + offsetof<DpcQueue>() + offsetof<GuestList>(),
    );
  }

  /** Set everything to its value after reset. */
  reset(): void {
    memory.fill(changetype<usize>(this), 0, DPC_QUEUE_BYTES);
    this.maxDepth = DPC_MAX_DEPTH_RESET;
    this.depthLimit = DPC_DEPTH_LIMIT_RESET;
    this.minRate = DPC_MIN_RATE_RESET;
    this.idealRate = DPC_IDEAL_RATE_RESET;
    this.adjustThreshold = DPC_ADJUST_THRESHOLD_RESET;
    this.quietTicks = DPC_ADJUST_THRESHOLD_RESET;
    this.prepare(this.ordinary);
    this.prepare(this.threads);
  }

  /** Whether a DPC of this importance, just inserted, asks for a drain now. */
  wantsDrain(importance: u32, fromOtherHart: bool): bool {
    if (this.active || this.requested) return false;
    const full = this.isFull();
    if (fromOtherHart) return this.mayBeCalled() && (full || this.crosses(importance));
    return importance != DPC_IMPORTANCE_LOW || full || this.rate < this.minRate;
  }

  /** The clock ticks: returns whether a drain is to be requested. */
  tick(): bool {
    this.rate = (this.count - this.countAtTick + this.rate) >>> 1;
    this.countAtTick = this.count;
    if (this.ordinary.count > 0 && !this.active) {
      this.quietTicks = this.adjustThreshold;
      if (this.rate < this.idealRate && this.maxDepth > 1) this.maxDepth--;
      return true;
    }
    if (--this.quietTicks == 0) {
      this.quietTicks = this.adjustThreshold;
      if (this.maxDepth < this.depthLimit) this.maxDepth++;
    }
    return false;
  }

  /** The STATUS register. */
  status(): u32 {
    return (
      (this.active ? DPC_STATUS_ACTIVE : 0) |
      (this.requested ? DPC_STATUS_REQUESTED : 0) |
      (this.threaded ? DPC_STATUS_THREADED : 0) |
      (this.forced ? DPC_STATUS_FORCED : 0)
    );
  }

  private prepare(list: GuestList): void {
    list.link = DPC_RECORD_LINK;
    list.bytes = DPC_RECORD_SIZE;
  }

  private isFull(): bool {
    const depth = this.ordinary.count;
    return this.config & DPC_CONFIG_DEPTH_EXCEEDS ? depth > this.maxDepth : depth >= this.maxDepth;
  }

  private crosses(importance: u32): bool {
    if (importance == DPC_IMPORTANCE_HIGH) return true;
    if (this.config & DPC_CONFIG_ONLY_HIGH_CROSSES) return false;
    return importance == DPC_IMPORTANCE_MEDIUM_HIGH;
  }

  private mayBeCalled(): bool {
    if ((this.config & DPC_CONFIG_IDLE_IS_NOT_CALLED) == 0) return true;
    return (this.idle & DPC_IDLE_IDLE) == 0 || (this.idle & DPC_IDLE_ASLEEP) != 0;
  }
}

/** Bytes of one hart's state with its two lists. */
export const DPC_QUEUE_BYTES: u32 = <u32>(offsetof<DpcQueue>() + 2 * offsetof<GuestList>());
