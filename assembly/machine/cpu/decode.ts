/**
 * The decode cache: slots of decoded code pages, found by page and by the view that may fetch them (pmp.ts). Records: records.ts.
 * A page is dropped as soon as one of its decoded instructions is overwritten (watch.ts), so that fence.i has nothing left to do.
 */
import { ramAt, ramHolds } from '../bus';
import { count } from '../counters';
import { COUNT_pageDecodes, COUNT_pageInvalidations } from '../generated/counters';
import {
  CLASSES,
  CLASS_branch,
  CLASS_load,
  ENDS_BLOCK,
  FIRST_SHORT,
  OP_auipc,
  OP_break,
  OP_far,
  OP_fetch_fault,
  OP_illegal,
  OP_jal,
  OP_c_j,
  OP_c_jal,
  OP_page_end,
  OP_probe,
  OP_slt,
  OP_slti,
  operandImm,
  operandRd,
  operandRs1,
  operandRs2,
} from '../generated/instructions';
import { DECODE, DECODE_TAGS, SCRATCH } from '../layout';
import { tracing } from '../trace';
import { isBreakpoint } from './breakpoints';
import { destination, hart } from './hart';
import { identify, length, readsNext } from './identify';
import { LAST_VIEW, PMP_EXECUTE, fetchView, permitted } from './pmp';
import {
  COST,
  COUNT,
  IMM,
  JUMP_COST,
  OP,
  OWN,
  PAGE_BYTES,
  PAGE_RECORDS,
  RD,
  RECORD_BYTES,
  RS1,
  RS2,
  SLOTS,
  SLOT_BYTES,
} from './records';
import { classCost, loadUseCost, misalignedTarget } from './timing';
import { WATCH_CODE, watch } from './watch';

/** The page whose records are being run: its address, its slot, and what turns r >> 3 into a pc. */
export let pageStart: u32 = 0;
export let slotStart: usize = 0;
export let pcDelta: u32 = 0;

/** The record of a pc from which nothing can be fetched. */
const FAULT_RECORD: usize = SCRATCH + 0xf000;
/** Addresses of the records of a run of instructions that is being decoded. */
const RUN: usize = SCRATCH + 0x1_0000;

const TAG_VALID: u32 = 0x8000_0000;
const VIEW_SHIFT: u32 = 20;

/** The first record behind the page has no immediate: it counts the far records in use. */
const FAR_COUNT: usize = PAGE_RECORDS * RECORD_BYTES + IMM;

/** Drop everything: at reset, and when rights, tracing or RAM have been changed from outside. */
export function flushDecode(): void {
  memory.fill(DECODE_TAGS, 0, 4 * SLOTS);
}

/** Drop what has been decoded from a page, and from the one before it, which may end with an instruction that reaches into it. */
export function dropPage(page: u32): void {
  for (let index: u32 = 0; index < SLOTS; index++) {
    const tag = load<u32>(DECODE_TAGS + 4 * index);
    const behind = page - (tag & 0xf_ffff);
    if ((tag & TAG_VALID) == 0 || behind > 1) continue;
    store<u32>(DECODE_TAGS + 4 * index, 0);
    count(COUNT_pageInvalidations);
  }
}

/** Whether any decoded instruction has bytes in [address, address + bytes). */
export function isDecoded(address: u32, bytes: u32): bool {
  // A load at the end of a page has looked at what follows it.
  if ((address & (PAGE_BYTES - 1)) < 4) return true;
  const first = address & ~1;
  for (let at = first - 2; at < address + bytes; at += 2) {
    if (decodedAt(at, at < first)) return true;
  }
  return false;
}

