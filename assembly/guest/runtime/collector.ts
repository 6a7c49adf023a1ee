/**
 * The collector: finds what nobody refers to any more, in steps of bounded length between which the program runs. A cycle begins when
 * as much has been allocated as was alive after the last one; each page that is taken then pays for one step of marking or a few pages
 * of sweeping. Everything here runs under the heap's lock.
 */
import {
  beginDirect,
  forgetDirect,
  isDirectFull,
  markDirect,
  scanDirectBefore,
  scanLarge,
} from './direct';
import { beginMarking, drain, markRange, scanUnnoticed } from './marking';
import { pageCount, pagesTaken, restartCount } from './pages';
import { cycleLow, dataBase, dataEnd, saveRegisters, stackPointer } from './rv';
import { beginSweep, isSwept, sweepPages, sweptPages } from './sweep';
import { thisThread } from './threadBlock';
import { resumeThreads, scanThreads, suspendThreads, threadsHeld } from './world';

const IDLE: u32 = 0;
const MARKING: u32 = 1;
const SWEEPING: u32 = 2;

/** Words that marking looks at for each page that is taken: more than a page has, so that no program allocates faster. */
const WORDS_PER_PAGE: u32 = 1536;
/** Pages that are swept for each page that is taken. */
const PAGES_PER_PAGE: u32 = 4;
const NO_LIMIT: i32 = i32.MAX_VALUE;
/** To hold so many other threads costs about as much as to mark for one page. */
const THREADS_PER_PAGE: u32 = 4;

const leastPagesBetween: u32 = 64;
const savedRegisterBytes = 48;
const registers = memory.data(savedRegisterBytes, 4);

let state: u32 = IDLE;
/** Pages taken since the last step. */
let pagesOwed: u32 = 0;

/** Cycles of the longest time for which the threads stood still. */
export let longestPause: u32 = 0;
/** Pauses, and collections that came to their end. */
export let pauses: u32 = 0;
export let collections: u32 = 0;

/** Whether stores of references have to be noticed. */
export let isMarking: bool = false;

export function resetLongestPause(): void {
  longestPause = 0;
}

/** As much has been allocated as was alive, or a quarter of the memory. */
function isDue(): bool {
  return pagesTaken >= min(max(leastPagesBetween, sweptPages()), max(pageCount >>> 2, 1));
}

/** A part of the work, to be done when `pages` pages are needed; `wanted` is the list that lacks a block, or 0. */
export function collectSome(pages: u32, wanted: usize): void {
  if (state == IDLE && isDue()) begin();
  if (state == MARKING) markSome(pages);
  else if (state == SWEEPING) sweepSome(pages * PAGES_PER_PAGE, wanted);
}

/** The more threads have to be held, the fewer and the longer are the steps. */
function markSome(pages: u32): void {
  pagesOwed += pages;
  if (pagesOwed * THREADS_PER_PAGE >= threadsHeld) step(pagesOwed * WORDS_PER_PAGE);
}

/** Do all that is left of a cycle, or one from beginning to end. */
export function collectAll(): void {
  if (state == IDLE) begin();
  while (state == MARKING) step(NO_LIMIT);
  sweepSome(u32.MAX_VALUE, 0);
}

function begin(): void {
  beginMarking();
  forgetDirect();
  restartCount();
  state = MARKING;
}

function sweepSome(count: u32, wanted: usize): void {
  sweepPages(count, wanted);
  if (!isSwept()) return;
  state = IDLE;
  collections++;
}

/**
 * Mark for about `limit` words, and as many once more to come to the end, while the other threads stand still. What is scanned again in
 * each step must not be most of it: the more that is, the more is done besides.
 */
function step(limit: i32): void {
  const start = cycleLow();
  suspendThreads();
  pagesOwed = 0;
  const first = !isMarking;
  isMarking = true;
  beginDirect();
  scanStacks();
  limit = max(limit, scanDirectBefore());
  if (first) markRange(dataBase(), dataEnd());
  if (isDirectFull()) limit = NO_LIMIT;
  let budget = drain(limit);
  if (budget > 0) budget = scanLast(limit);
  if (budget > 0) {
    isMarking = false;
    state = SWEEPING;
    beginSweep();
  }
  resumeThreads();
  pauses++;
  longestPause = max(longestPause, cycleLow() - start);
}

/** What changes without notice. Returns what is left of the budget: none if that led to too much more. */
function scanLast(budget: i32): i32 {
  markRange(dataBase(), dataEnd());
  return drain(max(budget, scanLarge() + scanUnnoticed()));
}

function scanStacks(): void {
  saveRegisters(registers);
  markDirect(registers, registers + savedRegisterBytes);
  const thread = thisThread();
  markDirect(stackPointer(), thread.stackEnd);
  if (thread.baseStart) markDirect(thread.baseStart, thread.baseEnd);
  scanThreads();
}
