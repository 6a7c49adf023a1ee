/**
 * Control and status registers, by number. Source: RISC-V privileged architecture (20240411), chapters 2 and 3; unprivileged ISA
 * chapter 8 (Zicntr). `cpu/csr.ts` gives each its behaviour; a number without a row is an illegal instruction.
 */
export interface Csr {
  number: number;
  name: string;
  /** RW or RO; bits 11:10 of the number say the same. WARL fields keep only what the machine has. */
  access: 'RW' | 'RO';
  /** Least privilege that may use it. */
  mode: 'U' | 'M';
  doc: string;
}

export const csrs: Csr[] = [
  rw(0x300, 'mstatus', 'Interrupt enable, previous mode and enable, modify privilege.'),
  rw(0x301, 'misa', 'Extensions: RV32ACIMU, fixed.'),
  rw(0x304, 'mie', 'Interrupt enables: bit 3 software, 7 timer, 11 external.'),
  rw(0x305, 'mtvec', 'Trap handler; bit 0 selects vectored mode.'),
  rw(0x306, 'mcounteren', 'Counters that U mode may read: cycle, time, instret.'),
  rw(0x30a, 'menvcfg', 'Environment of U mode: FIOM.'),
  rw(0x310, 'mstatush', 'Upper half of mstatus: zero.'),
  rw(0x31a, 'menvcfgh', 'Upper half of menvcfg: zero.'),
  rw(0x320, 'mcountinhibit', 'Bit 0 stops mcycle, bit 2 stops minstret.'),
  rw(0x340, 'mscratch', 'A word for the trap handler.'),
  rw(0x341, 'mepc', 'Address of the instruction that trapped.'),
  rw(0x342, 'mcause', 'Why the hart trapped; bit 31 for interrupts.'),
  rw(0x343, 'mtval', 'Address or instruction that goes with mcause.'),
  rw(0x344, 'mip', 'Interrupts pending; the lines themselves are read-only.'),
  ...many(29, (n) => rw(0x323 + n, `mhpmevent${n + 3}`, 'Event selector: zero.')),
  ...many(4, (n) => rw(0x3a0 + n, `pmpcfg${n}`, 'Configuration of four PMP entries.')),
  ...many(16, (n) => rw(0x3b0 + n, `pmpaddr${n}`, 'Address of a PMP entry, in words.')),
  rw(0x7a0, 'tselect', 'Debug trigger: zero, since there are none.'),
  ...many(3, (n) => rw(0x7a1 + n, `tdata${n + 1}`, 'Debug trigger: zero, no trigger here.')),
  rw(0xb00, 'mcycle', 'Cycles, low word.'),
  rw(0xb02, 'minstret', 'Instructions retired, low word.'),
  rw(0xb80, 'mcycleh', 'Cycles, high word.'),
  rw(0xb82, 'minstreth', 'Instructions retired, high word.'),
  ...many(29, (n) => rw(0xb03 + n, `mhpmcounter${n + 3}`, 'Event counter: zero.')),
  ...many(29, (n) => rw(0xb83 + n, `mhpmcounter${n + 3}h`, 'Event counter: zero.')),
  ro(0xc00, 'cycle', 'U', 'Cycles, low word; U mode needs mcounteren bit 0.'),
  ro(0xc01, 'time', 'U', 'mtime, low word; U mode needs mcounteren bit 1.'),
  ro(0xc02, 'instret', 'U', 'Instructions retired, low word; U mode needs mcounteren bit 2.'),
  ro(0xc80, 'cycleh', 'U', 'Cycles, high word.'),
  ro(0xc81, 'timeh', 'U', 'mtime, high word.'),
  ro(0xc82, 'instreth', 'U', 'Instructions retired, high word.'),
  ro(0xf11, 'mvendorid', 'M', 'Vendor: zero.'),
  ro(0xf12, 'marchid', 'M', 'Architecture: zero.'),
  ro(0xf13, 'mimpid', 'M', 'Implementation: zero.'),
  ro(0xf14, 'mhartid', 'M', 'Number of this hart.'),
  ro(0xf15, 'mconfigptr', 'M', 'Configuration structure: none.'),
];

function rw(number: number, name: string, doc: string): Csr {
  return { number, name, access: 'RW', mode: 'M', doc };
}

function ro(number: number, name: string, mode: 'U' | 'M', doc: string): Csr {
  return { number, name, access: 'RO', mode, doc };
}

function many(count: number, make: (index: number) => Csr): Csr[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