/** Whether an instruction that begins at an address is decoded in any view; it may have to be a 32-bit one. */
function decodedAt(address: u32, long: bool): bool {
  for (let view: u32 = 0; view <= LAST_VIEW; view++) {
    const index = slotIndex(address >> 12, view);
    if (load<u32>(DECODE_TAGS + 4 * index) != tagOf(address >> 12, view)) continue;
    const r = DECODE + <usize>index * SLOT_BYTES + ((address & (PAGE_BYTES - 1)) << 3);
    if (load<u16>(r, OP) != 0 && (!long || recordStep(r) > RECORD_BYTES)) return true;
  }
  return false;
}

function slotIndex(page: u32, view: u32): u32 {
  return (page ^ (view * 89)) % SLOTS;
}

function tagOf(page: u32, view: u32): u32 {
  return page | (view << VIEW_SHIFT) | TAG_VALID;
}

/** The pc of a record of the current page. */
export function pcOf(r: usize): u32 {
  return <u32>(r >> 3) + pcDelta;
}

/** Let a run of records at `r` stand for the instructions from `pc` on. */
export function setPlace(r: usize, pc: u32): void {
  pageStart = pc & ~(PAGE_BYTES - 1);
  slotStart = r - ((pc & (PAGE_BYTES - 1)) << 3);
  pcDelta = pc - <u32>(r >> 3);
}

/** The record of a pc, decoded or not; its page becomes the current one. */
export function find(pc: u32): usize {
  const tag = tagOf(pc >> 12, fetchView);
  const index = slotIndex(pc >> 12, fetchView);
  const slot = DECODE + <usize>index * SLOT_BYTES;
  if (load<u32>(DECODE_TAGS + 4 * index) != tag) {
    if (!ramHolds(pc, 2)) {
      store<u16>(FAULT_RECORD, <u16>OP_fetch_fault, OP);
      setPlace(FAULT_RECORD, pc);
      return FAULT_RECORD;
    }
    openSlot(slot);
    store<u32>(DECODE_TAGS + 4 * index, tag);
  }
  const r = slot + ((pc & (PAGE_BYTES - 1)) << 3);
  setPlace(r, pc);
  return r;
}

function openSlot(slot: usize): void {
  memory.fill(slot, 0, (PAGE_RECORDS + 2) * RECORD_BYTES);
  const end = slot + PAGE_RECORDS * RECORD_BYTES;
  store<u16>(end, <u16>OP_page_end, OP);
  store<u16>(end + RECORD_BYTES, <u16>OP_page_end, OP);
  count(COUNT_pageDecodes);
}

/** Bytes from a record to the record of the next instruction. */
export function recordStep(r: usize): usize {
  const op = load<u16>(r, OP);
  return op >= FIRST_SHORT && op < OP_illegal ? RECORD_BYTES : 2 * RECORD_BYTES;
}

/**
 * Decode from a record of the current page to the next jump or the end of the page, over branches: so no fall-through ever meets
 * a record that is not decoded.
 */
export function decode(first: usize): void {
  let length = 0;
  let r = first;
  const end = slotStart + PAGE_RECORDS * RECORD_BYTES;
  while (r < end && load<u16>(r, OP) == 0) {
    store<u32>(RUN + 4 * length++, <u32>r);
    if (!decodeAt(r, pcOf(r))) break;
    r += recordStep(r);
  }
  while (length > 0) sumUp(load<u32>(RUN + 4 * --length));
}

/** Fill the costs of a record whose successor has them. */
function sumUp(r: usize): void {
  const op = load<u16>(r, OP);
  const last = op >= OP_illegal || ENDS_BLOCK[op] != 0;
  const next = r + recordStep(r);
  const cost = <u32>load<u8>(r, OWN) + (last ? 0 : <u32>load<u16>(next, COST));
  store<u16>(r, <u16>cost, COST);
  store<u16>(r, last ? 1 : load<u16>(next, COUNT) + 1, COUNT);
  store<u16>(r, <u16>(cost + misalignment(pcOf(r))), JUMP_COST);
}

