/**
 * Addresses and numbers of the board that the executive is written for: the memory map of QEMU's `virt` with units of its
 * own (docs/design.md §2). Register offsets of the own units come from their tables (generated/).
 */

export const FINISHER: usize = 0x0010_0000;
/** Value that stops the machine with exit code 0, and the low half of the one that stops it with another. */
export const FINISHER_PASS: u32 = 0x5555;
export const FINISHER_FAIL: u32 = 0x3333;

/** Core-local interruptor (SiFive CLINT): one mtimecmp of 8 bytes per hart, and mtime. */
export const CLINT: usize = 0x0200_0000;
export const CLINT_TIMECMP: usize = 0x4000;
export const CLINT_TIME: usize = 0xbff8;

export const DPC_UNIT: usize = 0x0400_0000;
export const DPC_PAGE: usize = 0x1000;
export const PORT_UNIT: usize = 0x0401_0000;
export const MAILBOX: usize = 0x0402_0000;

/** Platform-level interrupt controller; context 2 x hart is the hart's M mode. */
export const PLIC: usize = 0x0c00_0000;
export const PLIC_ENABLE: usize = 0x2000;
export const PLIC_ENABLE_CONTEXT: usize = 0x80;
export const PLIC_CONTEXT: usize = 0x20_0000;
export const PLIC_CONTEXT_SIZE: usize = 0x1000;
export const PLIC_CLAIM: usize = 4;
export const PLIC_SOURCES: u32 = 64;

/** UART 16550: transmit holding register, line status register and its "transmitter empty" bit. */
export const UART: usize = 0x1000_0000;
export const UART_THR: usize = 0;
export const UART_LSR: usize = 5;
export const UART_LSR_THRE: u32 = 0x20;

export const VIRTIO: usize = 0x1000_1000;

/**
 * The programs' memory: from behind the kernel's 4 MiB to the pool. Each program has a window with its stacks, its image and its heap, in this
 * order; the image of the first lies at PROGRAM_BASE.
 */
export const PROGRAMS_START: usize = 0x8040_0000;
export const USER_STACKS_BYTES: usize = 0x40_0000;
export const PROGRAM_BASE: usize = PROGRAMS_START + USER_STACKS_BYTES;
/**
 * Where RAM begins. The kernel's pool is at its end: so many bytes, and a quarter of what the machine has beyond its usual 64 MiB. In front
 * of it are more stacks of the last program, 9/16 of that, up to 36 MiB: enough for 10,000 threads of a machine with 128 MiB.
 */
export const RAM_BASE: usize = 0x8000_0000;
export const POOL_BYTES: usize = 0xc0_0000;
export const USUAL_RAM_BYTES: usize = 0x400_0000;
export const POOL_SHIFT: usize = 2;
export const MORE_STACKS_SHARE: usize = 9;
export const MORE_STACKS_SHIFT: usize = 4;
export const MORE_STACKS_BYTES: usize = 0x240_0000;
