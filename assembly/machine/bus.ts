/**
 * The bus: which device answers an address, and guest RAM for devices that read and write it themselves. An address without a
 * device, and an offset without a register, is a counted and traced access fault, never a silent 0.
 */
import { count } from './counters';
import { Device } from './devices/device';
import { COUNT_busFaults, COUNT_deviceReads, COUNT_deviceWrites } from './generated/counters';
import { TRACE_bus_fault } from './generated/trace';
import { RAM, WATCH, WATCH_SHIFT } from './layout';
import { trace } from './trace';
import { WATCH_POINT, writeWatched } from './cpu/watch';
import { devicePoint } from './cpu/watchpoints';

export const RAM_START: u32 = 0x8000_0000;

/** Bytes of RAM. */
export let ramSize: u32 = 0;
/** The access under way met no register. */
export let refused: bool = false;

let devices: Device[] = [];

/** An empty bus with RAM. */
export function resetBus(ramBytes: u32): void {
  ramSize = ramBytes;
  refused = false;
  devices = [];
}

/**
 * Put a device at its address.
 * @returns false if its range is empty or meets another's or RAM
 */
export function attach(device: Device, base: u32, size: u32): bool {
  if (size == 0 || base + (size - 1) < base || base + (size - 1) >= RAM_START) return false;
  for (let i = 0; i < devices.length; i++) {
    const other = devices[i];
    if (base < other.base + other.size && other.base < base + size) return false;
  }
  device.base = base;
  device.size = size;
  device.number = devices.length;
  devices.push(device);
  return true;
}

export function deviceCount(): i32 {
  return devices.length;
}

export function deviceAt(index: i32): Device {
  return devices[index];
}

function find(address: u32): Device | null {
  for (let i = 0; i < devices.length; i++) {
    const device = devices[i];
    if (address - device.base < device.size) return device;
  }
  return null;
}

/** Whether some device answers an address. */
export function isDevice(address: u32): bool {
  return find(address) != null;
}

/** Load from a device; afterwards `refused` says whether it is an access fault. */
export function readBus(address: u32, width: u32): u32 {
  refused = false;
  const device = find(address);
  if (!device) return unknownRegister(address);
  count(COUNT_deviceReads);
  return device.read(address - device.base, width);
}

/** Store to a device; see `refused`. */
export function writeBus(address: u32, width: u32, value: u32): void {
  refused = false;
  const device = find(address);
  if (device) {
    count(COUNT_deviceWrites);
    device.write(address - device.base, width, value);
  } else {
    unknownRegister(address);
  }
}

/** AMOSWAP.W to a device; see `refused`. */
export function exchangeBus(address: u32, value: u32): u32 {
  refused = false;
  const device = find(address);
  if (!device) return unknownRegister(address);
  count(COUNT_deviceWrites);
  return device.exchange(address - device.base, value);
}

/** Refuse the access under way: no register is there. */
export function unknownRegister(address: u32): u32 {
  refused = true;
  count(COUNT_busFaults);
  trace(TRACE_bus_fault, address);
  return 0;
}

/** Whether guest RAM holds all of [address, address + bytes). */
export function ramHolds(address: u32, bytes: u32): bool {
  const offset = address - RAM_START;
  return offset < ramSize && bytes <= ramSize - offset;
}

/** Where a guest RAM address lies in the core's memory; the caller has checked it with `ramHolds`. */
export function ramAt(address: u32): usize {
  return RAM + (address - RAM_START);
}

/** Tell the CPU that a device has written guest RAM: decoded code and reservations there are void. */
export function ramWritten(address: u32, bytes: u32): void {
  if (bytes == 0) return;
  const first = (address - RAM_START) >> WATCH_SHIFT;
  const last = (address - RAM_START + (bytes - 1)) >> WATCH_SHIFT;
  let watched = false;
  for (let granule = first; granule <= last; granule++) {
    const who = <u32>load<u8>(WATCH + granule);
    if (who) writeWatched(granule);
    if (who & WATCH_POINT) watched = true;
  }
  if (watched) devicePoint(address, bytes);
}
