/**
 * The state hash: everything a guest or a later run can notice, and nothing else. It does not depend on how the state was reached, on
 * tracing, on what is decoded, or on output the host has or has not taken. Zero pages of RAM add nothing.
 */
import { deviceAt, deviceCount, ramSize } from './bus';
import { eventHash, time } from './clock';
import { hartCount, hartNumber, saveRegisters } from './cpu/hart';
import { DEVICE_STATE, HARTS, HART_BYTES, RAM, stateBlocksEnd } from './layout';
import { turnEnd } from './scheduler';

const PAGE: usize = 4096;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/** Mix a number into a hash. */
export function mix(hash: u64, value: u64): u64 {
  const product = (hash ^ value) * FACTOR;
  return product ^ (product >> 29);
}

function mixRange(hash: u64, start: usize, bytes: usize): u64 {
  const end = start + bytes;
  const words = end - (bytes & 7);
  for (let at = start; at < words; at += 8) hash = mix(hash, load<u64>(at));
  for (let at = words; at < end; at++) hash = mix(hash, load<u8>(at));
  return hash;
}

/** Hash of the whole machine. */
export function stateHash(): u64 {
  saveRegisters();
  let hash = mix(mix(mix(1, time), turnEnd), hartNumber);
  hash = mixRange(hash, HARTS, <usize>hartCount * HART_BYTES);
  hash = mix(hash, eventHash());
  for (let i = 0; i < deviceCount(); i++) {
    const device = deviceAt(i);
    hash = mixRange(hash, changetype<usize>(device), device.stateBytes());
  }
  hash = mixRange(hash, DEVICE_STATE, stateBlocksEnd() - DEVICE_STATE);
  return mixRam(hash);
}

function mixRam(hash: u64): u64 {
  for (let offset: usize = 0; offset < <usize>ramSize; offset += PAGE) {
    if (!isZero(RAM + offset)) hash = mixRange(mix(hash, offset), RAM + offset, PAGE);
  }
  return hash;
}

/** Whether 4 KiB are zero. */
export function isZero(page: usize): bool {
  for (let at = page; at < page + PAGE; at += 32) {
    if (load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24)) return false;
  }
  return true;
}
