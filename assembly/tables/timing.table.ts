/**
 * Timing profiles: cycles of each cost class, and the dynamic parts. `ibex-small` is lowRISC Ibex, configuration small, met cycle
 * for cycle; it has no A extension, so lr, sc and AMOs cost what they cost on Hazard3. `hazard3` is Hazard3 with its branch
 * predictor off. `unit` gives every instruction one cycle, for comparing instruction counts with other emulators.
 */
export interface TimingProfile {
  name: string;
  alu: number;
  rotate: number;
  load: number;
  store: number;
  /** More for a load or store that crosses a word. */
  crossing: number;
  mul: number;
  mulh: number;
  div: number;
  divu: number;
  /** All of a division by zero. */
  divideByZero: number;
  /** More for a signed division of a negative number. */
  negativeDividend: number;
  jump: number;
  /** A branch that is not taken, and what a taken one costs more. */
  branch: number;
  taken: number;
  /** More when control goes to a 32-bit instruction that is not word-aligned. */
  misalignedTarget: number;
  csr: number;
  /** A write to any CSR but mscratch and mepc. */
  csrWrite: number;
  /** ecall, ebreak, illegal instructions, other exceptions, mret. */
  system: number;
  fence: number;
  'fence.i': number;
  amo: number;
  lr: number;
  sc: number;
  /** More when the next instruction reads the result of a load; of lr or sc, or is lr or sc itself. */
  loadUse: number;
  reservedUse: number;
  /** wfi until the hart sleeps; from its wake-up to the next instruction, and to a handler. */
  wfi: number;
  wake: number;
  wakeHandler: number;
  /** From the end of the instruction, or the line if that is later, to the handler. */
  interrupt: number;
}

export const timingProfiles: TimingProfile[] = [
  {
    name: 'ibex-small',
    alu: 1,
    rotate: 2,
    load: 2,
    store: 2,
    crossing: 1,
    mul: 3,
    mulh: 4,
    div: 37,
    divu: 37,
    divideByZero: 2,
    negativeDividend: 0,
    jump: 2,
    branch: 1,
    taken: 2,
    misalignedTarget: 1,
    csr: 1,
    csrWrite: 3,
    system: 3,
    fence: 1,
    'fence.i': 2,
    amo: 4,
    lr: 1,
    sc: 1,
    loadUse: 0,
    reservedUse: 1,
    wfi: 3,
    wake: 2,
    wakeHandler: 4,
    interrupt: 3,
  },
  {
    name: 'hazard3',
    alu: 1,
    rotate: 1,
    load: 1,
    store: 1,
    crossing: 1,
    mul: 1,
    mulh: 1,
    div: 19,
    divu: 19,
    divideByZero: 19,
    negativeDividend: 1,
    jump: 2,
    branch: 1,
    taken: 1,
    misalignedTarget: 1,
    csr: 1,
    csrWrite: 1,
    system: 3,
    fence: 1,
    'fence.i': 2,
    amo: 4,
    lr: 1,
    sc: 1,
    loadUse: 1,
    reservedUse: 1,
    wfi: 3,
    wake: 2,
    wakeHandler: 4,
    interrupt: 3,
  },
  {
    name: 'unit',
    alu: 1,
    rotate: 1,
    load: 1,
    store: 1,
    crossing: 0,
    mul: 1,
    mulh: 1,
    div: 1,
    divu: 1,
    divideByZero: 1,
    negativeDividend: 0,
    jump: 1,
    branch: 1,
    taken: 0,
    misalignedTarget: 0,
    csr: 1,
    csrWrite: 1,
    system: 1,
    fence: 1,
    'fence.i': 1,
    amo: 1,
    lr: 1,
    sc: 1,
    loadUse: 0,
    reservedUse: 0,
    wfi: 1,
    wake: 0,
    wakeHandler: 0,
    interrupt: 0,
  },
];
