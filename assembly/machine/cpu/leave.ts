/**
 * What happens when the interpreter's switch does not know how to go on: blocks that the budget does not cover, pages to find or to
 * decode, accesses that are not plain RAM, and all instructions that are not computed in the switch.
 */
import { budget, hartCycle, nextEvent, setBudget, setTime } from '../clock';
import {
  ACCESS,
  OP_break,
  OP_far,
  OP_page_end,
  OP_pause,
  OP_undecoded,
} from '../generated/instructions';
import { SCRATCH } from '../layout';
import { NO_STOP, wanted } from '../stop';
import { setTracePlace, tracing } from '../trace';
import { access } from './access';
import { decode, find, pcOf, recordStep, setPlace } from './decode';
import {
  RUNNING,
  WAKING,
  addRetired,
  hart,
  hartAt,
  hartCount,
  hartNumber,
  interruptible,
} from './hart';
import { COST, COUNT, IMM, JUMP_COST, OP } from './records';
import { special } from './system';

/** Why the switch was left: the record was jumped to, fallen into at the end of a block, or reached in its block. */
export const JUMPED: u32 = 0;
export const PASSED: u32 = 1;
export const REACHED: u32 = 2;

/** The hart must wait until it is the earliest; the instruction at its pc has not been done. */
export let yielded: bool = false;

/**
 * @param r the record at which the switch stopped
 * @param bubble of the branch or jump that led there
 * @returns the record to go on with, charged; 0 when the turn is over
 */
export function leave(r: usize, why: u32, bubble: u32): usize {
  if (why == JUMPED) return enter(r, true, bubble);
  if (why == PASSED) return enter(r, false, 0);
  const op = load<u16>(r, OP);
  if (op == OP_undecoded) return enter(r, true, bubble);
  if (op == OP_page_end) return enter(r, false, 0);
  if (op == OP_pause) return enter(find(pcOf(r)), false, 0);
  // The instruction here and those behind it have not been done: give their cycles back.
  setBudget(budget + load<u16>(r, COST));
  addRetired(-(<i32>load<u16>(r, COUNT)));
  return alone(r, op);
}

/** Do one instruction that needs more than the switch; the budget is that of its start. */
function alone(r: usize, op: u32): usize {
  const pc = pcOf(r);
  hart.pc = pc;
  // A breakpoint does nothing, so that the instruction before it still is the last one.
  if (op != OP_break) hart.bubble = 0;
  setTime(hartCycle());
  if (tracing) setTracePlace(hartNumber, pc);
  if (op < <u32>ACCESS.length && unchecked(ACCESS[op])) access(r, op, pc);
  else special(r, op, pc);
  return resume();
}

/** The record to begin a turn with. */
export function begin(): usize {
  return enter(find(hart.pc), false, hart.bubble);
}

/** Go on at the hart's pc unless the turn is over or an interrupt is to be taken. */
function resume(): usize {
  if (budget <= 0 || yielded || wanted != NO_STOP || hart.state != RUNNING || interruptible())
    return 0;
  return enter(find(hart.pc), false, hart.bubble);
}

/**
 * Enter a block.
 * @param jumped whether its first instruction is paid for as a jump's target
 * @param bubble of the instruction before
 */
function enter(r: usize, jumped: bool, bubble: u32): usize {
  r = settle(r);
  if (jumped) {
    const more = load<u16>(r, JUMP_COST) - load<u16>(r, COST);
    setBudget(budget - more);
    bubble += more;
  }
  if (budget > 0) return charge(r);
  hart.bubble = bubble;
  hart.pc = pcOf(r);
  return 0;
}

/** Follow records that only lead on, and decode. */
function settle(r: usize): usize {
  for (;;) {
    const op = load<u16>(r, OP);
    if (op == OP_far) r = find(load<u32>(r, IMM));
    else if (op == OP_page_end) r = find(pcOf(r));
    else break;
  }
  if (load<u16>(r, OP) == OP_undecoded) decode(r);
  return r;
}

/** Charge as much of the block at r as may start within the budget, which is more than 0. */
function charge(r: usize): usize {
  const cost = <i32>load<u16>(r, COST);
  let end = r;
  while (cost - <i32>load<u16>(end, COST) < budget) {
    if (load<u16>(end, COUNT) <= 1) return chargeBlock(r);
    end += recordStep(end);
  }
  return copyPart(r, end);
}

function chargeBlock(r: usize): usize {
  setBudget(budget - load<u16>(r, COST));
  addRetired(load<u16>(r, COUNT));
  return r;
}

/** Copy the records [r, end) to a place of their own, with a pause behind them, and charge them. */
function copyPart(r: usize, end: usize): usize {
  const pc = pcOf(r);
  const restCost = load<u16>(end, COST);
  const restCount = load<u16>(end, COUNT);
  memory.copy(SCRATCH, r, end - r);
  let at = SCRATCH;
  while (at < SCRATCH + (end - r)) {
    store<u16>(at, load<u16>(at, COST) - restCost, COST);
    store<u16>(at, load<u16>(at, COUNT) - restCount, COUNT);
    at += recordStep(at);
  }
  store<u16>(at, <u16>OP_pause, OP);
  setPlace(SCRATCH, pc);
  return chargeBlock(SCRATCH);
}

/**
 * Whether the running hart must let others go first: accesses that others can observe in order happen in the order of cycles,
 * and of hart numbers within a cycle. If so the turn ends, and the instruction will be begun again.
 */
export function mustYield(): bool {
  if (hartCount == 1) return false;
  const cycle = hartCycle();
  yielded = nextEvent() <= cycle || !isEarliest(cycle);
  return yielded;
}

function isEarliest(cycle: u64): bool {
  for (let number: u32 = 0; number < hartCount; number++) {
    const other = hartAt(number);
    if (number == hartNumber || (other.state != RUNNING && other.state != WAKING)) continue;
    if (other.cycle < cycle || (other.cycle == cycle && number < hartNumber)) return false;
  }
  return true;
}

export function clearYield(): void {
  yielded = false;
}
