/**
 * Cycle costs of the profile in use (assembly/tables/timing.table.ts). Static costs go into the decoded records; the functions here
 * are the dynamic parts.
 */
import {
  CLASS_alu,
  CLASS_amo,
  CLASS_branch,
  CLASS_div,
  CLASS_divu,
  CLASS_jump,
  CLASS_load,
  CLASS_mul,
  CLASS_mulh,
  CLASS_rotate,
  CLASS_store,
} from '../generated/instructions';
import {
  TIMING_alu,
  TIMING_amo,
  TIMING_branch,
  TIMING_crossing,
  TIMING_csr,
  TIMING_csrWrite,
  TIMING_div,
  TIMING_divideByZero,
  TIMING_divu,
  TIMING_fence,
  TIMING_fence_i,
  TIMING_interrupt,
  TIMING_jump,
  TIMING_load,
  TIMING_loadUse,
  TIMING_lr,
  TIMING_misalignedTarget,
  TIMING_mul,
  TIMING_mulh,
  TIMING_negativeDividend,
  TIMING_reservedUse,
  TIMING_rotate,
  TIMING_sc,
  TIMING_store,
  TIMING_system,
  TIMING_taken,
  TIMING_wake,
  TIMING_wakeHandler,
  TIMING_wfi,
} from '../generated/timing';

export let takenCost: u32 = 0;
export let crossingCost: u32 = 0;
export let misalignedTarget: u32 = 0;
export let csrCost: u32 = 0;
export let csrWriteCost: u32 = 0;
export let systemCost: u32 = 0;
export let fenceCost: u32 = 0;
export let fenceICost: u32 = 0;
export let amoCost: u32 = 0;
export let lrCost: u32 = 0;
export let scCost: u32 = 0;
export let loadUseCost: u32 = 0;
export let reservedUseCost: u32 = 0;
export let wfiCost: u32 = 0;
export let wakeCost: u32 = 0;
export let wakeHandlerCost: u32 = 0;
export let interruptCost: u32 = 0;

const classCosts = new StaticArray<u8>(32);
let zeroRefund: u32 = 0;
let positiveRefund: u32 = 0;

/** Use profile number `p`. */
export function setProfile(p: u32): void {
  takenCost = TIMING_taken[p];
  crossingCost = TIMING_crossing[p];
  misalignedTarget = TIMING_misalignedTarget[p];
  csrCost = TIMING_csr[p];
  csrWriteCost = TIMING_csrWrite[p];
  systemCost = TIMING_system[p];
  fenceCost = TIMING_fence[p];
  fenceICost = TIMING_fence_i[p];
  amoCost = TIMING_amo[p];
  lrCost = TIMING_lr[p];
  scCost = TIMING_sc[p];
  loadUseCost = TIMING_loadUse[p];
  reservedUseCost = TIMING_reservedUse[p];
  wfiCost = TIMING_wfi[p];
  wakeCost = TIMING_wake[p];
  wakeHandlerCost = TIMING_wakeHandler[p];
  interruptCost = TIMING_interrupt[p];
  positiveRefund = TIMING_negativeDividend[p];
  zeroRefund = <u32>TIMING_divu[p] - <u32>TIMING_divideByZero[p];
  setClassCosts(p);
}

/** Classes without an entry end their block and are charged by `leave`; in the record they count 1. */
function setClassCosts(p: u32): void {
  for (let i = 0; i < classCosts.length; i++) classCosts[i] = 1;
  classCosts[CLASS_alu] = TIMING_alu[p];
  classCosts[CLASS_rotate] = TIMING_rotate[p];
  classCosts[CLASS_load] = TIMING_load[p];
  classCosts[CLASS_store] = TIMING_store[p];
  classCosts[CLASS_mul] = TIMING_mul[p];
  classCosts[CLASS_mulh] = TIMING_mulh[p];
  classCosts[CLASS_div] = TIMING_div[p] + TIMING_negativeDividend[p];
  classCosts[CLASS_divu] = TIMING_divu[p];
  classCosts[CLASS_jump] = TIMING_jump[p];
  classCosts[CLASS_branch] = TIMING_branch[p];
  classCosts[CLASS_amo] = TIMING_amo[p];
}

/** Cycles of an instruction of a class, the longest a division can take. */
export function classCost(costClass: u32): u32 {
  return classCosts[costClass];
}

/** What a division took less than its longest. */
export function divisionRefund(dividend: u32, divisor: u32, signed: bool): u32 {
  const positive = signed && <i32>dividend >= 0 ? positiveRefund : 0;
  return divisor == 0 ? zeroRefund + positive : positive;
}
