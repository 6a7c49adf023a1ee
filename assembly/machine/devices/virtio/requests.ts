/**
 * A virtio device that serves the chains of each queue one after the other: it looks at a chain, works for some cycles, then does
 * what the chain asks and gives it back. Its state is a bit per queue and the event that ends its work.
 */
import { cancel, now, schedule } from '../../clock';
import * as virtio from '../../generated/virtio';
import { VirtioDevice, feature } from './transport';

/** Cycles from the doorbell to the first look at the ring. */
export const DOORBELL_CYCLES: u64 = 8;
/** Cycles to fetch a descriptor. */
export const DESCRIPTOR_CYCLES: u64 = 16;
/** Bytes moved per cycle. */
export const BYTES_PER_CYCLE: u64 = 8;
/** Answer of `perform`: the chain is not done yet. */
export const NOT_DONE: i32 = -1;

const FETCH: u32 = 0;
const DONE: u32 = 1;

/** Features that every device of this kind offers. */
export const REQUEST_FEATURES: u64 =
  feature(virtio.VIRTIO_F_VERSION_1) |
  feature(virtio.VIRTIO_F_INDIRECT_DESC) |
  feature(virtio.VIRTIO_F_EVENT_IDX);

/** Cycles to fetch so many descriptors and move so many bytes. */
export function transferCycles(descriptors: u32, bytes: u64): u64 {
  return DESCRIPTOR_CYCLES * descriptors + (bytes + BYTES_PER_CYCLE - 1) / BYTES_PER_CYCLE;
}

export abstract class RequestDevice extends VirtioDevice {
  private queuesUsed: u32;
  /** A bit per queue: an event will go on with the work. */
  private busy: u32 = 0;

  constructor(slot: u32, deviceId: u32, queues: u32) {
    super(slot, deviceId, queues);
    this.queuesUsed = queues;
  }

  /** Cycles until `perform`; the chain is loaded. */
  protected abstract cost(n: u32): u64;

  /** Do what the loaded chain asks. Returns bytes written, or NOT_DONE to be called again after `cost`. */
  protected abstract perform(n: u32): i32;

  /** Whether queue n can be served now; when that changes, the device calls `serve`. */
  protected isServed(_n: u32): bool {
    return true;
  }

  event(id: u32): void {
    const n = id >>> 1;
    this.busy &= ~(1 << n);
    if (!this.isOpen(n)) return;
    if ((id & 1) == DONE) this.finish(n);
    if (this.isOpen(n) && !this.isBusy(n)) this.fetch(n);
  }

  protected hasQueue(n: u32): bool {
    return n < this.queuesUsed;
  }

  protected notify(n: u32): void {
    this.serve(n);
  }

  protected opened(n: u32): void {
    this.queue(n).setNotification(true);
  }

  protected restart(): void {
    for (let n: u32 = 0; n < this.queuesUsed; n++) {
      cancel(this.number, (n << 1) | FETCH);
      cancel(this.number, (n << 1) | DONE);
    }
    this.busy = 0;
  }

  /** Look at queue n soon. */
  protected serve(n: u32): void {
    if (!this.isOpen(n) || this.isBusy(n) || !this.isServed(n)) return;
    this.queue(n).setNotification(false);
    this.workOn(n, FETCH, DOORBELL_CYCLES);
  }

  private isBusy(n: u32): bool {
    return (this.busy & (1 << n)) != 0;
  }

  private workOn(n: u32, kind: u32, cycles: u64): void {
    this.busy |= 1 << n;
    schedule(now() + cycles, this.number, (n << 1) | kind);
  }

  private fetch(n: u32): void {
    if (!this.isServed(n) || this.pendingOn(n) == 0) {
      if (this.live) this.queue(n).setNotification(true);
      return;
    }
    if (this.loadChain(n, 0)) this.workOn(n, DONE, this.cost(n));
  }

  private finish(n: u32): void {
    if (this.pendingOn(n) == 0 || !this.isServed(n) || !this.loadChain(n, 0)) return;
    const written = this.perform(n);
    if (written == NOT_DONE) return;
    const queue = this.queue(n);
    queue.putUsed(queue.head(0), written);
    queue.publish();
    if (queue.wantsInterrupt()) this.raise(n, virtio.VIRTIO_INTERRUPT_STATUS_USED);
  }
}
