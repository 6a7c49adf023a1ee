/**
 * Shape of the instruction table: extensions, cost classes and the operand formats with the places of every field in the
 * instruction word. Source: RISC-V unprivileged ISA, chapter 2.2 "Base instruction formats" and 27 "C" (tables of formats).
 */

export type Extension =
  'I' | 'Zifencei' | 'Zicsr' | 'Priv' | 'M' | 'A' | 'C' | 'Zba' | 'Zbb' | 'Zbs';

/** What an instruction costs; a timing profile gives each class a number of cycles. */
export type CostClass =
  | 'alu'
  | 'rotate'
  | 'load'
  | 'store'
  | 'mul'
  | 'mulh'
  | 'div'
  | 'divu'
  | 'jump'
  | 'branch'
  | 'csr'
  | 'system'
  | 'wfi'
  | 'fence'
  | 'fence.i'
  | 'amo'
  | 'lr'
  | 'sc';

/**
 * Operands as assembly text shows them, in order. `offset(rs1)` is imm with a base register, `(rs1)` an address without
 * offset, `target` a pc-relative imm, `upper` the imm divided by 4096, `uimm` the five bits of rs1 as a number.
 */
export type Operand =
  | 'rd'
  | 'rs1'
  | 'rs2'
  | 'imm'
  | 'upper'
  | 'target'
  | 'offset(rs1)'
  | '(rs1)'
  | 'csr'
  | 'uimm'
  | 'pred'
  | 'succ';

/** A register field: its lowest bit, 5 bits wide or 3 (then x8 to x15); or the register the format implies. */
export type RegisterField = { at: number; width: 5 | 3 } | { fixed: number };

/** A run of immediate bits: `width` bits from instruction bit `at` are the immediate's bits from `to` on. */
export interface ImmediatePiece {
  at: number;
  width: number;
  to: number;
}

export interface Format {
  /** Mask of the bits that name the instruction, for the 32-bit formats; compressed rows give their own. */
  mask: number;
  operands: Operand[];
  rd?: RegisterField;
  rs1?: RegisterField;
  rs2?: RegisterField;
  imm?: ImmediatePiece[];
  /** Sign bit of the immediate; an immediate without one is unsigned. */
  sign?: number;
}

export interface Instruction {
  /** Mnemonic. */
  name: string;
  extension: Extension;
  format: FormatName;
  /** A word w is this instruction if (w & mask) == match. */
  mask: number;
  match: number;
  cost: CostClass;
  /** AssemblyScript expression of the result; see the table. */
  does: string;
  doc: string;
  /** The 32-bit instruction that a 16-bit one stands for; operands its format lacks are 0 or fixed. */
  expands?: string;
  /** Operands that must not be 0: with a 0 the encoding is another instruction or reserved. */
  nonzero?: ('rd' | 'rs1' | 'rs2' | 'imm')[];
}

const rd: RegisterField = { at: 7, width: 5 };
const rs1: RegisterField = { at: 15, width: 5 };
const rs2: RegisterField = { at: 20, width: 5 };
const shortRd: RegisterField = { at: 7, width: 5 };
const shortRs2: RegisterField = { at: 2, width: 5 };
const low: RegisterField = { at: 2, width: 3 };
const high: RegisterField = { at: 7, width: 3 };
const zero: RegisterField = { fixed: 0 };
const ra: RegisterField = { fixed: 1 };
const sp: RegisterField = { fixed: 2 };

const immI = pieces('20+12>0');
const immShift = pieces('20+5>0');
const immShortI = pieces('12+1>5 2+5>0');
const immShortJ = pieces('12+1>11 11+1>4 9+2>8 8+1>10 7+1>6 6+1>7 3+3>1 2+1>5');
const immShortWord = pieces('10+3>3 6+1>2 5+1>6');

