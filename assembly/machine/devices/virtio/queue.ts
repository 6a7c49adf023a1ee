/**
 * A split virtqueue (VIRTIO 1.3, 2.7) from the device's side. The places of its three parts are checked when it is made ready
 * and cannot change after that; what the driver writes into them is checked at every use.
 */
import { ramAt, ramHolds, ramWritten } from '../../bus';
import * as virtio from '../../generated/virtio';

/** Largest size of a queue. */
export const QUEUE_SIZE_MAX: u32 = 256;
/** What `pending` answers when the driver's index makes no sense. */
export const BROKEN: i32 = -1;

@unmanaged
export class Virtqueue {
  size: u32;
  ready: bool;
  descLow: u32;
  descHigh: u32;
  driverLow: u32;
  driverHigh: u32;
  deviceLow: u32;
  deviceHigh: u32;
  /** Index of the next available entry to take. */
  taken: u16;
  /** Index of the next used entry to write. */
  used: u16;
  /** `used` when the driver was last told, or decided not to be. */
  told: u16;
  /** VIRTIO_F_EVENT_IDX was agreed. */
  eventIndex: bool;

  /** As after reset. */
  reset(): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Virtqueue>());
  }

  /** Begin to work, if the parts are aligned and in RAM. */
  enable(eventIndex: bool): bool {
    const n = this.size;
    const whole =
      n != 0 &&
      (this.descHigh | this.driverHigh | this.deviceHigh) == 0 &&
      this.isPart(this.descLow, 15, n * virtio.VIRTIO_DESC_SIZE) &&
      this.isPart(this.driverLow, 1, 6 + 2 * n) &&
      this.isPart(this.deviceLow, 3, 6 + 8 * n);
    if (!whole) return false;
    this.taken = 0;
    this.used = 0;
    this.told = 0;
    this.eventIndex = eventIndex;
    this.ready = true;
    return true;
  }

  /** Number of entries the driver has made available, or BROKEN. */
  pending(): i32 {
    const index = load<u16>(ramAt(this.driverLow + virtio.VIRTIO_AVAIL_IDX));
    const count = <u32>(<u16>(index - this.taken));
    return count > this.size ? BROKEN : <i32>count;
  }

  /** Head of the chain that is `ahead` entries behind the next one. */
  head(ahead: u32): u32 {
    const slot = (<u32>this.taken + ahead) & (this.size - 1);
    return load<u16>(ramAt(this.driverLow + virtio.VIRTIO_AVAIL_RING + 2 * slot));
  }

  /** Give a chain back; the driver sees it after `publish`. Entries are given back in the order they are taken. */
  putUsed(head: u32, written: u32): void {
    const slot = (<u32>this.used) & (this.size - 1);
    const entry = this.deviceLow + virtio.VIRTIO_USED_RING + 8 * slot;
    store<u32>(ramAt(entry), head);
    store<u32>(ramAt(entry), written, 4);
    ramWritten(entry, 8);
    this.taken++;
    this.used++;
  }

  /** Show the driver all that was given back. */
  publish(): void {
    this.setDeviceHalf(virtio.VIRTIO_USED_IDX, this.used);
  }

  /** Whether the driver wants an interrupt for what was published since the last call. */
  wantsInterrupt(): bool {
    const before = this.told;
    this.told = this.used;
    if (!this.eventIndex) {
      const flags = load<u16>(ramAt(this.driverLow + virtio.VIRTIO_AVAIL_FLAGS));
      return (flags & virtio.VIRTIO_AVAIL_F_NO_INTERRUPT) == 0;
    }
    const event = load<u16>(ramAt(this.driverLow + virtio.VIRTIO_AVAIL_RING + 2 * this.size));
    return <u16>(this.used - event - 1) < <u16>(this.used - before);
  }

  /** Ask for a doorbell at the next entry, or for none. */
  setNotification(wanted: bool): void {
    if (this.eventIndex) {
      const event: u16 = wanted ? this.taken : this.taken + 0x8000;
      this.setDeviceHalf(virtio.VIRTIO_USED_RING + 8 * this.size, event);
    } else {
      this.setDeviceHalf(
        virtio.VIRTIO_USED_FLAGS,
        wanted ? 0 : <u16>virtio.VIRTIO_USED_F_NO_NOTIFY,
      );
    }
  }

  private isPart(address: u32, alignment: u32, bytes: u32): bool {
    return (address & alignment) == 0 && ramHolds(address, bytes);
  }

  private setDeviceHalf(offset: u32, value: u16): void {
    store<u16>(ramAt(this.deviceLow + offset), value);
    ramWritten(this.deviceLow + offset, 2);
  }
}
