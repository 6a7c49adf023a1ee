/**
 * The A extension: lr.w, sc.w and AMOs (RISC-V unprivileged ISA, chapter 14). All are done in the global order of cycles. An
 * AMOSWAP.W to a device hands over a word and receives the answer in one step; other AMOs to a device read and then write.
 */
import { exchangeBus, ramHolds, readBus, refused, writeBus } from '../bus';
import { budget, setBudget } from '../clock';
import {
  CLASS_lr,
  CLASS_sc,
  CLASSES,
  OP_amoswap_w,
  OP_lr_w,
  OP_sc_w,
  OP_illegal,
} from '../generated/instructions';
import { combine } from '../generated/atomics';
import { REGISTERS } from '../layout';
import { loadRam, storeRam } from './access';
import { identifyAt, readsNext } from './identify';
import { addRetired, hart, writeRd } from './hart';
import { mustYield } from './leave';
import { PMP_READ, PMP_WRITE, dataMode, permitted } from './pmp';
import { RD, RS1, RS2 } from './records';
import { amoCost, lrCost, reservedUseCost, scCost } from './timing';
import {
  CAUSE_LOAD_FAULT,
  CAUSE_MISALIGNED_LOAD,
  CAUSE_MISALIGNED_STORE,
  CAUSE_STORE_FAULT,
  exception,
} from './trap';
import { WATCH_RESERVED, watch } from './watch';

/** Do the atomic instruction of a record. */
export function atomic(r: usize, op: u32, pc: u32): void {
  const address = load<u32>(load<u8>(r, RS1), REGISTERS);
  const loads = op == OP_lr_w;
  if (address & 3) {
    exception(loads ? CAUSE_MISALIGNED_LOAD : CAUSE_MISALIGNED_STORE, address, pc);
    return;
  }
  const rights = loads ? PMP_READ : PMP_WRITE;
  const allowed =
    permitted(dataMode(), address, 4, rights) && (op < OP_amoswap_w || readable(address));
  const inRam = ramHolds(address, 4);
  if (!allowed || (!inRam && op < OP_amoswap_w)) {
    exception(loads ? CAUSE_LOAD_FAULT : CAUSE_STORE_FAULT, address, pc);
    return;
  }
  if (mustYield()) return;
  if (op == OP_lr_w) loadReserved(r, address, pc);
  else if (op == OP_sc_w) storeConditional(r, address, pc);
  else if (inRam) amoRam(r, op, address, pc);
  else amoDevice(r, op, address, pc);
}

function readable(address: u32): bool {
  return permitted(dataMode(), address, 4, PMP_READ);
}

function operand(r: usize): u32 {
  return load<u32>(load<u8>(r, RS2), REGISTERS);
}

function loadReserved(r: usize, address: u32, pc: u32): void {
  writeRd(load<u8>(r, RD), loadRam(address, 4));
  hart.reserved = 1;
  hart.reservation = address;
  watch(address, WATCH_RESERVED);
  retire(pc, lrCost + useCost(r, pc));
}

/** It succeeds only on the reserved word, and in either case nothing is reserved afterwards. */
function storeConditional(r: usize, address: u32, pc: u32): void {
  const success = hart.reserved != 0 && hart.reservation == address;
  hart.reserved = 0;
  if (success) storeRam(address, 4, operand(r));
  const cost = scCost + useCost(r, pc);
  writeRd(load<u8>(r, RD), success ? 0 : 1);
  retire(pc, cost);
}

/** lr and sc cost more when the next instruction uses the result or is one of them. */
function useCost(r: usize, pc: u32): u32 {
  if (!reservedUseCost) return 0;
  const rd = (<u32>load<u8>(r, RD)) >> 2;
  const next = identifyAt(pc + 4);
  if (next == OP_illegal) return 0;
  const again = CLASSES[next] == CLASS_lr || CLASSES[next] == CLASS_sc;
  return again || readsNext(rd, pc + 4, false) ? reservedUseCost : 0;
}

function amoRam(r: usize, op: u32, address: u32, pc: u32): void {
  const old = loadRam(address, 4);
  storeRam(address, 4, combine(op, old, operand(r)));
  writeRd(load<u8>(r, RD), old);
  retire(pc, amoCost);
}

function amoDevice(r: usize, op: u32, address: u32, pc: u32): void {
  let old: u32 = 0;
  if (op == OP_amoswap_w) {
    old = exchangeBus(address, operand(r));
  } else {
    old = readBus(address, 4);
    if (!refused) writeBus(address, 4, combine(op, old, operand(r)));
  }
  if (refused) {
    exception(CAUSE_STORE_FAULT, address, pc);
    return;
  }
  writeRd(load<u8>(r, RD), old);
  retire(pc, amoCost);
}

function retire(pc: u32, cost: u32): void {
  setBudget(budget - cost);
  addRetired(1);
  hart.pc = pc + 4;
}
