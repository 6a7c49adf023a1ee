/**
 * Checked mode: the compiler calls `__checkSlow` before every access of the program and of the library to memory. One to a block
 * that is not in use is reported, and sent to an address that faults, so that the report of the fault names the line.
 */
import { checked as isChecked } from './options';
import { report } from './abort';
import {
  FREE,
  HEADER,
  blockAt,
  entryAt,
  firstPage,
  isTouched,
  pageCount,
  PAGE_BITS,
} from './pages';

export const checked = isChecked;

/** What free memory is filled with; as an address it faults. */
const POISON: u8 = 0xdb;
/** Where accesses to free memory are sent. */
const NOWHERE: usize = 0xdbdb_dbd8;

/** Overwrite a free block, all but its header. */
export function poison(block: usize, size: usize): void {
  memory.fill(block + HEADER, POISON, size - HEADER);
}

/** The base of an access at `base + offset` if that is memory in use, otherwise one that faults. */
export function __checkSlow(base: usize, offset: usize): usize {
  const address = base + offset;
  const isHeap = address - firstPage < (<usize>pageCount) << PAGE_BITS;
  return !isHeap || isInUse(address) ? base : failSlow();
}

function isInUse(address: usize): bool {
  if (isTouched(address)) {
    const entry = entryAt(address);
    const block = blockAt(address, entry);
    if (block && load<u32>(block) != FREE) return true;
  }
  return false;
}

function failSlow(): usize {
  report('use after free: this memory is not in use\n');
  return NOWHERE;
}
