import { bugCheck } from '../ps/fault';
import { CHECKED } from '../ke/checked';
import { initializeList, insertHead, isListEmpty, nextEntry, removeEntry } from '../ke/list';

/**
 * Regions: memory handed out in blocks of powers of two, by the buddy system. A free block joins its neighbour of the same size when
 * that is free, too, and they go on as one block of twice the size. Since most blocks are soon wanted again, some of each size stay
 * ready as they are, and join only when there are more of them, or when memory is short. What is known about free blocks lies where the
 * region's user cannot write: the links of a program's stacks are the executive's own. Callers hold a lock.
 */

const PAGE_SHIFT: u32 = 12;
/** Blocks are smaller than 1 << SHIFTS bytes. */
export const SHIFTS: u32 = 24;
/** So many bytes of each size stay ready. */
const READY_BYTES: u32 = 32 * 1024;

@unmanaged
export class Region {
  /** Blocks lie at multiples of their size from here; from `next` on nothing has ever been used. */
  start: usize;
  next: usize;
  end: usize;
  used: usize;
  /** A byte for each smallest block: JOINED and its size, as a shift, where a joined free block begins; else its owner's or nothing. */
  map: usize;
  smallest: u32;
  /** The two words that link the free block at an offset lie at links + (offset >> spread). */
  links: usize;
  spread: u32;
  /** Bit n: there are joined free blocks of 1 << n bytes. */
  joined: u32;
}

const JOINED: u32 = 0x80;

/** Of each size: the first ready block, how many are ready, and the list head of joined ones. Links stand for blocks. */
const READY: usize = 0;
const COUNT: usize = 4;
const LIST: usize = 8;
const SIZE_SHIFT: u32 = 4;
const SIZES_OFFSET: usize = offsetof<Region>();
/** Bytes of a region's record. */
export const REGION_BYTES: usize = SIZES_OFFSET + ((<usize>SHIFTS) << SIZE_SHIFT);

/** Prepare a region of whole pages in zeroed memory; map, links and spread are as the fields say. */
export function initializeRegion(
  region: Region,
  start: usize,
  end: usize,
  smallest: u32,
  map: usize,
): void {
  region.start = start;
  region.next = start;
  region.end = end;
  region.smallest = smallest;
  region.map = map;
  region.links = start;
  for (let shift: u32 = 0; shift < SHIFTS; shift++) initializeList(sizeOf(region, shift) + LIST);
}

/** Keep the links of free blocks elsewhere: two words for each smallest block. */
export function keepLinksAt(region: Region, links: usize): void {
  region.links = links;
  region.spread = region.smallest - 3;
}

function sizeOf(region: Region, shift: u32): usize {
  return changetype<usize>(region) + SIZES_OFFSET + ((<usize>shift) << SIZE_SHIFT);
}

/** A block of 1 << shift bytes, or 0. */
export function takeBlock(region: Region, shift: u32): usize {
  const size = sizeOf(region, shift);
  const link = load<usize>(size, READY);
  if (!link) return takeJoined(region, shift);
  store<usize>(size, load<usize>(link), READY);
  store<u32>(size, load<u32>(size, COUNT) - 1, COUNT);
  region.used += (<usize>1) << shift;
  return region.start + ((link - region.links) << region.spread);
}

/** Give a block back. */
export function giveBlock(region: Region, block: usize, shift: u32): void {
  const size = sizeOf(region, shift);
  const offset = block - region.start;
  const count = load<u32>(size, COUNT);
  region.used -= (<usize>1) << shift;
  if (count << shift >= READY_BYTES) {
    join(region, offset, shift);
    return;
  }
  const link = region.links + (offset >> region.spread);
  store<usize>(link, load<usize>(size, READY));
  store<usize>(size, link, READY);
  store<u32>(size, count + 1, COUNT);
}

/** Address of the byte about the smallest block at an offset. */
function mapByte(region: Region, offset: usize): usize {
  return region.map + (offset >> region.smallest);
}

