/**
 * The program's heap. It takes the place of asc's own allocator, whose interface it has (`__new` and others). Objects that nobody
 * refers to are found by the collector (collector.ts). Objects of `@unmanaged` classes, and what `heap.alloc` gives, stay until
 * `heap.free`. Any thread may call these functions.
 */
import { fatal } from './abort';
import { checked, poison } from './checked';
import { collectAll, collectSome, isMarking } from './collector';
import { lock, unlock } from './lock';
import { shade } from './marking';
import {
  FRAME,
  FRAME_ID,
  FREE,
  HEADER,
  LEAF,
  MANAGED,
  MANUAL,
  PAGE_BITS,
  PAGE_BYTES,
  blockAt,
  bytesInUse,
  classOf,
  countOf,
  entryAt,
  entryClass,
  firstPage,
  freePages,
  initializePages,
  isLarge,
  kindOf,
  largestBlock,
  pageAddress,
  pageCount,
  pageOf,
  sizeOfClass,
  smallEntry,
  takePages,
} from './pages';
import { isCoroutine, placeOf } from './places';
import { setThreadPointer } from './rv';
import { formatPage, freeList, putFree, takeLarge } from './sweep';
import { firstThread } from './threadBlock';

const maximumBytes: usize = 1 << 30;

const heapLock = memory.data(4, 4);

/** What the kernel gives the first thread. */
const firstStackBytes: usize = 64 * 1024;

function initialize(): void {
  setThreadPointer(changetype<usize>(firstThread));
  firstThread.begin(firstStackBytes);
  initializePages();
}

initialize();

/** A block for `bytes` bytes with the class id `id`; its content is undefined. */
function allocate(bytes: usize, id: u32, kind: u32): usize {
  lock(heapLock);
  const total = bytes + HEADER;
  let block: usize;
  if (total <= largestBlock) {
    const sizeClass = classOf(total);
    const list = freeList(kind, sizeClass);
    block = load<usize>(list);
    if (!block) block = refillSlow(kind, sizeClass, list);
    store<usize>(list, load<usize>(block, 4));
  } else {
    block = largeBlockSlow(total, kind);
  }
  store<u32>(block, id);
  store<u32>(block, <u32>bytes, 4);
  unlock(heapLock);
  return block + HEADER;
}

/** First free block of a size class that had none. */
function refillSlow(kind: u32, sizeClass: u32, list: usize): usize {
  collectSome(1, list);
  if (load<usize>(list)) return load<usize>(list);
  let page = takePages(1);
  if (page == pageCount) {
    collectTwice();
    if (load<usize>(list)) return load<usize>(list);
    page = takePages(1);
  }
  if (page == pageCount) fatal("The program's memory is full");
  formatPage(page, smallEntry(kind, sizeClass));
  return load<usize>(list);
}

function largeBlockSlow(total: usize, kind: u32): usize {
  if (total > maximumBytes) fatal('An object is larger than 1 GiB');
  const pages = <u32>((total + PAGE_BYTES - 1) >>> PAGE_BITS);
  collectSome(pages, 0);
  let page = takeLarge(pages, kind);
  if (page == pageCount) {
    collectTwice();
    page = takeLarge(pages, kind);
  }
  if (page == pageCount) fatal("The program's memory is full");
  return pageAddress(page);
}

/** What dies while one cycle marks is found by the next. */
function collectTwice(): void {
  collectAll();
  collectAll();
}

/** Whether a pointer points to a block of the heap, not to static data. */
function isHeap(pointer: usize): bool {
  return pointer - firstPage < (<usize>pageCount) << PAGE_BITS;
}

/** Bytes the block of a pointer has room for. */
function capacityOf(entry: u32): usize {
  const size = isLarge(entry)
    ? (<usize>countOf(entry)) << PAGE_BITS
    : sizeOfClass(entryClass(entry));
  return size - HEADER;
}

/** asc: a new object. Text holds no references, so that the collector does not look inside. */
export function __new(size: usize, id: u32): usize {
  return allocate(size, id, id == idof<string>() ? LEAF : MANAGED);
}

/** A new object without references. */
export function __newLeaf(size: usize, id: u32): usize {
  return allocate(size, id, LEAF);
}

/** asc: an object with another size and the same content. */
export function __renew(pointer: usize, size: usize): usize {
  let kind = MANAGED;
  if (isHeap(pointer)) {
    const entry = entryAt(pointer);
    if (size <= capacityOf(entry)) {
      store<u32>(pointer - 4, <u32>size);
      return pointer;
    }
    kind = kindOf(entry);
  }
  const bytes = load<u32>(pointer - 4);
  const moved = allocate(size, load<u32>(pointer - HEADER), kind);
  memory.copy(moved, pointer, min(size, <usize>bytes));
  if (kind == MANUAL) __free(pointer);
  return moved;
}

/** asc: `parent` refers to `child` now. */
export function __link(parent: usize, child: usize, expectMultiple: bool): void {
  if (isMarking) shadeSlow(child);
}

function shadeSlow(child: usize): void {
  lock(heapLock);
  if (isMarking) shade(child);
  unlock(heapLock);
}

/** asc: memory that stays until `__free`. */
export function __alloc(size: usize): usize {
  return allocate(size, 0, MANUAL);
}

export function __realloc(pointer: usize, size: usize): usize {
  return __renew(pointer, size);
}

/** asc: give memory back that is not collected. Others it leaves to the collector. */
export function __free(pointer: usize): void {
  if (!isHeap(pointer)) return;
  lock(heapLock);
  const entry = entryAt(pointer);
  const block = blockAt(pointer, entry);
  const isFrame = block && kindOf(entry) == FRAME;
  if (!block || kindOf(entry) == MANUAL) release(pointer, block, entry);
  unlock(heapLock);
  if (isFrame) refuseFrame(pointer);
}

/** Frames are given back by the collector alone. */
function refuseFrame(pointer: usize): void {
  if (load<u32>(pointer - HEADER) != FRAME_ID || !isCoroutine(pointer)) return;
  fatal(`The frame of ${placeOf(pointer)} was freed`);
}

function release(pointer: usize, block: usize, entry: u32): void {
  if (block + HEADER != pointer || load<u32>(block) == FREE) {
    fatal('Memory is freed that is not in use');
  }
  if (isLarge(entry)) {
    freePages(pageOf(block), countOf(entry));
    return;
  }
  const sizeClass = entryClass(entry);
  store<u32>(block, FREE);
  if (checked) poison(block, sizeOfClass(sizeClass));
  putFree(block, freeList(MANUAL, sizeClass));
}

/** asc: collect now. */
export function __collect(): void {
  lock(heapLock);
  collectTwice();
  unlock(heapLock);
}

/** asc: called for the members of objects by collectors that know their layout. */
export function __visit(pointer: usize, cookie: u32): void {}

/** Memory without a class that the collector frees, and that may be written without notice. */
export function allocateRaw(bytes: usize): usize {
  return allocate(bytes, 0, FRAME);
}

/** A zeroed block for a frame or what is like one. */
export function allocateZeroed(bytes: usize): usize {
  const pointer = allocate(bytes, FRAME_ID, FRAME);
  clear(pointer, bytes);
  return pointer;
}

/** Fill a block with zeros. Frames are small: a loop costs less than the call of a routine for any length. */
export function clear(pointer: usize, bytes: usize): void {
  for (let at = pointer; at < pointer + bytes; at += 8) store<u64>(at, 0);
}

/** Bytes of all blocks in use, headers and what they have too much included. */
export function heapBytes(): usize {
  lock(heapLock);
  const bytes = bytesInUse();
  unlock(heapLock);
  return bytes;
}
