/**
 * The core's linear memory. Everything the machine is made of lies at a fixed place, so that the interpreter addresses it by
 * constants and the state hash and the snapshot are runs over memory.
 *
 *   0x0000_0400  x0 to x31 of the running hart, and a word that takes writes to x0
 *   0x0000_0800  tags of the decode cache
 *   0x0000_1000  hart records (8 of 1 KiB)
 *   0x0000_4000  event heap
 *   0x0001_0000  counters
 *   0x0001_0800  exceptions by hart
 *   0x0002_0000  console output
 *   0x0004_0000  trace ring
 *   0x0014_0000  state of devices (`allocate`)
 *   0x0034_0000  buffers that are not state (`allocateOutside`)
 *   0x0050_0000  static data and heap of the core itself (memoryBase in asconfig.json)
 *   0x0070_0000  scratch records of the interpreter
 *   0x0080_0000  watch map: a byte per 64 bytes of RAM
 *   0x0280_0000  decode cache
 *   0x0400_0000  RAM
 */
export const REGISTERS: usize = 0x400;
/** Offset of the word that swallows writes to x0. */
export const DUMMY_REGISTER: u32 = 128;
export const DECODE_TAGS: usize = 0x800;
export const HARTS: usize = 0x1000;
export const HART_BYTES: usize = 0x400;
export const MAX_HARTS: u32 = 8;
export const EVENTS: usize = 0x4000;
export const EVENT_CAPACITY: i32 = 1024;
export const COUNTERS: usize = 0x1_0000;
export const COUNTERS_BYTES: usize = 0x800;
/** Exceptions of each hart, in 64 bits. */
export const EXCEPTIONS: usize = 0x1_0800;
export const EXCEPTIONS_BYTES: usize = 8 * 8;
export const CONSOLE: usize = 0x2_0000;
export const CONSOLE_BYTES: u32 = 0x1_0000;
export const TRACE: usize = 0x4_0000;
export const TRACE_BYTES: u32 = 0x10_0000;
export const DEVICE_STATE: usize = 0x14_0000;
export const OUTSIDE: usize = 0x34_0000;
export const OUTSIDE_END: usize = 0x50_0000;
export const SCRATCH: usize = 0x70_0000;
export const WATCH: usize = 0x80_0000;
export const WATCH_SHIFT: u32 = 6;
export const DECODE: usize = 0x280_0000;
export const RAM: usize = 0x400_0000;

let stateEnd: usize = DEVICE_STATE;
let outsideEnd: usize = OUTSIDE;

/** Forget all blocks handed out; the first act of `create`. */
export function resetLayout(): void {
  stateEnd = DEVICE_STATE;
  outsideEnd = OUTSIDE;
}

/**
 * A zeroed block that belongs to the machine's state: hashed and saved.
 * @param bytes its size; 0 is returned when there is no room left
 */
export function allocate(bytes: usize): usize {
  const block = stateEnd;
  if (block + bytes > OUTSIDE) return 0;
  stateEnd = (block + bytes + 15) & ~15;
  memory.fill(block, 0, bytes);
  return block;
}

/** A zeroed block that is not state: buffers between the core and the host. */
export function allocateOutside(bytes: usize): usize {
  const block = outsideEnd;
  if (block + bytes > OUTSIDE_END) return 0;
  outsideEnd = (block + bytes + 15) & ~15;
  memory.fill(block, 0, bytes);
  return block;
}

/** First byte behind the blocks of `allocate`. */
export function stateBlocksEnd(): usize {
  return stateEnd;
}

/** Make the memory large enough for `ramBytes` of RAM; false if the host has none left. */
export function growMemory(ramBytes: u32): bool {
  const pages = <i32>((<u64>RAM + <u64>ramBytes + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
