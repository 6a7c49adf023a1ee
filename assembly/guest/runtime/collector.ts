/**
 * A conservative mark–sweep collector: every word that could be an address of a block keeps the block. Roots are the static data and
 * globals, the stack and registers of the running thread, and through the list of live tasks every suspended coroutine. It runs
 * when no other thread holds references: pool threads hold none while they wait for a packet, others always do.
 */
import {
  FREE,
  HEADER,
  PAGE_BITS,
  PAGE_BYTES,
  PAGE_FREE,
  PAGE_LARGE,
  PAGE_REST,
  afterCollection,
  blockSizes,
  firstPage,
  freeLists,
  markStack,
  markStackEnd,
  mutators,
  pageCount,
  pageTable,
  pagesTaken,
  pagesTouched,
} from './heap';
import { dataBase, dataEnd, saveRegisters, stackPointer } from './rv';
import { thisThread } from './threadBlock';

/** Bit of a block's id while a collection runs; free blocks have it always. */
const MARK: u32 = 0x8000_0000;
const leastPagesBetween: u32 = 64;
const savedRegisterBytes = 48;

const registers = memory.data(savedRegisterBytes, 4);

let top: usize = 0;
let overflow: bool = false;
/** Pages in use after the last collection. */
let livePages: u32 = 0;

/** Whether as much has been allocated as was alive, or 256 KiB. */
export function isCollectionDue(): bool {
  return pagesTaken >= max(leastPagesBetween, livePages);
}

export function mayCollect(): bool {
  return mutators == 1;
}

/** Free what cannot be reached. The caller holds the heap's lock. */
export function collect(): void {
  saveRegisters(registers);
  top = markStack;
  markRange(dataBase(), dataEnd());
  const thread = thisThread();
  markRange(stackPointer(), thread.stackEnd);
  // A fiber runs: its stack is a block of the heap, the thread's own is not.
  markRange(thread.baseStart, thread.baseEnd);
  while (overflow) {
    overflow = false;
    markAgain();
  }
  sweep();
}

/** Mark what the words from `start` to `end` may point to, and everything behind it. */
function markRange(start: usize, end: usize): void {
  for (let place = start; place < end; place += 4) markWord(load<usize>(place));
  while (top > markStack) {
    top -= 4;
    const block = load<usize>(top);
    const last = block + HEADER + (load<u32>(block, 4) & ~3);
    for (let place = block + HEADER; place < last; place += 4) markWord(load<usize>(place));
  }
}

function markWord(word: usize): void {
  const offset = word - firstPage;
  if (offset >= (<usize>pagesTouched) << PAGE_BITS) return;
  const block = blockAt(offset);
  if (!block) return;
  const id = load<u32>(block);
  if (id & MARK) return;
  store<u32>(block, id | MARK);
  if (id == idof<string>()) return;
  if (top == markStackEnd) {
    overflow = true;
    return;
  }
  store<usize>(top, block);
  top += 4;
}

/** The block that holds a byte, 0 if there is none. */
function blockAt(offset: usize): usize {
  const page = offset >>> PAGE_BITS;
  const start = firstPage + (page << PAGE_BITS);
  const entry = load<u32>(pageTable + page * 4);
  if (entry == PAGE_FREE) return 0;
  const kind = entry & 0xff;
  if (kind == PAGE_LARGE) return start;
  if (kind == PAGE_REST) return start - ((<usize>(entry >>> 8)) << PAGE_BITS);
  const size = unchecked(blockSizes[kind - 1]);
  const index = ((<u32>offset) & (<u32>PAGE_BYTES - 1)) / size;
  return (index + 1) * size <= <u32>PAGE_BYTES ? start + index * size : 0;
}

/** The mark stack was too small: visit the members of all marked blocks once more. */
function markAgain(): void {
  for (let page: u32 = 0; page < pagesTouched; page++) {
    const entry = load<u32>(pageTable + page * 4);
    if (entry == PAGE_FREE || (entry & 0xff) == PAGE_REST) continue;
    const start = firstPage + ((<usize>page) << PAGE_BITS);
    const size = (entry & 0xff) == PAGE_LARGE ? PAGE_BYTES : unchecked(blockSizes[entry - 1]);
    for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
      const id = load<u32>(block);
      if (id != FREE && id & MARK && (id & ~MARK) != idof<string>()) {
        markRange(block + HEADER, block + HEADER + (load<u32>(block, 4) & ~3));
      }
    }
  }
}

/** Clear the marks, and put every block without one on the free lists; pages without blocks in use become free. */
function sweep(): void {
  memory.fill(freeLists, 0, blockSizes.length * 4);
  livePages = 0;
  let lowestFree = pageCount;
  let page: u32 = 0;
  while (page < pagesTouched) {
    const entry = load<u32>(pageTable + page * 4);
    let pages: u32 = 1;
    let live = false;
    if ((entry & 0xff) == PAGE_LARGE) {
      pages = entry >>> 8;
      live = sweepLarge(page, pages);
    } else if (entry != PAGE_FREE) {
      live = sweepPage(page, entry - 1);
    }
    if (live) livePages += pages;
    else lowestFree = min(lowestFree, page);
    page += pages;
  }
  afterCollection(min(lowestFree, pagesTouched));
}

/** Whether the large block stays. */
function sweepLarge(page: u32, pages: u32): bool {
  const block = firstPage + ((<usize>page) << PAGE_BITS);
  const id = load<u32>(block);
  if (id & MARK) {
    store<u32>(block, id & ~MARK);
    return true;
  }
  memory.fill(pageTable + page * 4, 0, pages * 4);
  return false;
}

/** Whether a block of the page stays. */
function sweepPage(page: u32, sizeClass: u32): bool {
  const size = unchecked(blockSizes[sizeClass]);
  const start = firstPage + ((<usize>page) << PAGE_BITS);
  const list = freeLists + sizeClass * 4;
  const before = load<usize>(list);
  let next = before;
  let live = false;
  for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
    const id = load<u32>(block);
    if (id != FREE && id & MARK) {
      store<u32>(block, id & ~MARK);
      live = true;
    } else {
      store<u32>(block, FREE);
      store<usize>(block, next, 4);
      next = block;
    }
  }
  if (live) store<usize>(list, next);
  else store<u32>(pageTable + page * 4, PAGE_FREE);
  return live;
}
