/**
 * The machine instructions that the backend puts in place of calls (import module `rv`, docs/design.md §4), as far as programs may
 * use them.
 */

export declare function ecall(
  number: u32,
  a0: u32,
  a1: u32,
  a2: u32,
  a3: u32,
  a4: u32,
  a5: u32,
): u32;

export declare function amoSwap(address: usize, value: u32): u32;
export declare function amoAdd(address: usize, value: u32): u32;
export declare function lr(address: usize): u32;
export declare function sc(address: usize, value: u32): u32;

export declare function hint(kind: u32, a: usize): void;
export declare function hint2(kind: u32, a: usize, b: usize): void;

export declare function csrRead(number: u32): u32;

export declare function stackPointer(): usize;
export declare function threadPointer(): usize;
export declare function setThreadPointer(value: usize): void;
/** Store s0 to s11 at an address. */
export declare function saveRegisters(address: usize): void;

export declare function codeAddress(tableIndex: u32): usize;
export declare function callAddress(address: usize, argument: usize): u32;

export declare function imageEnd(): usize;
export declare function dataBase(): usize;
export declare function dataEnd(): usize;

const CSR_cycle: u32 = 0xc00;
const CSR_time: u32 = 0xc01;
const CSR_cycleh: u32 = 0xc80;

/** Cycles since reset, low word. */
export function cycleLow(): u32 {
  return csrRead(CSR_cycle);
}

/** Cycles since reset, high word. */
export function cycleHigh(): u32 {
  return csrRead(CSR_cycleh);
}

/** Units of 100 ns since reset, low word. */
export function timeLow(): u32 {
  return csrRead(CSR_time);
}
