import { amoAdd } from '../rv';
import { POOL_BYTES, POOL_SHIFT, RAM_BASE, USUAL_RAM_BYTES } from '../hal/board';
import { currentThread } from '../hal/prcb';
import { CHECKED } from '../ke/checked';
import { acquireLeaf, releaseLeaf } from '../ke/spinlock';
import {
  checkPoison,
  giveBlock,
  initializeRegion,
  keepLinksAt,
  poison,
  Region,
  SHIFTS,
  takeBlock,
} from './region';

/**
 * Memory of the executive: the pool at the end of RAM, and the stacks of each program, which user mode may touch. What the pool gives in a
 * system call is charged to the calling program until it is given back, and each program may have its share and no more, so that
 * none takes what another needs (NT's pool quota).
 */

const PAGE: usize = 4096;
const PAGE_SHIFT: u32 = 12;
const SMALLEST_SHIFT: u32 = 6;
/** Two words link a free stack. */
const LINK_SHIFT: u32 = 3;
/** What programs leave to the executive: frame buffers, and what drivers need while they work. */
const RESERVE: usize = 0x24_0000;
/** Who has memory: 0 is the executive, the first program is 1; all from the last on are one. */
const OWNERS: u32 = 64;

const lock = memory.data(4, 4);
const pool = changetype<Region>(memory.data(512, 4));
/** Bytes that each owner has. */
const charges = memory.data(4 * 64, 4);
/** Bytes that each program may have. */
let share: usize = 0;

/** Lay the pool out below the end of RAM: the map of its blocks, then the blocks. */
export function initializePool(ramEnd: usize): void {
  const base = poolBase(ramEnd);
  const mapBytes = ((ramEnd - base) >> SMALLEST_SHIFT) & ~(PAGE - 1);
  initializeRegion(pool, base + mapBytes, ramEnd, SMALLEST_SHIFT, base);
}

/** From here on so many programs have a share of the pool each. */
export function sharePool(programs: u32): void {
  share = (pool.end - pool.start - RESERVE) / programs;
}

/** First address of the pool: user mode ends here. */
export function poolBase(ramEnd: usize): usize {
  return ramEnd - POOL_BYTES - ((unusualRam(ramEnd) >> POOL_SHIFT) & ~(PAGE - 1));
}

/** Bytes of RAM beyond the usual. */
export function unusualRam(ramEnd: usize): usize {
  const bytes = ramEnd - RAM_BASE;
  return bytes > USUAL_RAM_BYTES ? bytes - USUAL_RAM_BYTES : 0;
}

/** Zeroed memory, or 0: the calling program's, if there is one. Blocks of a page or more are page-aligned. IRQL at most DISPATCH. */
export function allocate(bytes: usize): usize {
  return cleared(take(shiftOf(bytes), callingOwner()), bytes);
}

/** As allocate, with the contents left as they are. */
export function allocateRaw(bytes: usize): usize {
  return take(shiftOf(bytes), callingOwner());
}

/** As allocateRaw for the executive itself: where a DPC may ask, whoever's thread it has interrupted. */
export function allocateShared(bytes: usize): usize {
  return take(shiftOf(bytes), 0);
}

/** Give back memory of the pool with its size. */
export function free(block: usize, bytes: usize): void {
  const shift = shiftOf(bytes);
  const owner = load<u8>(ownerByte(block));
  if (owner) uncharge(owner, (<usize>1) << shift);
  const old = acquireLeaf(lock);
  if (CHECKED) poison(block, shift);
  giveBlock(pool, block, shift);
  releaseLeaf(lock, old);
}

/** Bytes handed out of the pool, in whole blocks. */
export function poolUsed(): usize {
  return pool.used;
}

/** The owner of what is allocated now: the calling program, or the executive. */
export function callingOwner(): u32 {
  const thread = currentThread();
  if (!changetype<usize>(thread) || !changetype<usize>(thread.process)) return 0;
  return thread.process.owner;
}

/** Charge an owner that is a program with bytes; false, and nothing has happened, when that is more than its share. */
export function charge(owner: u32, bytes: usize): bool {
  const place = charges + ((<usize>owner) << 2);
  if (amoAdd(place, <u32>bytes) + bytes <= share) return true;
  amoAdd(place, -(<u32>bytes));
  return false;
}

/** Bytes that an owner is charged with. */
export function charged(owner: u32): usize {
  return load<usize>(charges + ((<usize>owner) << 2));
}

/** A block that stays in use becomes the executive's. */
export function disown(block: usize, bytes: usize): void {
  const place = ownerByte(block);
  const owner = load<u8>(place);
  if (!owner) return;
  store<u8>(place, 0);
  uncharge(owner, (<usize>1) << shiftOf(bytes));
}

/** Undo a charge. */
export function uncharge(owner: u32, bytes: usize): void {
  amoAdd(charges + ((<usize>owner) << 2), -(<u32>bytes));
}

/** The owner of the memory of a program. */
export function ownerOf(program: u32): u32 {
  return min(program + 1, OWNERS - 1);
}

/** Address of the byte that holds the owner of a block in use. */
function ownerByte(block: usize): usize {
  return pool.map + ((block - pool.start) >> SMALLEST_SHIFT);
}

function take(shift: u32, owner: u32): usize {
  if (shift >= SHIFTS || (owner && !charge(owner, (<usize>1) << shift))) return 0;
  const old = acquireLeaf(lock);
  const block = takeBlock(pool, shift);
  if (block) {
    store<u8>(ownerByte(block), <u8>owner);
    if (CHECKED) checkPoison(block, shift);
  }
  releaseLeaf(lock, old);
  if (!block && owner) uncharge(owner, (<usize>1) << shift);
  return block;
}

/** Zero a block up to the next multiple of 16 bytes, which it holds in any case. */
function cleared(block: usize, bytes: usize): usize {
  if (!block) return 0;
  for (let place = block, end = block + bytes; place < end; place += 16) {
    store<u32>(place, 0);
    store<u32>(place, 0, 4);
    store<u32>(place, 0, 8);
    store<u32>(place, 0, 12);
  }
  return block;
}

/** Blocks are powers of two, of 64 bytes or more. */
function shiftOf(bytes: usize): u32 {
  const shift: u32 = 32 - clz<u32>(<u32>bytes - 1);
  return shift < SMALLEST_SHIFT ? SMALLEST_SHIFT : shift;
}

/** Make the region of a program's stacks; false without memory for what is known about them. */
export function createStacks(stacks: Region, start: usize, end: usize): bool {
  const pages = (end - start) >> PAGE_SHIFT;
  const known = allocate(pages + (pages << LINK_SHIFT));
  if (!known) return false;
  initializeRegion(stacks, start, end, PAGE_SHIFT, known + (pages << LINK_SHIFT));
  keepLinksAt(stacks, known);
  return true;
}

/** Memory for a stack of a program, or 0. */
export function allocateStack(stacks: Region, bytes: usize): usize {
  const shift = stackShift(bytes);
  if (shift >= SHIFTS) return 0;
  const old = acquireLeaf(lock);
  const stack = takeBlock(stacks, shift);
  releaseLeaf(lock, old);
  return stack;
}

export function freeStack(stacks: Region, stack: usize, bytes: usize): void {
  const old = acquireLeaf(lock);
  giveBlock(stacks, stack, stackShift(bytes));
  releaseLeaf(lock, old);
}

function stackShift(bytes: usize): u32 {
  return max(shiftOf(bytes), PAGE_SHIFT);
}