/** The operand formats. Names of compressed ones begin with C. */
export const formats = {
  R: format(0xfe00707f, ['rd', 'rs1', 'rs2'], { rd, rs1, rs2 }),
  R1: format(0xfff0707f, ['rd', 'rs1'], { rd, rs1 }),
  I: format(0x0000707f, ['rd', 'rs1', 'imm'], { rd, rs1, imm: immI, sign: 11 }),
  I0: format(0x0000707f, [], {}),
  SH: format(0xfe00707f, ['rd', 'rs1', 'imm'], { rd, rs1, imm: immShift }),
  L: format(0x0000707f, ['rd', 'offset(rs1)'], { rd, rs1, imm: immI, sign: 11 }),
  JR: format(0x0000707f, ['rd', 'offset(rs1)'], { rd, rs1, imm: immI, sign: 11 }),
  S: format(0x0000707f, ['rs2', 'offset(rs1)'], {
    rs1,
    rs2,
    imm: pieces('25+7>5 7+5>0'),
    sign: 11,
  }),
  B: format(0x0000707f, ['rs1', 'rs2', 'target'], {
    rs1,
    rs2,
    imm: pieces('31+1>12 25+6>5 8+4>1 7+1>11'),
    sign: 12,
  }),
  U: format(0x0000007f, ['rd', 'upper'], { rd, imm: pieces('12+20>12') }),
  J: format(0x0000007f, ['rd', 'target'], {
    rd,
    imm: pieces('31+1>20 21+10>1 20+1>11 12+8>12'),
    sign: 20,
  }),
  CSR: format(0x0000707f, ['rd', 'csr', 'rs1'], { rd, rs1, imm: immI }),
  CSRI: format(0x0000707f, ['rd', 'csr', 'uimm'], { rd, rs1, imm: immI }),
  AMO: format(0xf800707f, ['rd', 'rs2', '(rs1)'], { rd, rs1, rs2 }),
  LR: format(0xf9f0707f, ['rd', '(rs1)'], { rd, rs1 }),
  FENCE: format(0x0000707f, ['pred', 'succ'], { imm: immI }),
  NONE: format(0xffffffff, [], {}),

  CR: format(0, ['rd', 'rs2'], { rd: shortRd, rs1: shortRd, rs2: shortRs2 }),
  CMV: format(0, ['rd', 'rs2'], { rd: shortRd, rs1: zero, rs2: shortRs2 }),
  CJR: format(0, ['rs1'], { rd: zero, rs1: shortRd }),
  CJALR: format(0, ['rs1'], { rd: ra, rs1: shortRd }),
  CNONE: format(0, [], {}),
  CNOP: format(0, [], { rd: zero, rs1: zero }),
  CI: format(0, ['rd', 'imm'], { rd: shortRd, rs1: shortRd, imm: immShortI, sign: 5 }),
  CLI: format(0, ['rd', 'imm'], { rd: shortRd, rs1: zero, imm: immShortI, sign: 5 }),
  CLUI: format(0, ['rd', 'upper'], { rd: shortRd, imm: pieces('12+1>17 2+5>12'), sign: 17 }),
  CSP: format(0, ['imm'], {
    rd: sp,
    rs1: sp,
    imm: pieces('12+1>9 6+1>4 5+1>6 3+2>7 2+1>5'),
    sign: 9,
  }),
  CSHL: format(0, ['rd', 'imm'], { rd: shortRd, rs1: shortRd, imm: pieces('2+5>0') }),
  CSHR: format(0, ['rd', 'imm'], { rd: high, rs1: high, imm: pieces('2+5>0') }),
  CIP: format(0, ['rd', 'imm'], { rd: high, rs1: high, imm: immShortI, sign: 5 }),
  CA: format(0, ['rd', 'rs2'], { rd: high, rs1: high, rs2: low }),
  CIW: format(0, ['rd', 'imm'], { rd: low, rs1: sp, imm: pieces('11+2>4 7+4>6 6+1>2 5+1>3') }),
  CL: format(0, ['rd', 'offset(rs1)'], { rd: low, rs1: high, imm: immShortWord }),
  CS: format(0, ['rs2', 'offset(rs1)'], { rs1: high, rs2: low, imm: immShortWord }),
  CLSP: format(0, ['rd', 'offset(rs1)'], {
    rd: shortRd,
    rs1: sp,
    imm: pieces('12+1>5 4+3>2 2+2>6'),
  }),
  CSSP: format(0, ['rs2', 'offset(rs1)'], {
    rs1: sp,
    rs2: shortRs2,
    imm: pieces('9+4>2 7+2>6'),
  }),
  CB: format(0, ['rs1', 'target'], {
    rs1: high,
    rs2: zero,
    imm: pieces('12+1>8 10+2>3 5+2>6 3+2>1 2+1>5'),
    sign: 8,
  }),
  CJ: format(0, ['target'], { rd: zero, imm: immShortJ, sign: 11 }),
  CJAL: format(0, ['target'], { rd: ra, imm: immShortJ, sign: 11 }),
};

export type FormatName = keyof typeof formats;

function format(mask: number, operands: Operand[], fields: Partial<Format>): Format {
  return { mask, operands, ...fields };
}

/** Reads '12+1>5 2+5>0': one bit from bit 12 to bit 5, five bits from bit 2 to bit 0. */
function pieces(text: string): ImmediatePiece[] {
  return text.split(' ').map((piece) => {
    const [at, width, to] = piece.split(/[+>]/).map(Number);
    return { at, width, to };
  });
}
