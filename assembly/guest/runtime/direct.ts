/**
 * Direct blocks: those that stacks and registers refer to, whose references may be moved without notice (marking.ts). A small one is
 * scanned again in the next step. A large one is scanned again when stacks no longer refer to it, or in the last step: to scan an array
 * of a million elements in each step would cost more than all of marking.
 */
import { PAGE_BYTES, directLists, entryAt, isLarge, isTouched } from './pages';
import { markRange, markReference, scanBlock } from './marking';

/** Lists of this step and of the one before: a page each, with small blocks from its start upwards and large ones from its end down. */
let now: usize = 0;
let smallEnd: usize = 0;
let largeStart: usize = 0;
let before: usize = 0;
let smallEndBefore: usize = 0;
let largeStartBefore: usize = 0;
let full: bool = false;

/** A collection begins: there are none. */
export function forgetDirect(): void {
  before = directLists;
  now = directLists + PAGE_BYTES;
  clear();
  smallEndBefore = before;
  largeStartBefore = before + PAGE_BYTES;
  full = false;
}

function clear(): void {
  smallEnd = now;
  largeStart = now + PAGE_BYTES;
}

/** Whether there are more than can be noted: then the step has to be the last. */
export function isDirectFull(): bool {
  return full;
}

/** A step begins: its blocks are listed anew. */
export function beginDirect(): void {
  const free = before;
  before = now;
  smallEndBefore = smallEnd;
  largeStartBefore = largeStart;
  now = free;
  clear();
}

/** Mark what the words of a stack or of registers refer to, and list it. */
export function markDirect(start: usize, end: usize): void {
  for (let place = start; place < end; place += 4) {
    const word = load<usize>(place);
    const block = isTouched(word) ? markReference(word) : 0;
    if (!block) continue;
    if (smallEnd == largeStart) {
      full = true;
      return markRange(place, end);
    }
    if (isLarge(entryAt(block))) {
      if (!isListed(block)) store<usize>((largeStart -= 4), block);
    } else {
      store<usize>(smallEnd, block);
      smallEnd += 4;
    }
  }
}

function isListed(large: usize): bool {
  for (let place = largeStart; place < now + PAGE_BYTES; place += 4) {
    if (load<usize>(place) == large) return true;
  }
  return false;
}

/** When all stacks are marked: scan what they referred to in the step before. Returns what that costs. */
export function scanDirectBefore(): i32 {
  let cost: i32 = 0;
  for (let place = before; place < smallEndBefore; place += 4)
    cost += scanBlock(load<usize>(place));
  for (let place = largeStartBefore; place < before + PAGE_BYTES; place += 4) {
    const block = load<usize>(place);
    if (!isListed(block)) cost += scanBlock(block);
  }
  return cost;
}

/** In the last step: scan the large blocks that wait for that. Returns what that costs. */
export function scanLarge(): i32 {
  let cost: i32 = 0;
  for (let place = largeStart; place < now + PAGE_BYTES; place += 4)
    cost += scanBlock(load<usize>(place));
  return cost;
}
