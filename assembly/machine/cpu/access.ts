/**
 * Loads and stores that the interpreter's fast path leaves over: devices, accesses that cross a word, parts of RAM that are watched,
 * and everything the PMP must decide.
 */
import { isDevice, ramAt, ramHolds, readBus, refused, unknownRegister, writeBus } from '../bus';
import { budget, setBudget } from '../clock';
import { ACCESS } from '../generated/instructions';
import { REGISTERS } from '../layout';
import { length } from './identify';
import { addRetired, hart, writeRd } from './hart';
import { mustYield } from './leave';
import { PMP_READ, PMP_WRITE, dataMode, permitted } from './pmp';
import { IMM, OWN, RD, RS1, RS2 } from './records';
import { crossingCost } from './timing';
import {
  CAUSE_LOAD_FAULT,
  CAUSE_MISALIGNED_LOAD,
  CAUSE_MISALIGNED_STORE,
  CAUSE_STORE_FAULT,
  exception,
} from './trap';
import { storeWatched } from './watch';
import { readPoint, watchesReads } from './watchpoints';

const WIDTH: u32 = 7;
const STORE: u32 = 8;
const SIGNED: u32 = 16;

/** Misaligned accesses to RAM trap instead of being performed. */
export let trapMisaligned: bool = false;

export function setTrapMisaligned(on: bool): void {
  trapMisaligned = on;
}

/**
 * Do the load or store of a record. Devices take aligned accesses only; a misaligned one where nothing is is an access fault like an
 * aligned one.
 */
export function access(r: usize, op: u32, pc: u32): void {
  const kind = <u32>ACCESS[op];
  const width = kind & WIDTH;
  const address = load<u32>(load<u8>(r, RS1), REGISTERS) + load<u32>(r, IMM);
  const writes = (kind & STORE) != 0;
  const inRam = ramHolds(address, width);
  if ((address & (width - 1)) != 0 && (trapMisaligned || (!inRam && isDevice(address)))) {
    exception(writes ? CAUSE_MISALIGNED_STORE : CAUSE_MISALIGNED_LOAD, address, pc);
  } else if (!permitted(dataMode(), address, width, writes ? PMP_WRITE : PMP_READ)) {
    unknownRegister(address);
    exception(writes ? CAUSE_STORE_FAULT : CAUSE_LOAD_FAULT, address, pc);
  } else if (inRam) {
    if (writes) storeRam(address, width, operand(r));
    else writeRd(load<u8>(r, RD), extend(loadRam(address, width), width, kind));
    retire(r, op, pc, (address & 3) + width > 4 ? crossingCost : 0);
  } else {
    device(r, op, pc, address, kind);
  }
}

function operand(r: usize): u32 {
  return load<u32>(load<u8>(r, RS2), REGISTERS);
}

function device(r: usize, op: u32, pc: u32, address: u32, kind: u32): void {
  if (mustYield()) return;
  const width = kind & WIDTH;
  const writes = (kind & STORE) != 0;
  let value: u32 = 0;
  if (writes) writeBus(address, width, operand(r) & (u32.MAX_VALUE >> (32 - 8 * width)));
  else value = readBus(address, width);
  if (refused) {
    exception(writes ? CAUSE_STORE_FAULT : CAUSE_LOAD_FAULT, address, pc);
    return;
  }
  if (!writes) writeRd(load<u8>(r, RD), extend(value, width, kind));
  retire(r, op, pc, 0);
}

function retire(r: usize, op: u32, pc: u32, more: u32): void {
  setBudget(budget - (load<u8>(r, OWN) + more));
  addRetired(1);
  hart.pc = pc + length(op);
}

function extend(value: u32, width: u32, kind: u32): u32 {
  if ((kind & SIGNED) == 0) return value;
  return width == 1 ? <i32>(<i8>value) : <i32>(<i16>value);
}

/** Load from RAM; the caller has checked the range. */
export function loadRam(address: u32, width: u32): u32 {
  if (watchesReads) readPoint(address, width);
  const at = ramAt(address);
  if (width == 4) return load<u32>(at);
  return width == 2 ? load<u16>(at) : load<u8>(at);
}

/** Store to RAM and tell who watches it; the caller has checked the range. */
export function storeRam(address: u32, width: u32, value: u32): void {
  const at = ramAt(address);
  if (width == 4) store<u32>(at, value);
  else if (width == 2) store<u16>(at, <u16>value);
  else store<u8>(at, <u8>value);
  storeWatched(address, width);
}
