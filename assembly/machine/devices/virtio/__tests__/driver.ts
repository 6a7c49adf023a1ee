/** A small standard driver for tests: rings at fixed places in RAM, one descriptor per buffer unless a test says otherwise. */
import { ramAt } from '../../../bus';
import * as virtio from '../../../generated/virtio';
import { RAM_BASE, setWord, word } from '../../__tests__/board';
import { VirtioDevice } from '../transport';

export const RING_SIZE: u32 = 16;
const RINGS: u32 = RAM_BASE + 0x1_0000;
const RING_BYTES: u32 = 0x1000;

export function halfAt(address: u32): u16 {
  return load<u16>(ramAt(address));
}

export function setHalfAt(address: u32, value: u16): void {
  store<u16>(ramAt(address), value);
}

export class Driver {
  private device: VirtioDevice;
  /** Next descriptor per queue. */
  private next: StaticArray<u32> = new StaticArray<u32>(32);
  private seen: StaticArray<u16> = new StaticArray<u16>(32);

  constructor(device: VirtioDevice) {
    this.device = device;
  }

  get(register: u32): u32 {
    return this.device.read(register, 4);
  }

  set(register: u32, value: u32): void {
    this.device.write(register, 4, value);
  }

  /** The steps of 3.1.1 up to FEATURES_OK; returns whether the device agrees. */
  negotiate(features: u64): bool {
    this.set(virtio.VIRTIO_STATUS, 0);
    this.set(virtio.VIRTIO_STATUS, virtio.VIRTIO_STATUS_ACKNOWLEDGE);
    this.set(virtio.VIRTIO_STATUS, virtio.VIRTIO_STATUS_ACKNOWLEDGE | virtio.VIRTIO_STATUS_DRIVER);
    this.set(virtio.VIRTIO_DRIVER_FEATURES_SEL, 0);
    this.set(virtio.VIRTIO_DRIVER_FEATURES, <u32>features);
    this.set(virtio.VIRTIO_DRIVER_FEATURES_SEL, 1);
    this.set(virtio.VIRTIO_DRIVER_FEATURES, <u32>(features >>> 32));
    this.set(
      virtio.VIRTIO_STATUS,
      virtio.VIRTIO_STATUS_ACKNOWLEDGE |
        virtio.VIRTIO_STATUS_DRIVER |
        virtio.VIRTIO_STATUS_FEATURES_OK,
    );
    return (this.get(virtio.VIRTIO_STATUS) & virtio.VIRTIO_STATUS_FEATURES_OK) != 0;
  }

  /** Make queues 0 to count − 1 ready, and the device live. */
  start(features: u64, count: u32): void {
    if (!this.negotiate(features)) throw new Error('the device does not agree');
    for (let n: u32 = 0; n < count; n++) this.open(n);
    this.set(
      virtio.VIRTIO_STATUS,
      virtio.VIRTIO_STATUS_ACKNOWLEDGE |
        virtio.VIRTIO_STATUS_DRIVER |
        virtio.VIRTIO_STATUS_FEATURES_OK |
        virtio.VIRTIO_STATUS_DRIVER_OK,
    );
  }

  open(n: u32): void {
    memory.fill(ramAt(this.desc(n)), 0, RING_BYTES);
    this.next[n] = 0;
    this.seen[n] = 0;
    this.set(virtio.VIRTIO_QUEUE_SEL, n);
    this.set(virtio.VIRTIO_QUEUE_NUM, RING_SIZE);
    this.set(virtio.VIRTIO_QUEUE_DESC_LOW, this.desc(n));
    this.set(virtio.VIRTIO_QUEUE_DRIVER_LOW, this.avail(n));
    this.set(virtio.VIRTIO_QUEUE_DEVICE_LOW, this.used(n));
    this.set(virtio.VIRTIO_QUEUE_READY, 1);
  }

  desc(n: u32): u32 {
    return RINGS + n * RING_BYTES;
  }

  avail(n: u32): u32 {
    return this.desc(n) + 0x400;
  }

  used(n: u32): u32 {
    return this.desc(n) + 0x800;
  }

  /** Write a descriptor. */
  describe(n: u32, index: u32, address: u32, bytes: u32, flags: u32, next: u32): void {
    const at = this.desc(n) + 16 * index;
    setWord(at, address);
    setWord(at + 4, 0);
    setWord(at + 8, bytes);
    setWord(at + 12, flags | (next << 16));
  }

  /** Make the chain of a head available. */
  offer(n: u32, head: u32): void {
    const index = halfAt(this.avail(n) + 2);
    setHalfAt(this.avail(n) + 4 + 2 * (index % RING_SIZE), <u16>head);
    setHalfAt(this.avail(n) + 2, index + 1);
  }

  /** Offer one buffer in one descriptor; returns the head. */
  give(n: u32, address: u32, bytes: u32, writable: bool): u32 {
    const head = this.next[n]++ % RING_SIZE;
    this.describe(n, head, address, bytes, writable ? virtio.VIRTIO_DESC_F_WRITE : 0, 0);
    this.offer(n, head);
    return head;
  }

  ring(n: u32): void {
    this.set(virtio.VIRTIO_QUEUE_NOTIFY, n);
  }

  /** Buffers the device has given back since the last call. */
  reap(n: u32): u32 {
    const index = halfAt(this.used(n) + 2);
    const count = <u16>(index - this.seen[n]);
    this.seen[n] = index;
    return count;
  }

  /** Bytes written to the buffer given back last. */
  written(n: u32): u32 {
    const last = <u16>(halfAt(this.used(n) + 2) - 1);
    return word(this.used(n) + 4 + 8 * (last % RING_SIZE) + 4);
  }

  /** Head given back last. */
  headOf(n: u32): u32 {
    const last = <u16>(halfAt(this.used(n) + 2) - 1);
    return word(this.used(n) + 4 + 8 * (last % RING_SIZE));
  }

  get interrupts(): u32 {
    return this.get(virtio.VIRTIO_INTERRUPT_STATUS);
  }

  /** Acknowledge all; returns whether a used buffer was announced. */
  acknowledge(): bool {
    const status = this.interrupts;
    this.set(virtio.VIRTIO_INTERRUPT_ACK, status);
    return (status & virtio.VIRTIO_INTERRUPT_STATUS_USED) != 0;
  }

  get needsReset(): bool {
    return (this.get(virtio.VIRTIO_STATUS) & virtio.VIRTIO_STATUS_DEVICE_NEEDS_RESET) != 0;
  }

  setUsedEvent(n: u32, index: u16): void {
    setHalfAt(this.avail(n) + 4 + 2 * RING_SIZE, index);
  }

  availEvent(n: u32): u16 {
    return halfAt(this.used(n) + 4 + 8 * RING_SIZE);
  }
}
