/**
 * Memory of the program's heap: pages of 4 KiB, each with an entry in the page table, that hold blocks of one size and one kind or are
 * part of one large block.
 *
 *     ├─ page table ─┤├─ marks ─┤├─ mark stack ─┤├─ direct ─┤├─ context ─┤├─ page ─┼─ page ─┼─ …      from the end of the image
 *     block: ├─ id ─┼─ bytes ─╞> payload …
 *
 * The two header words stand where asc expects the class id and the size of an object. In a free block the id is `FREE` and the
 * second word links to the next one.
 */
import { imageEnd } from './rv';
import { heapEnd } from './system';

export const PAGE_BYTES: usize = 4096;
export const PAGE_BITS: u32 = 12;
/** Bytes of a block's header. */
export const HEADER: usize = 8;
/** Id of a free block. */
export const FREE: u32 = 0xffff_ffff;
/** Id of a coroutine's frame. */
export const FRAME_ID: u32 = 0x7fff_fff0;

/** Kinds of blocks: objects whose stores the collector is told of (`__link`); */
export const MANAGED: u32 = 0;
/** objects without references; */
export const LEAF: u32 = 1;
/** frames of coroutines, which are written without notice and so are looked at once more in the end; */
export const FRAME: u32 = 2;
/** and memory that somebody frees himself. */
export const MANUAL: u32 = 3;

/** Page table entries: 0 free; 1 + size class, kind in bits 5 and 6; or LARGE with kind and number of pages in bits 8 to 30. */
export const PAGE_FREE: u32 = 0;
export const PAGE_LARGE: u32 = 0x80;
/** Another page of a large block, with its distance to the first in bits 8 to 30. */
export const PAGE_REST: u32 = 0x81;
/** The page was taken since marking ended: a sweep leaves it alone. */
export const PAGE_FRESH: u32 = 0x8000_0000;
const CLASS_MASK: u32 = 0x1f;
const KIND_SHIFT: u32 = 5;
const COUNT_MASK: u32 = 0x7f_ffff;

/** Block sizes with header; a page holds blocks of one size. */
const blockSizes: StaticArray<u32> = [
  16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 800, 1008, 1344,
  2032,
];
export const largestBlock: usize = 2032;

/** The mark stack has a page for so many pages of the heap, and at least some. */
const PAGES_PER_STACK_PAGE: usize = 64;
const leastStackPages: usize = 4;
/** Bytes of marks of a page: one bit for each 16 bytes, of which the first of a block counts. */
const PAGE_MARK_BYTES: usize = 32;
const MARK_SHIFT: u32 = 4;

/** Size class by (size + 15) / 16. */
const classes = memory.data(132);
/** By size class, 2³² divided by the block size, rounded up: a multiplication in place of a division. */
const reciprocals = memory.data(96, 4);

let pageTable: usize = 0;
let marks: usize = 0;
export let firstPage: usize = 0;
export let pageCount: u32 = 0;
/** No page at or behind this number was ever used. */
export let pagesTouched: u32 = 0;
/** Pages below this number are in use. */
let firstFreePage: u32 = 0;
/** Pages taken since the last collection began. */
export let pagesTaken: u32 = 0;

export let markStack: usize = 0;
export let markStackEnd: usize = 0;
/** Two pages for the blocks that stacks refer to, and one for the registers of a suspended thread. */
export let directLists: usize = 0;
export let contextPage: usize = 0;

