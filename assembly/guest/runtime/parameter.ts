/**
 * Parameters of a run (`--param name=value`).
 */
import { STATUS_SUCCESS, SYS_NtQueryParameter } from './generated/syscalls';
import { system } from './system';
import { thisThread } from './threadBlock';

/** The hash by which kernel and host know the name: FNV-1a of its UTF-8 bytes, 32 bits. */
function hashOf(name: string): u32 {
  const bytes = Uint8Array.wrap(String.UTF8.encode(name));
  let hash: u32 = 0x811c_9dc5;
  for (let index = 0; index < bytes.length; index++) {
    hash = (hash ^ unchecked(bytes[index])) * 0x0100_0193;
  }
  return hash;
}

/** The number given to this run under `name`, or `fallback`. */
export function parameter(name: string, fallback: u32): u32 {
  const value = thisThread().scratch;
  return system(SYS_NtQueryParameter, hashOf(name), value) == STATUS_SUCCESS
    ? load<u32>(value)
    : fallback;
}
