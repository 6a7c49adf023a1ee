/**
 * The program's heap: blocks of fixed sizes in pages of 4 KiB, larger ones in runs of pages. It takes the place of asc's own
 * allocator, whose interface it has (`__new` and others). What nobody refers to any more is found by the collector
 * (collector.ts), so that nothing is freed by hand.
 *
 *     ├─ page table ─┤├─ mark stack ─┤├─ page ─┼─ page ─┼─ …            in the program's memory, from the end of the image
 *     block: ├─ id ─┼─ bytes ─╞> payload …
 *
 * The two header words stand where asc expects the class id and the size of an object. In a free block the id is `FREE` and the
 * second word links to the next one.
 */
import { fatal } from './abort';
import { collect, isCollectionDue, mayCollect } from './collector';
import { lock, unlock } from './lock';
import { imageEnd, setThreadPointer } from './rv';
import { heapEnd } from './system';
import { ThreadBlock, firstThread } from './threadBlock';

export const PAGE_BYTES: usize = 4096;
export const PAGE_BITS: u32 = 12;
/** Bytes of a block's header. */
export const HEADER: usize = 8;
/** Id of a free block. */
export const FREE: u32 = 0xffff_ffff;

/** Block sizes with header; a page holds blocks of one size. */
export const blockSizes: StaticArray<u32> = [
  16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 800, 1008, 1344,
  2032,
];
const largestBlock: usize = 2032;

/** Page table entries: 0 free, 1 + size class, or one of these with a number of pages in the upper 24 bits. */
export const PAGE_FREE: u32 = 0;
/** First page of a large block, with its length. */
export const PAGE_LARGE: u32 = 0x80;
/** Another page of a large block, with its distance to the first. */
export const PAGE_REST: u32 = 0x81;

const maximumBytes: usize = 1 << 30;
const markStackBytes: usize = 4 * PAGE_BYTES;

/** Size class by (size + 15) / 16. */
const classes = memory.data(132);
/** Per size class the first free block. */
export const freeLists = memory.data(96, 4);
const heapLock = memory.data(4, 4);

export let pageTable: usize = 0;
export let markStack: usize = 0;
export let markStackEnd: usize = 0;
export let firstPage: usize = 0;
export let pageCount: u32 = 0;
/** No page at or behind this number was ever used. */
export let pagesTouched: u32 = 0;
/** Pages below this number are in use. */
let firstFreePage: u32 = 0;
/** Pages taken since the last collection. */
export let pagesTaken: u32 = 0;