function takeJoined(region: Region, shift: u32): usize {
  let from = smallestJoined(region, shift);
  if (!from && extend(region, shift)) from = smallestJoined(region, shift);
  if (!from) {
    joinReady(region);
    from = smallestJoined(region, shift);
  }
  if (!from) return 0;
  const link = nextEntry(sizeOf(region, from) + LIST);
  const offset = (link - region.links) << region.spread;
  unlink(region, offset, from);
  while (from > shift) keepJoined(region, offset + ((<usize>1) << --from), from);
  region.used += (<usize>1) << shift;
  return region.start + offset;
}

/** The smallest size, of at least 1 << shift bytes, of which there are joined blocks; 0 when there are none. */
function smallestJoined(region: Region, shift: u32): u32 {
  const large = (region.joined >> shift) << shift;
  return large ? ctz(large) : 0;
}

/** Add as much of the untouched rest to the free blocks as one of this size needs; false when the rest is too small. */
function extend(region: Region, shift: u32): bool {
  const bytes = (<usize>1) << max(shift, PAGE_SHIFT);
  const begin = region.next - region.start;
  const block = (begin + bytes - 1) & ~(bytes - 1);
  if (block + bytes > region.end - region.start) return false;
  memory.fill(mapByte(region, begin), 0, (block + bytes - begin) >> region.smallest);
  region.next = region.start + block + bytes;
  for (let offset = begin; offset < block; offset += offset & -offset) {
    join(region, offset, ctz(<u32>offset));
  }
  join(region, block, 31 - clz(<u32>bytes));
  return true;
}

/** Memory is short: join what lies ready. */
function joinReady(region: Region): void {
  for (let shift: u32 = region.smallest; shift < SHIFTS; shift++) {
    const size = sizeOf(region, shift);
    let link = load<usize>(size, READY);
    store<usize>(size, 0, READY);
    store<u32>(size, 0, COUNT);
    while (link) {
      const offset = (link - region.links) << region.spread;
      link = load<usize>(link);
      join(region, offset, shift);
    }
  }
}

/** A block becomes free: one with its neighbour, if that is free, and so on. */
function join(region: Region, offset: usize, shift: u32): void {
  for (; shift < SHIFTS - 1; shift++) {
    const neighbour = offset ^ ((<usize>1) << shift);
    if (neighbour >= region.next - region.start) break;
    if (load<u8>(mapByte(region, neighbour)) != (JOINED | shift)) break;
    unlink(region, neighbour, shift);
    offset = min(offset, neighbour);
  }
  keepJoined(region, offset, shift);
}

function keepJoined(region: Region, offset: usize, shift: u32): void {
  if (CHECKED && !region.spread) poison(region.start + offset, shift);
  insertHead(sizeOf(region, shift) + LIST, region.links + (offset >> region.spread));
  store<u8>(mapByte(region, offset), <u8>(JOINED | shift));
  region.joined |= 1 << shift;
}

function unlink(region: Region, offset: usize, shift: u32): void {
  if (CHECKED && !region.spread) checkPoison(region.start + offset, shift);
  removeEntry(region.links + (offset >> region.spread));
  store<u8>(mapByte(region, offset), 0);
  if (isListEmpty(sizeOf(region, shift) + LIST)) region.joined &= ~(1 << shift);
}

/** In the checked build free memory of the pool holds this, except two words for the lists; at most so many bytes are looked at. */
const POISON: u32 = 0xdead_beef;
const POISONED_BYTES: usize = 1024;
const LINK_BYTES: usize = 8;

function poisonEnd(block: usize, shift: u32): usize {
  return block + min((<usize>1) << shift, POISONED_BYTES);
}

export function poison(block: usize, shift: u32): void {
  const end = poisonEnd(block, shift);
  for (let word = block + LINK_BYTES; word < end; word += 4) store<u32>(word, POISON);
}

export function checkPoison(block: usize, shift: u32): void {
  const end = poisonEnd(block, shift);
  for (let word = block + LINK_BYTES; word < end; word += 4) {
    if (load<u32>(word) != POISON) bugCheck('write to free memory at', word);
  }
}
