import { Irp } from './irp';

/**
 * Devices: what NtCreateFile finds by name, and where IRPs go. A driver fills in its functions; a lower device makes a
 * stack.
 */

@unmanaged
export class Device {
  next: Device;
  /** UTF-16 name. */
  name: usize;
  nameBytes: usize;
  /** IRP stack locations that a request to this device needs. */
  stackSize: u32;
  lower: Device;
  extension: usize;
  /** Function indices: (file) => status, (file) => void, (device, irp) => status. */
  create: u32;
  close: u32;
  control: u32;
}

/** Bytes of a device object. */
export const DEVICE_BYTES: usize = offsetof<Device>();

let devices: Device = changetype<Device>(0);

/** Make a device known under its name. */
export function registerDevice(device: Device, name: string): void {
  device.name = changetype<usize>(name);
  device.nameBytes = (<usize>name.length) << 1;
  device.stackSize = 1;
  device.next = devices;
  devices = device;
}

/** The device of a name (upper and lower case differ), or null. */
export function findDevice(name: usize, bytes: usize): Device {
  let device = devices;
  while (changetype<usize>(device)) {
    if (device.nameBytes == bytes && memory.compare(device.name, name, bytes) == 0) break;
    device = device.next;
  }
  return device;
}

/** Signature of a driver's request function, for reference. */
export type ControlRoutine = (device: Device, irp: Irp) => u32;
