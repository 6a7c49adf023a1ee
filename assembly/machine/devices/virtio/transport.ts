/**
 * virtio-mmio, version 2 (VIRTIO 1.3, 4.2): the registers that all virtio devices share, their initialisation and their interrupt.
 * A device of this kind says which features and queues it has, and gets doorbells.
 *
 * A driver's error never stops the machine: the device refuses, traces device.error, and where the ring itself makes no
 * sense sets DEVICE_NEEDS_RESET and does nothing more until it is reset. Left out: shared memory, queue reset.
 */
import { count } from '../../counters';
import { COUNT_deviceErrors } from '../../generated/counters';
import { TRACE_device_error } from '../../generated/trace';
import * as virtio from '../../generated/virtio';
import { allocate, allocateOutside } from '../../layout';
import { trace } from '../../trace';
import { Device } from '../device';
import { setLine } from '../plic';
import { CHAIN_BYTES, Chain } from './chain';
import { QUEUE_SIZE_MAX, Virtqueue } from './queue';

/** STATUS bits that a driver may set. */
const DRIVER_BITS: u32 =
  virtio.VIRTIO_STATUS_ACKNOWLEDGE |
  virtio.VIRTIO_STATUS_DRIVER |
  virtio.VIRTIO_STATUS_DRIVER_OK |
  virtio.VIRTIO_STATUS_FEATURES_OK |
  virtio.VIRTIO_STATUS_FAILED;

/** A set of feature bits of one. */
export function feature(bit: u32): u64 {
  return (<u64>1) << bit;
}

export abstract class VirtioDevice extends Device {
  private slot: u32;
  /** One of VIRTIO_ID_…; 0 while there is no device in the slot. */
  protected deviceId: u32;
  private queueCount: u32;
  private queues: usize;
  private featureSelect: u32 = 0;
  private driverSelect: u32 = 0;
  private queueSelect: u32 = 0;
  private status: u32 = 0;
  private interruptStatus: u32 = 0;
  private generation: u32 = 0;
  private chainBlock: usize = allocateOutside(CHAIN_BYTES);
  /** Features the driver has written. */
  private accepted: u64 = 0;

  /**
   * @param slot number of the virtio-mmio slot, which decides the interrupt source
   * @param deviceId one of VIRTIO_ID_…
   * @param queueCount most queues it has with any features
   */
  constructor(slot: u32, deviceId: u32, queueCount: u32) {
    super();
    this.slot = slot;
    this.deviceId = deviceId;
    this.queueCount = queueCount;
    this.queues = allocate(queueCount * <u32>offsetof<Virtqueue>());
  }

  /** Features it offers. */
  protected abstract features(): u64;
  /** Whether queue n exists with the features agreed. */
  protected abstract hasQueue(n: u32): bool;
  /** A byte of the configuration space. */
  protected abstract configByte(offset: u32): u32;
  /** Bytes of the configuration space. */
  protected abstract configBytes(): u32;
  /** The driver rang the doorbell of a live queue. */
  protected abstract notify(n: u32): void;
  /** Forget everything but what the host has set. */
  protected abstract restart(): void;

  /** Whether the driver's choice of offered features is consistent. */
  protected agrees(accepted: u64): bool {
    return (accepted & feature(virtio.VIRTIO_F_VERSION_1)) != 0;
  }

  /** Queue n was made ready. */
  protected opened(_n: u32): void {}

  /** INTERRUPT_STATUS became non-zero because of queue n, or of the configuration (n = queue count). */
  protected interrupted(_n: u32, _status: u32): void {}

  read(offset: u32, width: u32): u32 {
    if (offset >= virtio.VIRTIO_CONFIG)
      return this.readConfig(offset - virtio.VIRTIO_CONFIG, width);
    if (width != 4) return this.unknown(offset);
    switch (offset) {
      case virtio.VIRTIO_MAGIC_VALUE:
        return virtio.VIRTIO_MAGIC_VALUE_RESET;
      case virtio.VIRTIO_VERSION:
        return virtio.VIRTIO_VERSION_RESET;
      case virtio.VIRTIO_DEVICE_ID:
        return this.deviceId;
      case virtio.VIRTIO_VENDOR_ID:
        return virtio.VIRTIO_VENDOR_ID_RESET;
      case virtio.VIRTIO_DEVICE_FEATURES:
        return this.featureSelect < 2 ? <u32>(this.features() >>> (32 * this.featureSelect)) : 0;
      case virtio.VIRTIO_QUEUE_NUM_MAX:
        return this.selectedExists ? QUEUE_SIZE_MAX : 0;
      case virtio.VIRTIO_QUEUE_READY:
        return this.selectedExists && this.queue(this.queueSelect).ready ? 1 : 0;
      case virtio.VIRTIO_INTERRUPT_STATUS:
        return this.interruptStatus;
      case virtio.VIRTIO_STATUS:
        return this.status;
      case virtio.VIRTIO_SHM_LEN_LOW:
      case virtio.VIRTIO_SHM_LEN_HIGH:
      case virtio.VIRTIO_SHM_BASE_LOW:
      case virtio.VIRTIO_SHM_BASE_HIGH:
        return virtio.VIRTIO_SHM_LEN_LOW_RESET;
      case virtio.VIRTIO_CONFIG_GENERATION:
        return this.generation;
      default:
        return this.unknown(offset);
    }
  }