/** To be called once, before any other function of the heap. */
export function initializePages(): void {
  const start = (imageEnd() + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  const end = heapEnd() & ~(PAGE_BYTES - 1);
  const pages = (end - start) >>> PAGE_BITS;
  const tableBytes = (pages * 4 + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  pageTable = start;
  marks = start + tableBytes;
  markStack = (marks + pages * PAGE_MARK_BYTES + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  markStackEnd = markStack + max(leastStackPages, pages / PAGES_PER_STACK_PAGE) * PAGE_BYTES;
  directLists = markStackEnd;
  contextPage = directLists + 2 * PAGE_BYTES;
  firstPage = contextPage + PAGE_BYTES;
  pageCount = <u32>((end - firstPage) >>> PAGE_BITS);
  let sizeClass: u32 = 0;
  for (let units: u32 = 0; units <= (<u32>largestBlock) >>> 4; units++) {
    if (units << 4 > unchecked(blockSizes[sizeClass])) sizeClass++;
    store<u8>(classes + units, sizeClass);
  }
  for (let index = 0; index < blockSizes.length; index++) {
    const size = unchecked(blockSizes[index]);
    store<u32>(reciprocals + (index << 2), (u32.MAX_VALUE - size + 1) / size + 2);
  }
}

/** Size class of a block of `total` bytes, header included. */
export function classOf(total: usize): u32 {
  return load<u8>(classes + ((total + 15) >>> 4));
}

export function sizeOfClass(sizeClass: u32): usize {
  return unchecked(blockSizes[sizeClass]);
}

export function entryOf(page: u32): u32 {
  return load<u32>(pageTable + page * 4);
}

export function setEntry(page: u32, entry: u32): void {
  store<u32>(pageTable + page * 4, entry);
}

/** Entry of a page of small blocks. */
export function smallEntry(kind: u32, sizeClass: u32): u32 {
  return (kind << KIND_SHIFT) | (1 + sizeClass);
}

export function kindOf(entry: u32): u32 {
  return (entry >>> KIND_SHIFT) & 3;
}

/** Size class of the blocks of a page of small ones. */
export function entryClass(entry: u32): u32 {
  return (entry & CLASS_MASK) - 1;
}

export function isLarge(entry: u32): bool {
  return (entry & PAGE_LARGE) != 0;
}

/** Pages of a large block, or distance to its first page. */
export function countOf(entry: u32): u32 {
  return (entry >>> 8) & COUNT_MASK;
}

/** Entry of another page of a large block, `distance` pages behind the first. */
export function restEntry(kind: u32, distance: u32): u32 {
  return PAGE_REST | (kind << KIND_SHIFT) | (distance << 8);
}

/** Entry of the first page of a large block. */
export function largeEntry(kind: u32, pages: u32): u32 {
  return PAGE_LARGE | (kind << KIND_SHIFT) | (pages << 8);
}

export function pageOf(address: usize): u32 {
  return <u32>((address - firstPage) >>> PAGE_BITS);
}

export function pageAddress(page: u32): usize {
  return firstPage + ((<usize>page) << PAGE_BITS);
}

/** Whether an address is in a page that was ever used. */
export function isTouched(address: usize): bool {
  return address - firstPage < (<usize>pagesTouched) << PAGE_BITS;
}

/** Entry of the page that holds an address. */
export function entryAt(address: usize): u32 {
  return load<u32>(pageTable + (((address - firstPage) >>> PAGE_BITS) << 2));
}

/** The block that holds an address in a touched page, 0 if there is none. `entry` is that of the page. */
export function blockAt(address: usize, entry: u32): usize {
  if (entry == PAGE_FREE) return 0;
  const start = address & ~(PAGE_BYTES - 1);
  if (isLarge(entry)) {
    return entry & 1 ? start - ((<usize>countOf(entry)) << PAGE_BITS) : start;
  }
  const sizeClass = entryClass(entry);
  const offset = <u32>(address - start);
  const index = <u32>((<u64>offset * load<u32>(reciprocals + (sizeClass << 2))) >>> 32);
  const size = unchecked(blockSizes[sizeClass]);
  return (index + 1) * size <= <u32>PAGE_BYTES ? start + index * size : 0;
}

/** Whether an address is that of a block that the collector has reached, or in the first 16 bytes of one. */
export function isMarked(address: usize): bool {
  const bit = <u32>((address - firstPage) >>> MARK_SHIFT);
  return (load<u32>(marks + ((bit >>> 5) << 2)) & (1 << (bit & 31))) != 0;
}

export function setMark(block: usize): void {
  const bit = <u32>((block - firstPage) >>> MARK_SHIFT);
  const place = marks + ((bit >>> 5) << 2);
  store<u32>(place, load<u32>(place) | (1 << (bit & 31)));
}

/** Take the marks of a page's blocks away. */
export function clearMarks(page: u32): void {
  memory.fill(marks + page * PAGE_MARK_BYTES, 0, PAGE_MARK_BYTES);
}

/** Number of the first of `count` free pages, or `pageCount`. */
export function takePages(count: u32): u32 {
  const page = findPages(count);
  if (page == pageCount) return page;
  pagesTaken += count;
  pagesTouched = max(pagesTouched, page + count);
  if (page == firstFreePage) firstFreePage = page + count;
  return page;
}

function findPages(count: u32): u32 {
  let run: u32 = 0;
  for (let page = firstFreePage; page < pageCount; page++) {
    run = entryOf(page) == PAGE_FREE ? run + 1 : 0;
    if (run == count) return page + 1 - count;
  }
  return pageCount;
}

export function freePages(page: u32, count: u32): void {
  for (let index: u32 = 0; index < count; index++) setEntry(page + index, PAGE_FREE);
  firstFreePage = min(firstFreePage, page);
}

/** A collection begins. */
export function restartCount(): void {
  pagesTaken = 0;
}

/** Bytes of all blocks in use. */
export function bytesInUse(): usize {
  let bytes: usize = 0;
  for (let page: u32 = 0; page < pagesTouched; page++) {
    const entry = entryOf(page);
    if (entry == PAGE_FREE) continue;
    bytes += isLarge(entry) ? PAGE_BYTES : bytesInPage(page, sizeOfClass(entryClass(entry)));
  }
  return bytes;
}

function bytesInPage(page: u32, size: usize): usize {
  const start = pageAddress(page);
  let bytes: usize = 0;
  for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
    if (load<u32>(block) != FREE) bytes += size;
  }
  return bytes;
}
