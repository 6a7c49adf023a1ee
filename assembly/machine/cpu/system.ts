/**
 * Instructions that change control flow, CSRs, modes or order: all that the interpreter's switch does not compute.
 */
import { budget, setBudget } from '../clock';
import { count } from '../counters';
import { COUNT_sleeps } from '../generated/counters';
import { CSR_mepc, CSR_mscratch } from '../generated/csrs';
import {
  CLASSES,
  CLASS_csr,
  OP_break,
  OP_c_ebreak,
  OP_csrrc,
  OP_csrrci,
  OP_csrrw,
  OP_csrrwi,
  OP_ebreak,
  OP_ecall,
  OP_fence,
  OP_fence_i,
  OP_fetch_fault,
  OP_illegal,
  OP_mret,
  OP_probe,
  OP_wfi,
} from '../generated/instructions';
import { STOP_Break } from '../generated/stops';
import { TRACE_hart_sleep } from '../generated/trace';
import { REGISTERS } from '../layout';
import { ramAt } from '../bus';
import { requestStop } from '../stop';
import { trace } from '../trace';
import { atomic } from './atomic';
import { accessible, readCsr, writeCsr } from './csr';
import { fetchable, misalignment } from './decode';
import {
  ASLEEP,
  MODE_M,
  MODE_U,
  MSTATUS_TW,
  WAKING,
  addRetired,
  hart,
  hartNumber,
  writeRd,
} from './hart';
import { mustYield } from './leave';
import { probe } from './probe';
import { IMM, RD, RS1 } from './records';
import { stand } from './steps';
import { csrCost, csrWriteCost, fenceCost, fenceICost, systemCost, wfiCost } from './timing';
import {
  CAUSE_BREAKPOINT,
  CAUSE_ECALL_M,
  CAUSE_ECALL_U,
  CAUSE_FETCH_FAULT,
  CAUSE_ILLEGAL,
  exception,
  returnFromTrap,
} from './trap';

/** Do the instruction of a record on its own, and charge it. */
export function special(r: usize, op: u32, pc: u32): void {
  switch (op) {
    case OP_ecall:
      exception(hart.mode == MODE_M ? CAUSE_ECALL_M : CAUSE_ECALL_U, 0, pc);
      break;
    case OP_ebreak:
    case OP_c_ebreak:
      exception(CAUSE_BREAKPOINT, 0, pc);
      break;
    case OP_mret:
      mret(pc);
      break;
    case OP_wfi:
      wfi(pc);
      break;
    case OP_fence:
      if (!mustYield()) next(pc + 4, fenceCost);
      break;
    case OP_fence_i:
      fenceI(pc);
      break;
    case OP_probe:
      probe(pc);
      next(pc + 4, 1);
      break;
    case OP_break:
      stand();
      requestStop(STOP_Break, pc);
      break;
    case OP_illegal:
      exception(CAUSE_ILLEGAL, wordAt(pc), pc);
      break;
    case OP_fetch_fault:
      fetchFault(pc);
      break;
    default:
      if (CLASSES[op] == CLASS_csr) csr(r, op, pc);
      else atomic(r, op, pc);
  }
}

/** Go on at a pc, with an instruction retired. */
function next(pc: u32, cost: u32): void {
  setBudget(budget - cost);
  addRetired(1);
  hart.pc = pc;
}

/** The instruction at a pc, 16 or 32 bits: the value of mtval when it is illegal. */
function wordAt(pc: u32): u32 {
  const low: u32 = load<u16>(ramAt(pc));
  return (low & 3) != 3 ? low : low | ((<u32>load<u16>(ramAt(pc + 2))) << 16);
}

/** mtval is the part of the instruction that cannot be fetched. */
function fetchFault(pc: u32): void {
  exception(CAUSE_FETCH_FAULT, fetchable(pc) ? pc + 2 : pc, pc);
}

function mret(pc: u32): void {
  if (hart.mode != MODE_M) {
    exception(CAUSE_ILLEGAL, wordAt(pc), pc);
    return;
  }
  const target = hart.mepc;
  returnFromTrap();
  const more = misalignment(target);
  next(target, systemCost + more);
  hart.bubble = 1 + more;
}

/** Sleep, unless an enabled interrupt is pending already: then the hart sleeps for no time at all. */
function wfi(pc: u32): void {
  if (hart.mode == MODE_U && (hart.mstatus & MSTATUS_TW) != 0) {
    exception(CAUSE_ILLEGAL, wordAt(pc), pc);
    return;
  }
  if (mustYield()) return;
  next(pc + 4, wfiCost);
  count(COUNT_sleeps);
  trace(TRACE_hart_sleep, hartNumber);
  hart.state = (hart.mip & hart.mie) != 0 ? WAKING : ASLEEP;
}

function fenceI(pc: u32): void {
  if (mustYield()) return;
  const more = misalignment(pc + 4);
  next(pc + 4, fenceICost + more);
  hart.bubble = more;
}

/** A CSR instruction: csrrw and csrrwi always write, the others if their operand is not x0 or 0. */
function csr(r: usize, op: u32, pc: u32): void {
  const number = load<u32>(r, IMM);
  const field = load<u8>(r, RS1);
  const operand: u32 = op >= OP_csrrwi ? field >> 2 : load<u32>(field, REGISTERS);
  const swaps = op == OP_csrrw || op == OP_csrrwi;
  const writes = swaps || field != 0;
  if (!accessible(number, writes)) {
    exception(CAUSE_ILLEGAL, wordAt(pc), pc);
    return;
  }
  const old = readCsr(number);
  const slow = writes && number != CSR_mscratch && number != CSR_mepc;
  const cost = slow ? csrWriteCost : csrCost;
  if (writes) {
    const clears = op == OP_csrrc || op == OP_csrrci;
    writeCsr(number, swaps ? operand : clears ? old & ~operand : old | operand, cost);
  }
  writeRd(load<u8>(r, RD), old);
  next(pc + 4, cost);
  if (slow) hart.bubble = csrWriteCost > csrCost ? 1 : 0;
}
