import { POOL_BYTES, POOL_SHIFT, RAM_BASE } from '../hal/board';
import { bugCheck } from '../ps/fault';
import { CHECKED } from '../ke/checked';
import { acquireLeaf, releaseLeaf } from '../ke/spinlock';

/**
 * Memory of the executive: blocks of power-of-two sizes, each size with a free list that is refilled a page at a time from
 * the untouched rest of the region. Freed memory returns to its list, so nothing ever fragments or moves. Regions are the pool at the end
 * of RAM, and the stacks of each program (which user mode may touch).
 */

const PAGE: usize = 4096;
const SMALLEST_SHIFT: u32 = 6;
const SHIFTS: u32 = 24;

@unmanaged
export class Region {
  next: usize;
  end: usize;
  used: usize;
}

/** Behind the fields: a word for each size, the first free block. */
const LISTS_OFFSET: usize = offsetof<Region>();
/** Bytes of a region's record. */
export const REGION_BYTES: usize = LISTS_OFFSET + 4 * SHIFTS;

const lock = memory.data(4, 4);

const pool = changetype<Region>(memory.data(128, 4));

/** Lay the pool out below the end of RAM. */
export function initializePool(ramEnd: usize): void {
  initializeRegion(pool, poolBase(ramEnd), ramEnd);
}

/** Prepare a zeroed region. */
export function initializeRegion(region: Region, start: usize, end: usize): void {
  region.next = start;
  region.end = end;
}

/** First address of the pool: user mode ends here. */
export function poolBase(ramEnd: usize): usize {
  const share = ((ramEnd - RAM_BASE) >> POOL_SHIFT) & ~(PAGE - 1);
  return ramEnd - max(share, POOL_BYTES);
}

/** Zeroed memory of the executive, or 0. Blocks of a page or more are page-aligned. IRQL at most DISPATCH. */
export function allocate(bytes: usize): usize {
  const block = take(pool, shiftOf(bytes));
  if (block) clear(block, bytes);
  return block;
}

/** As allocate, with the contents left as they are. */
export function allocateRaw(bytes: usize): usize {
  return take(pool, shiftOf(bytes));
}

/** Give back memory of `allocate` with its size. */
export function free(block: usize, bytes: usize): void {
  give(pool, block, shiftOf(bytes));
}

/** Memory for a stack of a program, or 0. */
export function allocateStack(stacks: Region, bytes: usize): usize {
  return take(stacks, shiftOf(bytes < PAGE ? PAGE : bytes));
}

export function freeStack(stacks: Region, block: usize, bytes: usize): void {
  give(stacks, block, shiftOf(bytes < PAGE ? PAGE : bytes));
}

/** Zero a block up to the next multiple of 16 bytes, which it holds in any case. */
function clear(block: usize, bytes: usize): void {
  for (const end = block + bytes; block < end; block += 16) {
    store<u32>(block, 0);
    store<u32>(block, 0, 4);
    store<u32>(block, 0, 8);
    store<u32>(block, 0, 12);
  }
}

/** Bytes handed out of the pool, in whole blocks. */
export function poolUsed(): usize {
  return pool.used;
}

function shiftOf(bytes: usize): u32 {
  const shift: u32 = 32 - clz<u32>(<u32>bytes - 1);
  return shift < SMALLEST_SHIFT ? SMALLEST_SHIFT : shift;
}

/** Address of the list of free blocks of a size. */
function listOf(region: Region, shift: u32): usize {
  return changetype<usize>(region) + LISTS_OFFSET + ((<usize>shift) << 2);
}

function take(region: Region, shift: u32): usize {
  if (shift >= SHIFTS) return 0;
  const old = acquireLeaf(lock);
  const list = listOf(region, shift);
  if (!load<usize>(list)) refill(region, list, (<usize>1) << shift);
  const block = load<usize>(list);
  if (block) {
    store<usize>(list, load<usize>(block));
    region.used += (<usize>1) << shift;
    if (CHECKED) checkPoison(block, shift);
  }
  releaseLeaf(lock, old);
  return block;
}

function give(region: Region, block: usize, shift: u32): void {
  const old = acquireLeaf(lock);
  const list = listOf(region, shift);
  if (CHECKED) poison(block, shift);
  store<usize>(block, load<usize>(list));
  store<usize>(list, block);
  region.used -= (<usize>1) << shift;
  releaseLeaf(lock, old);
}

function refill(region: Region, list: usize, size: usize): void {
  const bytes = size < PAGE ? PAGE : size;
  if (region.end - region.next < bytes) return;
  const last = region.next;
  region.next += bytes;
  for (let block = region.next - size; block >= last; block -= size) {
    if (CHECKED) poison(block, 31 - clz<u32>(<u32>size));
    store<usize>(block, load<usize>(list));
    store<usize>(list, block);
  }
}

/** In the checked build free memory holds this, except the first word, which is the list's; at most so many bytes are looked at. */
const POISON: u32 = 0xdead_beef;
const POISONED_BYTES: usize = 1024;

function poisonEnd(block: usize, shift: u32): usize {
  return block + min((<usize>1) << shift, POISONED_BYTES);
}

function poison(block: usize, shift: u32): void {
  const end = poisonEnd(block, shift);
  for (let word = block + 4; word < end; word += 4) store<u32>(word, POISON);
}

function checkPoison(block: usize, shift: u32): void {
  const end = poisonEnd(block, shift);
  for (let word = block + 4; word < end; word += 4) {
    if (load<u32>(word) != POISON) bugCheck('write to free memory at', word);
  }
}
