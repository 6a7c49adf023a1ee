import { File } from './file';
import { Irp } from './irp';

/**
 * Devices: what NtCreateFile finds by name, and where IRPs go. A driver fills in its functions; devices that are attached to others
 * make a stack, whose top the requests of a file go to.
 */

/**
 * DEVICE flags: transfers need an offset; the name may go on behind the device's; calls on a blocking file run side by side;
 * NtCreateNamedPipeFile makes files of it.
 */
export const DEVICE_SEEKABLE: u32 = 1;
export const DEVICE_NAMESPACE: u32 = 2;
export const DEVICE_SIDE_BY_SIDE: u32 = 4;
export const DEVICE_SERVERS: u32 = 8;

@unmanaged
export class Device {
  next: Device;
  /** UTF-16 name. */
  name: usize;
  nameBytes: usize;
  flags: u32;
  /** IRP stack locations that a request to this device needs. */
  stackSize: u32;
  /** What completion adds to the priority of a thread that waits for it (N3.21). */
  boost: u32;
  /** The device below, and the one that is attached above. */
  lower: Device;
  upper: Device;
  extension: usize;
  /** Function indices, 0 for none. PASSIVE: (file) => status. */
  create: u32;
  /** The last handle is gone, the last reference is gone: (file) => void at DISPATCH. */
  cleanup: u32;
  close: u32;
  /** Requests: (device, irp) => status at DISPATCH. */
  control: u32;
  read: u32;
  write: u32;
}

/** Bytes of a device object. */
export const DEVICE_BYTES: usize = offsetof<Device>();

const BACKSLASH: u32 = 0x5c;

let devices: Device = changetype<Device>(0);

/** Make a device known under its name. */
export function registerDevice(device: Device, name: string): void {
  device.name = changetype<usize>(name);
  device.nameBytes = (<usize>name.length) << 1;
  if (!device.stackSize) device.stackSize = 1;
  device.next = devices;
  devices = device;
}

/** Put a device above another: files opened from now on send it their requests (IoAttachDevice). */
export function attachDevice(device: Device, target: Device): void {
  const below = topOf(target);
  device.lower = below;
  device.flags = below.flags;
  device.boost = below.boost;
  device.stackSize = below.stackSize + 1;
  device.create = below.create;
  device.cleanup = below.cleanup;
  device.close = below.close;
  below.upper = device;
}

/** The highest device of a stack. */
export function topOf(device: Device): Device {
  while (changetype<usize>(device.upper)) device = device.upper;
  return device;
}

/** The device of a name (upper and lower case differ), or null. */
export function findDevice(name: usize, bytes: usize): Device {
  let device = devices;
  while (changetype<usize>(device) && !isNamed(device, name, bytes)) device = device.next;
  return device;
}

/** Is this the device's name, or one in its name space: its own, a backslash, and more? */
function isNamed(device: Device, name: usize, bytes: usize): bool {
  const own = device.nameBytes;
  if (bytes < own || memory.compare(device.name, name, own) != 0) return false;
  if (bytes == own) return true;
  return (device.flags & DEVICE_NAMESPACE) != 0 && load<u16>(name + own) == BACKSLASH;
}

/** Signatures of a driver's functions, for reference. */
export type CreateRoutine = (file: File) => u32;
export type RequestRoutine = (device: Device, irp: Irp) => u32;