  write(offset: u32, width: u32, value: u32): void {
    if (width != 4) {
      this.unknown(offset);
      return;
    }
    switch (offset) {
      case virtio.VIRTIO_DEVICE_FEATURES_SEL:
        this.featureSelect = value;
        break;
      case virtio.VIRTIO_DRIVER_FEATURES:
        this.acceptFeatures(value);
        break;
      case virtio.VIRTIO_DRIVER_FEATURES_SEL:
        this.driverSelect = value;
        break;
      case virtio.VIRTIO_QUEUE_SEL:
        this.queueSelect = value;
        break;
      case virtio.VIRTIO_QUEUE_NOTIFY:
        this.doorbell(value);
        break;
      case virtio.VIRTIO_INTERRUPT_ACK:
        this.acknowledge(value);
        break;
      case virtio.VIRTIO_STATUS:
        this.setStatus(value);
        break;
      case virtio.VIRTIO_SHM_SEL:
        break;
      default:
        this.writeQueue(offset, value);
    }
  }

  /** No register of the transport is an exchange register. */
  exchange(offset: u32, _value: u32): u32 {
    return this.unknown(offset);
  }

  /** Queue n; it need not be ready. */
  protected queue(n: u32): Virtqueue {
    return changetype<Virtqueue>(this.queues + n * offsetof<Virtqueue>());
  }

  /** The walker of chains; every load forgets the chain before. */
  protected get chain(): Chain {
    return changetype<Chain>(this.chainBlock);
  }

  /** Whether a feature was agreed. */
  protected agreed(bit: u32): bool {
    return (this.accepted & feature(bit)) != 0;
  }

  /** Whether the driver is ready and has made no fatal error. */
  protected get live(): bool {
    const bits = virtio.VIRTIO_STATUS_DRIVER_OK | virtio.VIRTIO_STATUS_DEVICE_NEEDS_RESET;
    return (this.status & bits) == virtio.VIRTIO_STATUS_DRIVER_OK;
  }

  /** Whether queue n may be used now. */
  protected isOpen(n: u32): bool {
    return this.live && this.queue(n).ready;
  }

  /** Load the chain that is `ahead` entries on; false after an error, which is reported. */
  protected loadChain(n: u32, ahead: u32): bool {
    const queue = this.queue(n);
    const head = queue.head(ahead);
    const error = this.chain.load(queue, head, this.agreed(virtio.VIRTIO_F_INDIRECT_DESC));
    if (error) this.fail(error, head);
    return error == 0;
  }

  /** Entries available on queue n; 0 too when its index makes no sense, which is reported. */
  protected pendingOn(n: u32): u32 {
    const pending = this.queue(n).pending();
    if (pending >= 0) return <u32>pending;
    this.fail(virtio.VIRTIO_ERROR_AVAILABLE, n);
    return 0;
  }

  /** Interrupt the driver about queue n. */
  protected raise(n: u32, bits: u32): void {
    const before = this.interruptStatus;
    this.interruptStatus |= bits;
    if (before == 0) this.interrupted(n, this.interruptStatus);
    setLine(virtio.VIRTIO_PLIC_SOURCE + this.slot, true);
  }

  /** The configuration has changed. */
  protected configChanged(): void {
    this.generation++;
    if (this.live) this.raise(this.queueCount, virtio.VIRTIO_INTERRUPT_STATUS_CONFIG);
  }

  /** Report a driver's mistake that harms nothing. */
  protected refuse(code: u32, detail: u32): void {
    count(COUNT_deviceErrors);
    trace(TRACE_device_error, this.number, detail, code);
  }

  /** Report an error after which the rings cannot be trusted. */
  protected fail(code: u32, detail: u32): void {
    this.refuse(code, detail);
    const live = this.live;
    this.status |= virtio.VIRTIO_STATUS_DEVICE_NEEDS_RESET;
    if (live) this.raise(this.queueCount, virtio.VIRTIO_INTERRUPT_STATUS_CONFIG);
  }

