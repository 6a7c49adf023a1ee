/**
 * Decoded code. Each 4 KiB page of code that is executed has a slot in the decode cache, with a record of 16 bytes for every
 * halfword of the page:
 *
 *   0 u16 OP         number of the instruction, 0 if not decoded
 *   2 u8  RD         offsets of the registers from REGISTERS; x0 as a destination is the dummy
 *   3 u8  RS1
 *   4 u8  RS2
 *   5 u8  OWN        cycles of this instruction alone
 *   6 u16 COST       cycles from here to the end of the block
 *   8 u32 IMM        immediate; branches and jal: distance to the target's record; auipc: the sum itself
 *  12 u16 COUNT      instructions from here to the end of the block
 *  14 u16 JUMP_COST  COST, and 1 more if a jump to here pays for a misaligned 32-bit instruction
 *
 * A block ends at a branch, a jump, anything that is not computed in the switch, or the page. It is charged as a whole when it is
 * entered, and what was not executed is given back when it is left early: by a trap, by an access that is not plain RAM. Two
 * records behind the page's 2048 lead on to the next page. Behind them lie records that lead to other pages: a branch whose
 * target is elsewhere goes to one of them.
 */
export const OP: usize = 0;
export const RD: usize = 2;
export const RS1: usize = 3;
export const RS2: usize = 4;
export const OWN: usize = 5;
export const COST: usize = 6;
export const IMM: usize = 8;
export const COUNT: usize = 12;
export const JUMP_COST: usize = 14;

export const RECORD_BYTES: usize = 16;
export const PAGE_BYTES: u32 = 4096;
/** Records of a page, the two that follow, and those that lead elsewhere. */
export const PAGE_RECORDS: usize = 2048;
export const FAR_RECORDS: usize = 2048;
export const SLOT_BYTES: usize = (PAGE_RECORDS + 2 + FAR_RECORDS) * RECORD_BYTES;
export const SLOTS: u32 = 240;
