/** A virtio-mmio slot without a device: DEVICE_ID is 0, which tells a driver to pass on (VIRTIO 1.3, 4.2.2). */
import { VIRTIO_F_VERSION_1 } from '../../generated/virtio';
import { VirtioDevice, feature } from './transport';

export class EmptySlot extends VirtioDevice {
  constructor(slot: u32) {
    super(slot, 0, 0);
  }

  stateBytes(): u32 {
    return offsetof<EmptySlot>();
  }

  protected features(): u64 {
    return feature(VIRTIO_F_VERSION_1);
  }

  protected hasQueue(_n: u32): bool {
    return false;
  }

  protected configBytes(): u32 {
    return 0;
  }

  protected configByte(_offset: u32): u32 {
    return 0;
  }

  protected notify(_n: u32): void {}

  protected restart(): void {}
}
