/**
 * Sweeping: what marking did not reach becomes free, a few pages at a time, when blocks are needed.
 */
import { checked, poison } from './checked';
import {
  FREE,
  MANUAL,
  PAGE_BYTES,
  PAGE_FREE,
  PAGE_FRESH,
  PAGE_REST,
  clearMarks,
  countOf,
  entryClass,
  entryOf,
  freePages,
  isLarge,
  isMarked,
  kindOf,
  largeEntry,
  pageAddress,
  pageCount,
  pagesTouched,
  restEntry,
  setEntry,
  sizeOfClass,
  takePages,
} from './pages';

const listsPerKind: u32 = 32;
/** By kind and size class, the first free block and the last. */
const firstFree = memory.data(512, 4);
const lastFree = memory.data(512, 4);

let nextPage: u32 = 0;
let endPage: u32 = 0;
/** Pages in use, as far as the sweep has come. */
let livePages: u32 = 0;

/** Address of the word that refers to the first free block of a kind and size. */
export function freeList(kind: u32, sizeClass: u32): usize {
  return firstFree + (kind * listsPerKind + sizeClass) * 4;
}

/** Marking is complete: from here on free blocks come from pages that were swept or are fresh. */
export function beginSweep(): void {
  // Memory that is freed by hand is not swept, and keeps its lists.
  memory.fill(firstFree, 0, MANUAL * listsPerKind * 4);
  nextPage = 0;
  endPage = pagesTouched;
  livePages = 0;
}

export function isSwept(): bool {
  return nextPage >= endPage;
}

/** Pages that were in use after the last sweep. */
export function sweptPages(): u32 {
  return livePages;
}

/** Sweep at most `count` pages, but not more when the list at `wanted` (0 for none) has a block. */
export function sweepPages(count: u32, wanted: usize): void {
  while (count > 0 && nextPage < endPage) {
    const entry = entryOf(nextPage);
    // A large block may have been put where the sweep is: its other pages are met alone then.
    const isRest = (entry & PAGE_REST) == PAGE_REST;
    const pages = isLarge(entry) && !isRest ? countOf(entry) : 1;
    if (entry != PAGE_FREE && sweepEntry(nextPage, entry, pages)) livePages += pages;
    nextPage += pages;
    count--;
    if (wanted && load<usize>(wanted)) return;
  }
}

/** Whether anything in the page, or the large block that begins there, stays. */
function sweepEntry(page: u32, entry: u32, pages: u32): bool {
  if ((entry & PAGE_REST) == PAGE_REST) return true;
  if (entry & PAGE_FRESH) {
    setEntry(page, entry & ~PAGE_FRESH);
    return true;
  }
  if (kindOf(entry) == MANUAL) return true;
  const stays = isLarge(entry) ? sweepLarge(page) : sweepSmall(page, entry);
  if (!stays) freePages(page, pages);
  return stays;
}

function sweepLarge(page: u32): bool {
  const block = pageAddress(page);
  const stays = isMarked(block);
  if (stays) clearMarks(page);
  else store<u32>(block, FREE);
  return stays;
}

/** Frees the blocks without a mark. A page without any other stays off the lists. */
function sweepSmall(page: u32, entry: u32): bool {
  const size = sizeOfClass(entryClass(entry));
  const start = pageAddress(page);
  let live = false;
  for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
    if (isMarked(block)) {
      live = true;
    } else if (load<u32>(block) != FREE) {
      store<u32>(block, FREE);
      if (checked) poison(block, size);
    }
  }
  if (live) clearMarks(page);
  if (live) linkFree(start, size, freeList(kindOf(entry), entryClass(entry)));
  return live;
}

function linkFree(start: usize, size: usize, list: usize): void {
  for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
    if (load<u32>(block) == FREE) putFree(block, list);
  }
}

/** Entry of a page that is taken now: a sweep that has yet to come there leaves it alone. */
function fresh(page: u32, entry: u32): u32 {
  return page >= nextPage && page < endPage ? entry | PAGE_FRESH : entry;
}

/** Take pages for one large block. Returns the first, or `pageCount` when there is no room. */
export function takeLarge(pages: u32, kind: u32): u32 {
  const page = takePages(pages);
  if (page == pageCount) return page;
  setEntry(page, fresh(page, largeEntry(kind, pages)));
  for (let rest: u32 = 1; rest < pages; rest++) setEntry(page + rest, restEntry(kind, rest));
  return page;
}

/** Make a page that was taken a row of free blocks; the list for them was empty. */
export function formatPage(page: u32, entry: u32): void {
  setEntry(page, fresh(page, entry));
  const size = sizeOfClass(entryClass(entry));
  const list = freeList(kindOf(entry), entryClass(entry));
  const start = pageAddress(page);
  const last = start + (PAGE_BYTES / size - 1) * size;
  for (let block = start; block <= last; block += size) {
    store<u32>(block, FREE);
    store<usize>(block, block + size, 4);
  }
  store<usize>(last, 0, 4);
  store<usize>(list, start);
  store<usize>(list - firstFree + lastFree, last);
}

/** Put a block behind the others of a list: what was freed first is used first, so that checks have the longest time. */
export function putFree(block: usize, list: usize): void {
  store<usize>(block, 0, 4);
  const last = list - firstFree + lastFree;
  if (load<usize>(list)) store<usize>(load<usize>(last), block, 4);
  else store<usize>(list, block);
  store<usize>(last, block);
}