function initialize(): void {
  setThreadPointer(changetype<usize>(firstThread));
  firstThread.begin();
  const start = (imageEnd() + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  const end = heapEnd() & ~(PAGE_BYTES - 1);
  const tableBytes = (((end - start) >>> PAGE_BITS) * 4 + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  pageTable = start;
  markStack = start + tableBytes;
  markStackEnd = markStack + markStackBytes;
  firstPage = markStackEnd;
  pageCount = <u32>((end - firstPage) >>> PAGE_BITS);
  let sizeClass: u32 = 0;
  for (let units: u32 = 0; units <= (<u32>largestBlock) >>> 4; units++) {
    if (units << 4 > unchecked(blockSizes[sizeClass])) sizeClass++;
    store<u8>(classes + units, sizeClass);
  }
}

initialize();

/** A block for `bytes` bytes with the class id `id`; its content is undefined. */
function allocate(bytes: usize, id: u32): usize {
  lock(heapLock);
  const total = bytes + HEADER;
  let block: usize;
  if (total <= largestBlock) {
    const sizeClass = <u32>load<u8>(classes + ((total + 15) >>> 4));
    const list = freeLists + sizeClass * 4;
    block = load<usize>(list);
    if (!block) block = refillSlow(sizeClass);
    store<usize>(list, load<usize>(block, 4));
  } else {
    block = largeBlockSlow(total);
  }
  store<u32>(block, id);
  store<u32>(block, <u32>bytes, 4);
  unlock(heapLock);
  return block + HEADER;
}

/** First free block of a size class that had none. */
function refillSlow(sizeClass: u32): usize {
  const list = freeLists + sizeClass * 4;
  if (isCollectionDue() && mayCollect()) {
    collect();
    const block = load<usize>(list);
    if (block) return block;
  }
  const page = takePages(1);
  store<u32>(pageTable + page * 4, 1 + sizeClass);
  const size = unchecked(blockSizes[sizeClass]);
  const start = firstPage + ((<usize>page) << PAGE_BITS);
  let next = load<usize>(list);
  for (let block = start + (PAGE_BYTES / size - 1) * size; block >= start; block -= size) {
    store<u32>(block, FREE);
    store<usize>(block, next, 4);
    next = block;
  }
  store<usize>(list, start);
  return start;
}

function largeBlockSlow(total: usize): usize {
  if (total > maximumBytes) fatal('An object is larger than 1 GiB');
  if (isCollectionDue() && mayCollect()) collect();
  const pages = <u32>((total + PAGE_BYTES - 1) >>> PAGE_BITS);
  const page = takePages(pages);
  const entry = pageTable + page * 4;
  store<u32>(entry, PAGE_LARGE | (pages << 8));
  for (let rest: u32 = 1; rest < pages; rest++) {
    store<u32>(entry + rest * 4, PAGE_REST | (rest << 8));
  }
  return firstPage + ((<usize>page) << PAGE_BITS);
}

/** Number of the first of `count` free pages; collects when there are none. */
function takePages(count: u32): u32 {
  let page = findPages(count);
  if (page == pageCount && mayCollect()) {
    collect();
    page = findPages(count);
  }
  if (page == pageCount) fatal("The program's memory is full");
  pagesTaken += count;
  pagesTouched = max(pagesTouched, page + count);
  if (page == firstFreePage) firstFreePage = page + count;
  return page;
}

/** Number of the first page of a free run, or `pageCount`. */
function findPages(count: u32): u32 {
  let run: u32 = 0;
  for (let page = firstFreePage; page < pageCount; page++) {
    run = load<u32>(pageTable + page * 4) == PAGE_FREE ? run + 1 : 0;
    if (run == count) return page + 1 - count;
  }
  return pageCount;
}

/** The collector has freed pages. */
export function afterCollection(lowestFreePage: u32): void {
  firstFreePage = lowestFreePage;
  pagesTaken = 0;
}

/** Begin to hold references on this thread; waits while a collection is going on. */
export function enterHeap(): void {
  lock(heapLock);
  mutators++;
  unlock(heapLock);
}

/** This thread holds no reference in its registers or on its stack from here on. */
export function leaveHeap(): void {
  lock(heapLock);
  mutators--;
  unlock(heapLock);
}

/** Threads that may hold references of their own. */
export let mutators: u32 = 1;

/** Whether a pointer points to a block of the heap, not to static data. */
function isHeap(pointer: usize): bool {
  return pointer - firstPage < (<usize>pageCount) << PAGE_BITS;
}

/** Bytes the block of a pointer has room for. */
function capacityOf(pointer: usize): usize {
  const entry = load<u32>(pageTable + (((pointer - firstPage) >>> PAGE_BITS) << 2));
  const size =
    (entry & 0xff) == PAGE_LARGE
      ? (<usize>(entry >>> 8)) << PAGE_BITS
      : <usize>unchecked(blockSizes[entry - 1]);
  return size - HEADER;
}

/** asc: a new object. */
export function __new(size: usize, id: u32): usize {
  return allocate(size, id);
}

/** asc: an object with another size and the same content. */
export function __renew(pointer: usize, size: usize): usize {
  if (isHeap(pointer) && size <= capacityOf(pointer)) {
    store<u32>(pointer - 4, <u32>size);
    return pointer;
  }
  const bytes = load<u32>(pointer - 4);
  const moved = allocate(size, load<u32>(pointer - HEADER));
  memory.copy(moved, pointer, min(size, <usize>bytes));
  return moved;
}

/** asc: `parent` refers to `child` now. Nothing to note: the collector looks for references itself. */
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

/** asc: memory without a class. */
export function __alloc(size: usize): usize {
  return allocate(size, 0);
}

export function __realloc(pointer: usize, size: usize): usize {
  return __renew(pointer, size);
}

/** asc: gives memory back at once. The collector will find it. */
export function __free(pointer: usize): void {}

/** asc: collect now, if no other thread holds references. */
export function __collect(): void {
  lock(heapLock);
  if (mayCollect()) collect();
  unlock(heapLock);
}

/** asc: called for the members of objects by collectors that know their layout. */
export function __visit(pointer: usize, cookie: u32): void {}

/** A zeroed frame for a coroutine (see coroutine.ts). */
export function allocateZeroed(bytes: usize): usize {
  const pointer = allocate(bytes, 0);
  memory.fill(pointer, 0, bytes);
  return pointer;
}