/** What a jump to a pc costs more: for a 32-bit instruction that is not word-aligned. */
export function misalignment(pc: u32): u32 {
  if ((pc & 2) == 0 || !ramHolds(pc, 2)) return 0;
  return (load<u16>(ramAt(pc)) & 3) == 3 ? misalignedTarget : 0;
}

/** Decode one instruction; false if nothing behind it is reached by falling through. */
function decodeAt(r: usize, pc: u32): bool {
  const first = pc & ~1;
  if (!fetchable(first)) return put(r, OP_fetch_fault);
  let word: u32 = load<u16>(ramAt(first));
  watch(first, WATCH_CODE);
  if ((word & 3) == 3) {
    if (!fetchable(first + 2)) return put(r, OP_fetch_fault);
    word |= (<u32>load<u16>(ramAt(first + 2))) << 16;
    watch(first + 2, WATCH_CODE);
  }
  if (isBreakpoint(first)) return put(r, OP_break);
  const op = identify(word);
  if (op == OP_illegal) return put(r, OP_illegal);
  if (tracing && isProbe(op)) return put(r, OP_probe);
  fill(r, pc, op);
  return !leavesForGood(op);
}

/** Whether the running hart can fetch the halfword at an address. */
export function fetchable(address: u32): bool {
  return ramHolds(address, 2) && permitted(hart.mode, address, 2, PMP_EXECUTE);
}

function put(r: usize, op: u32): bool {
  store<u16>(r, <u16>op, OP);
  store<u8>(r, 1, OWN);
  return false;
}

/** HINTs that the guest uses as trace probes: slt and slti to x0 (assembly/tables/trace.table.ts). */
function isProbe(op: u32): bool {
  return operandRd == 0 && (op == OP_slt || op == OP_slti);
}

/** Jumps without return: what follows is often no code. */
function leavesForGood(op: u32): bool {
  return ENDS_BLOCK[op] != 0 && CLASSES[op] != CLASS_branch;
}

function fill(r: usize, pc: u32, op: u32): void {
  const format = CLASSES[op];
  store<u16>(r, <u16>op, OP);
  store<u8>(r, <u8>destination(operandRd), RD);
  store<u8>(r, <u8>(operandRs1 << 2), RS1);
  store<u8>(r, <u8>(operandRs2 << 2), RS2);
  const direct = format == CLASS_branch || op == OP_jal || op == OP_c_jal || op == OP_c_j;
  const rd = operandRd;
  let imm = operandImm;
  if (op == OP_auipc) imm += pc;
  if (direct) imm = distance(r, pc, pc + imm);
  store<u32>(r, imm, IMM);
  let own = classCost(format);
  if (loadUseCost && format == CLASS_load && rd != 0) own += useOf(rd, pc + length(op));
  store<u8>(r, <u8>own, OWN);
}

/** How far the record of a target is: on this page, or the record that leads to the target's page. */
function distance(r: usize, pc: u32, target: u32): u32 {
  if ((target ^ pc) < PAGE_BYTES) return (target - pc) << 3;
  const far = farRecord(target);
  return <u32>(far - r);
}

/** The record of the current page that leads to a target elsewhere. There are as many as halfwords, so they suffice. */
function farRecord(target: u32): usize {
  const firstFar = slotStart + (PAGE_RECORDS + 2) * RECORD_BYTES;
  const used = load<u32>(slotStart + FAR_COUNT);
  for (let i: u32 = 0; i < used; i++) {
    if (load<u32>(firstFar + <usize>i * RECORD_BYTES, IMM) == target)
      return firstFar + <usize>i * RECORD_BYTES;
  }
  const far = firstFar + <usize>used * RECORD_BYTES;
  store<u16>(far, <u16>OP_far, OP);
  store<u32>(far, target, IMM);
  store<u32>(slotStart + FAR_COUNT, used + 1);
  return far;
}

/** What a load costs more because the instruction behind it reads its result, other than as the data of a store. */
function useOf(rd: u32, next: u32): u32 {
  return readsNext(rd, next, true) ? loadUseCost : 0;
}
