import { mmioLoad32, mmioStore32 } from '../rv';
import {
  VIRTIO_DEVICE_FEATURES,
  VIRTIO_DEVICE_FEATURES_SEL,
  VIRTIO_DEVICE_ID,
  VIRTIO_DRIVER_FEATURES,
  VIRTIO_DRIVER_FEATURES_SEL,
  VIRTIO_F_VERSION_1,
  VIRTIO_STATUS,
  VIRTIO_STATUS_ACKNOWLEDGE,
  VIRTIO_STATUS_DRIVER,
  VIRTIO_STATUS_DRIVER_OK,
  VIRTIO_STATUS_FEATURES_OK,
} from '../generated/virtio';

/** Bringing up a virtio device over MMIO (Virtual I/O Device 1.3, §3.1.1): the part that is the same for all. */

const FOUND: u32 = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;

/** Feature bits that a device offers: half 0 has bits 0 to 31, half 1 bits 32 to 63. */
export function offeredFeatures(slot: usize, half: u32): u32 {
  mmioStore32(slot + VIRTIO_DEVICE_FEATURES_SEL, half);
  return mmioLoad32(slot + VIRTIO_DEVICE_FEATURES);
}

/** Reset the device of a slot and accept features, low and high half; false when it is another device or refuses. */
export function beginVirtio(slot: usize, deviceId: u32, features: u32, high: u32): bool {
  if (mmioLoad32(slot + VIRTIO_DEVICE_ID) != deviceId) return false;
  mmioStore32(slot + VIRTIO_STATUS, 0);
  mmioStore32(slot + VIRTIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
  mmioStore32(slot + VIRTIO_STATUS, FOUND);
  acceptFeatures(slot, 0, features);
  acceptFeatures(slot, 1, high | (1 << (VIRTIO_F_VERSION_1 - 32)));
  mmioStore32(slot + VIRTIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
  return (mmioLoad32(slot + VIRTIO_STATUS) & VIRTIO_STATUS_FEATURES_OK) != 0;
}

function acceptFeatures(slot: usize, half: u32, bits: u32): void {
  mmioStore32(slot + VIRTIO_DRIVER_FEATURES_SEL, half);
  mmioStore32(slot + VIRTIO_DRIVER_FEATURES, bits);
}

/** Its queues are made: let the device work. */
export function startVirtio(slot: usize): void {
  const status = FOUND | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK;
  mmioStore32(slot + VIRTIO_STATUS, status);
}
