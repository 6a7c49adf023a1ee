import { amoAdd, lr, sc } from '../rv';
import { allocateRaw, disown, free } from '../mm/pool';

/**
 * Lookaside lists (ExInitializeNPagedLookasideList): blocks of one size that are kept for the next who needs one, in front of the
 * pool. Taking and giving is a load-reserved and a store-conditional, without a lock and at any IRQL; between the two no other store to
 * the head goes unnoticed, and a context switch ends a reservation (hal/trap.s).
 */

/** 16 bytes. */
@unmanaged
export class Lookaside {
  /** The first block, whose first word is the next one. */
  head: usize;
  bytes: usize;
  /** Blocks in the list, at most so many. */
  depth: u32;
  limit: u32;
}

export function initializeLookaside(list: Lookaside, bytes: usize, limit: u32): void {
  list.head = 0;
  list.bytes = bytes;
  list.depth = 0;
  list.limit = limit;
}

/** A block with whatever it holds, or 0. */
export function takeBlock(list: Lookaside): usize {
  const head = changetype<usize>(list);
  let block: usize;
  do {
    block = lr(head);
    if (!block) return allocateRaw(list.bytes);
  } while (sc(head, load<usize>(block)));
  amoAdd(head + offsetof<Lookaside>('depth'), -1);
  return block;
}

/** Keep a block, or give it back to the pool when there are enough. */
export function giveBlock(list: Lookaside, block: usize): void {
  if (list.depth >= list.limit) {
    free(block, list.bytes);
    return;
  }
  disown(block, list.bytes);
  const head = changetype<usize>(list);
  let next: usize;
  do {
    next = lr(head);
    store<usize>(block, next);
  } while (sc(head, block));
  amoAdd(head + offsetof<Lookaside>('depth'), 1);
}
