/**
 * The machine instructions that the backend puts in place of calls (import module `rv`): CSRs, device registers, atomic
 * memory operations, trace probes, the thread pointer. docs/design.md §4 lists them all; here are those the kernel uses.
 */

export declare function csrRead(csr: u32): u32;
export declare function csrWrite(csr: u32, value: usize): void;
export declare function csrSet(csr: u32, bits: u32): void;
export declare function csrClear(csr: u32, bits: u32): void;
export declare function csrReadClear(csr: u32, bits: u32): u32;

export declare function mmioLoad8(address: usize): u32;
export declare function mmioLoad16(address: usize): u32;
export declare function mmioLoad32(address: usize): u32;
export declare function mmioStore8(address: usize, value: u32): void;
export declare function mmioStore16(address: usize, value: u32): void;
export declare function mmioStore32(address: usize, value: usize): void;

export declare function amoSwap(address: usize, value: usize): u32;
export declare function amoAdd(address: usize, value: usize): u32;
export declare function lr(address: usize): u32;
export declare function sc(address: usize, value: usize): u32;
export declare function codeAddress(index: u32): usize;
export declare function fence(): void;
export declare function fenceI(): void;
export declare function wfi(): void;

export declare function hint(kind: u32, a: usize): void;
export declare function hint2(kind: u32, a: usize, b: usize): void;

export declare function threadPointer(): usize;
/** The word at the thread pointer + a constant offset, in one instruction. */
export declare function threadWord(offset: usize): usize;
