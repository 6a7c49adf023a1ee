import { PROGRAM_BASE, RESERVED_BYTES } from '../hal/board';
import { createThread, startThread } from '../ke/thread';
import { dereference } from '../ob/object';
import { bugCheck } from './fault';

/** The program: its header (docs/design.md §4), its first thread, the end of its heap. */

const MAGIC: u32 = 0x4750_544e;
const VERSION: u32 = 1;
const FIRST_STACK_BYTES: u32 = 64 * 1024;

/** Words of the header. */
const HEADER_MAGIC: usize = 0;
const HEADER_VERSION: usize = 4;
const HEADER_ENTRY: usize = 8;

let limit: usize = 0;

/** First address that is not the program's to use as heap. */
export function heapEnd(): usize {
  return limit;
}

/** Start the program that the host has loaded: its entry gets the image base and the end of the heap. */
export function startProgram(ramEnd: usize): void {
  limit = ramEnd - RESERVED_BYTES;
  if (load<u32>(PROGRAM_BASE + HEADER_MAGIC) != MAGIC) bugCheck('no program at', PROGRAM_BASE);
  const version = load<u32>(PROGRAM_BASE + HEADER_VERSION);
  if (version != VERSION) bugCheck('unknown version of the program header', version);
  const entry = load<u32>(PROGRAM_BASE + HEADER_ENTRY);
  const thread = createThread(entry, PROGRAM_BASE, limit, FIRST_STACK_BYTES, 0);
  if (!changetype<usize>(thread)) bugCheck('no memory for the first thread', limit);
  startThread(thread);
  dereference(thread);
}
