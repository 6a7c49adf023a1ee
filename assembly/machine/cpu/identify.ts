/**
 * From instruction words to rows of the table: which instruction a word is, and what one at an address reads.
 */
import { ramAt, ramHolds } from '../bus';
import {
  BUCKETS,
  BUCKET_ROWS,
  CLASSES,
  CLASS_store,
  FIRST_SHORT,
  FORMATS,
  MASKS,
  MATCHES,
  NONZERO,
  OP_illegal,
  READS,
  operandImm,
  operandRd,
  operandRs1,
  operandRs2,
  operands,
} from '../generated/instructions';
import { WATCH_CODE, watch } from './watch';

/** The number of the instruction that a word is; its operands are taken apart. OP_illegal if it is none. */
export function identify(word: u32): u32 {
  const short = (word & 3) != 3;
  const bucket = short
    ? 256 + ((word & 3) << 3) + ((word >> 13) & 7)
    : (((word >> 2) & 31) << 3) + ((word >> 12) & 7);
  const end = <i32>unchecked(BUCKETS[bucket + 1]);
  for (let i = <i32>unchecked(BUCKETS[bucket]); i < end; i++) {
    const op = <u32>unchecked(BUCKET_ROWS[i]);
    if ((word & unchecked(MASKS[op])) != unchecked(MATCHES[op])) continue;
    operands(unchecked(FORMATS[op]), word);
    if ((zeroOperands() & unchecked(NONZERO[op])) == 0) return op;
  }
  return OP_illegal;
}

function zeroOperands(): u32 {
  return (
    u32(operandRd == 0) |
    (u32(operandRs1 == 0) << 1) |
    (u32(operandRs2 == 0) << 2) |
    (u32(operandImm == 0) << 3)
  );
}

/** Whether the instruction at an address reads register `rd`; the data of a store may be left out. */
export function readsNext(rd: u32, address: u32, exceptStoreData: bool): bool {
  const op = identifyAt(address);
  if (op == OP_illegal || rd == 0) return false;
  watch(address, WATCH_CODE);
  const reads = <u32>READS[op];
  if ((reads & 1) != 0 && operandRs1 == rd) return true;
  const data = exceptStoreData && CLASSES[op] == CLASS_store;
  return (reads & 2) != 0 && operandRs2 == rd && !data;
}

/** The number of the instruction at an address, OP_illegal if none is there; its operands are taken apart. */
export function identifyAt(address: u32): u32 {
  if (!ramHolds(address, 2)) return OP_illegal;
  const word: u32 = load<u16>(ramAt(address));
  if ((word & 3) != 3) return identify(word);
  if (!ramHolds(address + 2, 2)) return OP_illegal;
  return identify(word | ((<u32>load<u16>(ramAt(address + 2))) << 16));
}

/** Bytes of an instruction. */
export function length(op: u32): u32 {
  return op >= FIRST_SHORT ? 2 : 4;
}