  private get selectedExists(): bool {
    return this.queueSelect < this.queueCount && this.hasQueue(this.queueSelect);
  }

  private readConfig(offset: u32, width: u32): u32 {
    if (offset + width > this.configBytes()) return this.unknown(virtio.VIRTIO_CONFIG + offset);
    let value: u32 = 0;
    for (let n: u32 = 0; n < width; n++) value |= this.configByte(offset + n) << (8 * n);
    return value;
  }

  private acceptFeatures(value: u32): void {
    if (this.driverSelect > 1 || this.status & virtio.VIRTIO_STATUS_FEATURES_OK) return;
    const shift = 32 * this.driverSelect;
    this.accepted = (this.accepted & ~((<u64>0xffff_ffff) << shift)) | ((<u64>value) << shift);
  }

  private doorbell(n: u32): void {
    if (n < this.queueCount && this.hasQueue(n) && this.isOpen(n)) this.notify(n);
    else this.refuse(virtio.VIRTIO_ERROR_QUEUE, n);
  }

  private acknowledge(bits: u32): void {
    this.interruptStatus &= ~bits;
    if (this.interruptStatus == 0) setLine(virtio.VIRTIO_PLIC_SOURCE + this.slot, false);
  }

  private setStatus(value: u32): void {
    if (value == 0) {
      this.resetAll();
      return;
    }
    let bits = value & DRIVER_BITS;
    const newly = bits & ~this.status;
    if (newly & virtio.VIRTIO_STATUS_FEATURES_OK && !this.featuresAreFine()) {
      bits &= ~virtio.VIRTIO_STATUS_FEATURES_OK;
    }
    const agreed = ((this.status | bits) & virtio.VIRTIO_STATUS_FEATURES_OK) != 0;
    this.status |= agreed ? bits : bits & ~virtio.VIRTIO_STATUS_DRIVER_OK;
  }

  private featuresAreFine(): bool {
    return (this.accepted & ~this.features()) == 0 && this.agrees(this.accepted);
  }

  private resetAll(): void {
    this.status = 0;
    this.accepted = 0;
    this.featureSelect = 0;
    this.driverSelect = 0;
    this.queueSelect = 0;
    for (let n: u32 = 0; n < this.queueCount; n++) this.queue(n).reset();
    this.acknowledge(~0);
    this.restart();
  }

  private writeQueue(offset: u32, value: u32): void {
    if (offset < virtio.VIRTIO_QUEUE_NUM || offset > virtio.VIRTIO_QUEUE_DEVICE_HIGH) {
      this.unknown(offset);
      return;
    }
    if (!this.selectedExists) {
      this.refuse(virtio.VIRTIO_ERROR_QUEUE, this.queueSelect);
      return;
    }
    const queue = this.queue(this.queueSelect);
    if (offset == virtio.VIRTIO_QUEUE_READY) this.setReady(queue, value);
    else if (queue.ready) this.refuse(virtio.VIRTIO_ERROR_QUEUE, this.queueSelect);
    else this.configureQueue(queue, offset, value);
  }

  private setReady(queue: Virtqueue, value: u32): void {
    if ((value & 1) == 0) {
      queue.ready = false;
    } else if (!queue.ready) {
      if (queue.enable(this.agreed(virtio.VIRTIO_F_EVENT_IDX))) this.opened(this.queueSelect);
      else this.refuse(virtio.VIRTIO_ERROR_ADDRESS, this.queueSelect);
    }
  }

  private configureQueue(queue: Virtqueue, offset: u32, value: u32): void {
    switch (offset) {
      case virtio.VIRTIO_QUEUE_NUM:
        this.setSize(queue, value);
        break;
      case virtio.VIRTIO_QUEUE_DESC_LOW:
        queue.descLow = value;
        break;
      case virtio.VIRTIO_QUEUE_DESC_HIGH:
        queue.descHigh = value;
        break;
      case virtio.VIRTIO_QUEUE_DRIVER_LOW:
        queue.driverLow = value;
        break;
      case virtio.VIRTIO_QUEUE_DRIVER_HIGH:
        queue.driverHigh = value;
        break;
      case virtio.VIRTIO_QUEUE_DEVICE_LOW:
        queue.deviceLow = value;
        break;
      case virtio.VIRTIO_QUEUE_DEVICE_HIGH:
        queue.deviceHigh = value;
        break;
      default:
        this.unknown(offset);
    }
  }

  private setSize(queue: Virtqueue, value: u32): void {
    if (value != 0 && value <= QUEUE_SIZE_MAX && (value & (value - 1)) == 0) queue.size = value;
    else this.refuse(virtio.VIRTIO_ERROR_QUEUE, value);
  }
}
