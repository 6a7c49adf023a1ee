/**
 * Marking: which blocks can be reached. Conservative: every word that could be an address of a block keeps the block.
 *
 * It goes on in steps while the program runs in between. What keeps that sound: the threads stand still during a step; a store of a
 * reference into a managed object marks what it refers to (`__link`); frames, memory that is freed by hand and static data are
 * looked at once more in the last step, and so are the stacks. The library moves references inside of blocks without notice
 * (sorting, growing, rehashing), but only in blocks that its stack refers to: those are scanned again (direct.ts).
 */
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
  PAGE_FREE,
  PAGE_REST,
  blockAt,
  entryAt,
  entryClass,
  entryOf,
  firstPage,
  isLarge,
  isMarked,
  isTouched,
  kindOf,
  markStack,
  markStackEnd,
  pageAddress,
  pagesTouched,
  setMark,
  sizeOfClass,
} from './pages';
import { WAITER } from './task';

/** Header of a task. */
const TASK_BYTES: u32 = 32;
const WAITER: usize = 8;
/** Words WAITER from 1 to this one say how a task came to its end (task.ts). */
const MOST_END_STATES: u32 = 4;
/** Cost of a block in a budget of words. */
const BLOCK_COST: i32 = 4;
/** No pass over all marked blocks is going on. */
const NO_PAGE: u32 = u32.MAX_VALUE;

let top: usize = 0;
let overflow: bool = false;
/** Next page of a pass over all marked blocks, which a full mark stack makes necessary. */
let passPage: u32 = NO_PAGE;

/** Nothing is marked. */
export function beginMarking(): void {
  top = markStack;
  overflow = false;
  passPage = NO_PAGE;
}

/** Mark what the words from `start` to `end` may point to. */
export function markRange(start: usize, end: usize): void {
  const base = firstPage;
  const bytes = (<usize>pagesTouched) << PAGE_BITS;
  for (let place = start; place < end; place += 4) {
    const word = load<usize>(place);
    // Most words are no references, or refer to the head of a block that was reached before.
    if (word - base < bytes && !isMarked(word)) markReference(word);
  }
}

/** Mark the block that a word may refer to, and give it if it holds references that are not noticed when they change. */
export function markReference(word: usize): usize {
  const entry = entryAt(word);
  const kind = kindOf(entry);
  if (kind == MANUAL) return 0;
  const block = blockAt(word, entry);
  if (!block || load<u32>(block) == FREE) return 0;
  if (!isMarked(block)) {
    setMark(block);
    if (kind != LEAF) push(block);
  }
  return kind == MANAGED ? block : 0;
}

/** Mark a block because a reference to it was stored. */
export function shade(word: usize): void {
  if (isTouched(word)) markReference(word);
}

function push(block: usize): void {
  if (top == markStackEnd) {
    overflow = true;
    return;
  }
  store<usize>(top, block);
  top += 4;
}

/** Follow references of at most about `budget` words. Returns how much of the budget is left; none if there is more to do. */
export function drain(budget: i32): i32 {
  while (budget > 0) {
    while (top > markStack && budget > 0) {
      top -= 4;
      budget -= scanBlock(load<usize>(top));
    }
    if (top > markStack) return 0;
    if (overflow && passPage == NO_PAGE) {
      overflow = false;
      passPage = 0;
    }
    if (passPage == NO_PAGE) return budget;
    budget -= scanPage(passPage, true) + BLOCK_COST;
    if (++passPage >= pagesTouched) passPage = NO_PAGE;
  }
  return 0;
}

/** Whether a block is the frame of a coroutine that has come to its end: only its header means something. */
function isOver(block: usize): bool {
  if (load<u32>(block) != FRAME_ID) return false;
  const waiter = load<u32>(block, HEADER + WAITER);
  return waiter != 0 && waiter <= MOST_END_STATES;
}

/** Mark what a block refers to. Returns what that costs. */
export function scanBlock(block: usize): i32 {
  const bytes = isOver(block) ? TASK_BYTES : load<u32>(block, 4);
  markRange(block + HEADER, block + HEADER + (bytes & ~3));
  return <i32>(bytes >>> 2) + BLOCK_COST;
}

/** Scan the blocks of a page: those that are marked, or all that are in use. Returns what that costs. */
function scanPage(page: u32, marked: bool): i32 {
  const entry = entryOf(page);
  if (entry == PAGE_FREE || (entry & PAGE_REST) == PAGE_REST || kindOf(entry) == LEAF) return 0;
  const start = pageAddress(page);
  const size = isLarge(entry) ? PAGE_BYTES : sizeOfClass(entryClass(entry));
  let cost: i32 = 0;
  for (let block = start; block + size <= start + PAGE_BYTES; block += size) {
    if (load<u32>(block) == FREE || (marked && !isMarked(block))) continue;
    cost += scanBlock(block);
  }
  return cost;
}

/** Mark what frames of coroutines refer to, as far as they are marked, and memory that is freed by hand. Returns what that costs. */
export function scanUnnoticed(): i32 {
  let cost: i32 = 0;
  for (let page: u32 = 0; page < pagesTouched; page++) {
    const entry = entryOf(page);
    if (entry == PAGE_FREE || (entry & PAGE_REST) == PAGE_REST) continue;
    const kind = kindOf(entry);
    if (kind == FRAME) cost += scanPage(page, true);
    else if (kind == MANUAL) cost += scanPage(page, false);
  }
  return cost;
}
