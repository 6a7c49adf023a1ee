/** Numbers and bits of the CSRs that the executive uses (RISC-V privileged architecture 20240411, §3.1 and §3.7). */

export const MSTATUS: u32 = 0x300;
export const MSTATUS_MIE: u32 = 1 << 3;
export const MSTATUS_MPIE: u32 = 1 << 7;
/** The mode to return to is M. */
export const MSTATUS_MPP_MACHINE: u32 = 3 << 11;

export const MIE: u32 = 0x304;
export const MIE_SOFTWARE: u32 = 1 << 3;
export const MIE_TIMER: u32 = 1 << 7;
export const MIE_EXTERNAL: u32 = 1 << 11;

export const MCOUNTEREN: u32 = 0x306;

export const PMPCFG0: u32 = 0x3a0;
export const PMPADDR0: u32 = 0x3b0;
export const PMPADDR1: u32 = 0x3b1;
export const PMPADDR2: u32 = 0x3b2;
export const PMPADDR3: u32 = 0x3b3;
/** Read, write, execute, "top of range": the entry reaches from the address of the one before it to its own. */
export const PMP_RWX_TOR: u32 = 0x0f;

export const MCAUSE_INTERRUPT: u32 = 0x8000_0000;
export const INTERRUPT_SOFTWARE: u32 = 3;
export const INTERRUPT_TIMER: u32 = 7;
export const INTERRUPT_EXTERNAL: u32 = 11;

/** The low word of mtime, 100 ns. */
export const TIME: u32 = 0xc01;
export const TIMEH: u32 = 0xc81;
