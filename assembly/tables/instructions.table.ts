import type { CostClass, Extension, FormatName, Instruction } from './instructions.types.ts';
import { formats } from './instructions.types.ts';

/**
 * Every instruction of RV32IMAC_Zicsr_Zifencei_Zba_Zbb_Zbs with machine and user mode, one row each. Decoder, interpreter,
 * timing, assembler, disassembler and reference page are derived from the rows.
 *
 * Source: The RISC-V Instruction Set Manual, volume I (unprivileged, 20240411) and volume II (privileged, 20240411).
 *
 * `does` is an AssemblyScript expression over the u32 values rs1, rs2 and imm: the new value of rd; for a branch the
 * condition; for a load or store the type of the memory cell; for an AMO the new value of the cell, whose old value is
 * `memory`. It is empty where control flow, CSRs or modes are involved; those rows are done by `cpu/system.ts`.
 */
const words: Instruction[] = [
  // RV32I, chapter 2
  row('lui', 'I', 'U', 0x00000037, 'alu', 'imm', 'Load a constant into the upper 20 bits.'),
  row('auipc', 'I', 'U', 0x00000017, 'alu', 'imm', 'Add a constant of 20 upper bits to pc.'),
  row('jal', 'I', 'J', 0x0000006f, 'jump', '', 'Jump; rd receives the return address.'),
  row(
    'jalr',
    'I',
    'JR',
    0x00000067,
    'jump',
    '',
    'Jump to rs1 + imm with bit 0 cleared; rd: return.',
  ),
  row('beq', 'I', 'B', 0x00000063, 'branch', 'rs1 == rs2', 'Branch if equal.'),
  row('bne', 'I', 'B', 0x00001063, 'branch', 'rs1 != rs2', 'Branch if not equal.'),
  row('blt', 'I', 'B', 0x00004063, 'branch', '<i32>rs1 < <i32>rs2', 'Branch if less, signed.'),
  row('bge', 'I', 'B', 0x00005063, 'branch', '<i32>rs1 >= <i32>rs2', 'Branch if not less, signed.'),
  row('bltu', 'I', 'B', 0x00006063, 'branch', 'rs1 < rs2', 'Branch if less, unsigned.'),
  row('bgeu', 'I', 'B', 0x00007063, 'branch', 'rs1 >= rs2', 'Branch if not less, unsigned.'),
  row('lb', 'I', 'L', 0x00000003, 'load', 'i8', 'Load a byte, sign-extended.'),
  row('lh', 'I', 'L', 0x00001003, 'load', 'i16', 'Load a halfword, sign-extended.'),
  row('lw', 'I', 'L', 0x00002003, 'load', 'u32', 'Load a word.'),
  row('lbu', 'I', 'L', 0x00004003, 'load', 'u8', 'Load a byte, zero-extended.'),
  row('lhu', 'I', 'L', 0x00005003, 'load', 'u16', 'Load a halfword, zero-extended.'),
  row('sb', 'I', 'S', 0x00000023, 'store', 'u8', 'Store a byte.'),
  row('sh', 'I', 'S', 0x00001023, 'store', 'u16', 'Store a halfword.'),
  row('sw', 'I', 'S', 0x00002023, 'store', 'u32', 'Store a word.'),
  row('addi', 'I', 'I', 0x00000013, 'alu', 'rs1 + imm', 'Add a constant.'),
  row('slti', 'I', 'I', 0x00002013, 'alu', 'u32(<i32>rs1 < <i32>imm)', 'Set if less, signed.'),
  row('sltiu', 'I', 'I', 0x00003013, 'alu', 'u32(rs1 < imm)', 'Set if less, unsigned.'),
  row('xori', 'I', 'I', 0x00004013, 'alu', 'rs1 ^ imm', 'Exclusive or with a constant.'),
  row('ori', 'I', 'I', 0x00006013, 'alu', 'rs1 | imm', 'Or with a constant.'),
  row('andi', 'I', 'I', 0x00007013, 'alu', 'rs1 & imm', 'And with a constant.'),
  row('slli', 'I', 'SH', 0x00001013, 'alu', 'rs1 << imm', 'Shift left by a constant.'),
  row('srli', 'I', 'SH', 0x00005013, 'alu', 'rs1 >> imm', 'Shift right by a constant, zeros in.'),
  row('srai', 'I', 'SH', 0x40005013, 'alu', '<i32>rs1 >> imm', 'Shift right, sign bits in.'),
  row('add', 'I', 'R', 0x00000033, 'alu', 'rs1 + rs2', 'Add.'),
  row('sub', 'I', 'R', 0x40000033, 'alu', 'rs1 - rs2', 'Subtract.'),
  row('sll', 'I', 'R', 0x00001033, 'alu', 'rs1 << rs2', 'Shift left by the low 5 bits of rs2.'),
  row('slt', 'I', 'R', 0x00002033, 'alu', 'u32(<i32>rs1 < <i32>rs2)', 'Set if less, signed.'),
  row('sltu', 'I', 'R', 0x00003033, 'alu', 'u32(rs1 < rs2)', 'Set if less, unsigned.'),
  row('xor', 'I', 'R', 0x00004033, 'alu', 'rs1 ^ rs2', 'Exclusive or.'),
  row('srl', 'I', 'R', 0x00005033, 'alu', 'rs1 >> rs2', 'Shift right, zeros in.'),
  row('sra', 'I', 'R', 0x40005033, 'alu', '<i32>rs1 >> rs2', 'Shift right, sign bits in.'),
  row('or', 'I', 'R', 0x00006033, 'alu', 'rs1 | rs2', 'Or.'),
  row('and', 'I', 'R', 0x00007033, 'alu', 'rs1 & rs2', 'And.'),
  row('fence', 'I', 'FENCE', 0x0000000f, 'fence', '', 'Order memory accesses before and after it.'),
  row(
    'ecall',
    'I',
    'NONE',
    0x00000073,
    'system',
    '',
    'Call the environment: trap with cause 8 or 11.',
  ),
  row('ebreak', 'I', 'NONE', 0x00100073, 'system', '', 'Breakpoint: trap with cause 3.'),

  // Zifencei, chapter 6; Zicsr, chapter 7
  row(
    'fence.i',
    'Zifencei',
    'I0',
    0x0000100f,
    'fence.i',
    '',
    'Make stores visible to later fetches.',
  ),
  row('csrrw', 'Zicsr', 'CSR', 0x00001073, 'csr', '', 'Write rs1 to a CSR; rd: its old value.'),
  row('csrrs', 'Zicsr', 'CSR', 0x00002073, 'csr', '', 'Set bits of a CSR; rd: its old value.'),
  row('csrrc', 'Zicsr', 'CSR', 0x00003073, 'csr', '', 'Clear bits of a CSR; rd: its old value.'),
  row('csrrwi', 'Zicsr', 'CSRI', 0x00005073, 'csr', '', 'Write a 5-bit constant to a CSR.'),
  row('csrrsi', 'Zicsr', 'CSRI', 0x00006073, 'csr', '', 'Set bits of a CSR by a 5-bit constant.'),
  row('csrrci', 'Zicsr', 'CSRI', 0x00007073, 'csr', '', 'Clear bits of a CSR by a 5-bit constant.'),

  // Privileged architecture, chapter 3
  row('mret', 'Priv', 'NONE', 0x30200073, 'system', '', 'Return from a machine-mode trap handler.'),
  row('wfi', 'Priv', 'NONE', 0x10500073, 'wfi', '', 'Sleep until an interrupt is pending.'),

  // M, chapter 13
  row('mul', 'M', 'R', 0x02000033, 'mul', 'rs1 * rs2', 'Low word of the product.'),
  row('mulh', 'M', 'R', 0x02001033, 'mulh', 'high(rs1, rs2)', 'High word, signed × signed.'),
  row(
    'mulhsu',
    'M',
    'R',
    0x02002033,
    'mulh',
    'highMixed(rs1, rs2)',
    'High word, signed × unsigned.',
  ),
  row('mulhu', 'M', 'R', 0x02003033, 'mulh', 'highUnsigned(rs1, rs2)', 'High word, unsigned.'),
  row('div', 'M', 'R', 0x02004033, 'div', 'quotient(rs1, rs2)', 'Quotient, signed, towards zero.'),
  row('divu', 'M', 'R', 0x02005033, 'divu', 'quotientUnsigned(rs1, rs2)', 'Quotient, unsigned.'),
  row(
    'rem',
    'M',
    'R',
    0x02006033,
    'div',
    'remainder(rs1, rs2)',
    'Remainder with the dividend’s sign.',
  ),
  row('remu', 'M', 'R', 0x02007033, 'divu', 'remainderUnsigned(rs1, rs2)', 'Remainder, unsigned.'),

  // A, chapter 14
  row('lr.w', 'A', 'LR', 0x1000202f, 'lr', '', 'Load a word and reserve its address.'),
  row('sc.w', 'A', 'AMO', 0x1800202f, 'sc', '', 'Store if still reserved; rd: 0 if it stored.'),
  row('amoswap.w', 'A', 'AMO', 0x0800202f, 'amo', 'rs2', 'Exchange a register and memory.'),
  row('amoadd.w', 'A', 'AMO', 0x0000202f, 'amo', 'memory + rs2', 'Add to memory.'),
  row('amoxor.w', 'A', 'AMO', 0x2000202f, 'amo', 'memory ^ rs2', 'Exclusive or to memory.'),
  row('amoand.w', 'A', 'AMO', 0x6000202f, 'amo', 'memory & rs2', 'And to memory.'),
  row('amoor.w', 'A', 'AMO', 0x4000202f, 'amo', 'memory | rs2', 'Or to memory.'),
  row('amomin.w', 'A', 'AMO', 0x8000202f, 'amo', 'min<i32>(memory, rs2)', 'Minimum, signed.'),
  row('amomax.w', 'A', 'AMO', 0xa000202f, 'amo', 'max<i32>(memory, rs2)', 'Maximum, signed.'),
  row('amominu.w', 'A', 'AMO', 0xc000202f, 'amo', 'min<u32>(memory, rs2)', 'Minimum, unsigned.'),
  row('amomaxu.w', 'A', 'AMO', 0xe000202f, 'amo', 'max<u32>(memory, rs2)', 'Maximum, unsigned.'),

  // Zba, Zbb, Zbs, chapter 28
  row('sh1add', 'Zba', 'R', 0x20002033, 'alu', '(rs1 << 1) + rs2', 'rs2 + 2 × rs1.'),
  row('sh2add', 'Zba', 'R', 0x20004033, 'alu', '(rs1 << 2) + rs2', 'rs2 + 4 × rs1.'),
  row('sh3add', 'Zba', 'R', 0x20006033, 'alu', '(rs1 << 3) + rs2', 'rs2 + 8 × rs1.'),
  row('andn', 'Zbb', 'R', 0x40007033, 'alu', 'rs1 & ~rs2', 'And with the complement.'),
  row('orn', 'Zbb', 'R', 0x40006033, 'alu', 'rs1 | ~rs2', 'Or with the complement.'),
  row('xnor', 'Zbb', 'R', 0x40004033, 'alu', '~(rs1 ^ rs2)', 'Exclusive nor.'),
  row('clz', 'Zbb', 'R1', 0x60001013, 'alu', 'clz<u32>(rs1)', 'Count leading zeros.'),
  row('ctz', 'Zbb', 'R1', 0x60101013, 'alu', 'ctz<u32>(rs1)', 'Count trailing zeros.'),
  row('cpop', 'Zbb', 'R1', 0x60201013, 'alu', 'popcnt<u32>(rs1)', 'Count set bits.'),
  row('max', 'Zbb', 'R', 0x0a006033, 'alu', 'max<i32>(rs1, rs2)', 'Maximum, signed.'),
  row('maxu', 'Zbb', 'R', 0x0a007033, 'alu', 'max<u32>(rs1, rs2)', 'Maximum, unsigned.'),
  row('min', 'Zbb', 'R', 0x0a004033, 'alu', 'min<i32>(rs1, rs2)', 'Minimum, signed.'),
  row('minu', 'Zbb', 'R', 0x0a005033, 'alu', 'min<u32>(rs1, rs2)', 'Minimum, unsigned.'),
  row('sext.b', 'Zbb', 'R1', 0x60401013, 'alu', '<i32>(<i8>rs1)', 'Sign-extend a byte.'),
  row('sext.h', 'Zbb', 'R1', 0x60501013, 'alu', '<i32>(<i16>rs1)', 'Sign-extend a halfword.'),
  row('zext.h', 'Zbb', 'R1', 0x08004033, 'alu', 'rs1 & 0xffff', 'Zero-extend a halfword.'),
  row('rol', 'Zbb', 'R', 0x60001033, 'rotate', 'rotl<u32>(rs1, rs2)', 'Rotate left.'),
  row('ror', 'Zbb', 'R', 0x60005033, 'rotate', 'rotr<u32>(rs1, rs2)', 'Rotate right.'),
  row(
    'rori',
    'Zbb',
    'SH',
    0x60005013,
    'rotate',
    'rotr<u32>(rs1, imm)',
    'Rotate right by a constant.',
  ),
  row('orc.b', 'Zbb', 'R1', 0x28705013, 'alu', 'orBytes(rs1)', 'Each byte: 0xff unless it is 0.'),
  row('rev8', 'Zbb', 'R1', 0x69805013, 'alu', 'bswap<u32>(rs1)', 'Reverse the bytes.'),
  row('bclr', 'Zbs', 'R', 0x48001033, 'alu', 'rs1 & ~(1 << rs2)', 'Clear one bit.'),
  row('bclri', 'Zbs', 'SH', 0x48001013, 'alu', 'rs1 & ~(1 << imm)', 'Clear a constant bit.'),
  row('bext', 'Zbs', 'R', 0x48005033, 'alu', '(rs1 >> rs2) & 1', 'Extract one bit.'),
  row('bexti', 'Zbs', 'SH', 0x48005013, 'alu', '(rs1 >> imm) & 1', 'Extract a constant bit.'),
  row('binv', 'Zbs', 'R', 0x68001033, 'alu', 'rs1 ^ (1 << rs2)', 'Invert one bit.'),
  row('binvi', 'Zbs', 'SH', 0x68001013, 'alu', 'rs1 ^ (1 << imm)', 'Invert a constant bit.'),
  row('bset', 'Zbs', 'R', 0x28001033, 'alu', 'rs1 | (1 << rs2)', 'Set one bit.'),
  row('bseti', 'Zbs', 'SH', 0x28001013, 'alu', 'rs1 | (1 << imm)', 'Set a constant bit.'),
];

/** C, chapter 27: the first row that matches, and whose operands named in `nonzero` are not 0, is the instruction. */
const halfwords: Instruction[] = [
  short('c.addi4spn', 'addi', 'CIW', 0xe003, 0x0000, ['imm']),
  short('c.lw', 'lw', 'CL', 0xe003, 0x4000),
  short('c.sw', 'sw', 'CS', 0xe003, 0xc000),
  short('c.nop', 'addi', 'CNOP', 0xffff, 0x0001),
  short('c.addi', 'addi', 'CI', 0xe003, 0x0001),
  short('c.jal', 'jal', 'CJAL', 0xe003, 0x2001),
  short('c.li', 'addi', 'CLI', 0xe003, 0x4001),
  short('c.addi16sp', 'addi', 'CSP', 0xef83, 0x6101, ['imm']),
  short('c.lui', 'lui', 'CLUI', 0xe003, 0x6001, ['imm']),
  short('c.srli', 'srli', 'CSHR', 0xfc03, 0x8001),
  short('c.srai', 'srai', 'CSHR', 0xfc03, 0x8401),
  short('c.andi', 'andi', 'CIP', 0xec03, 0x8801),
  short('c.sub', 'sub', 'CA', 0xfc63, 0x8c01),
  short('c.xor', 'xor', 'CA', 0xfc63, 0x8c21),
  short('c.or', 'or', 'CA', 0xfc63, 0x8c41),
  short('c.and', 'and', 'CA', 0xfc63, 0x8c61),
  short('c.j', 'jal', 'CJ', 0xe003, 0xa001),
  short('c.beqz', 'beq', 'CB', 0xe003, 0xc001),
  short('c.bnez', 'bne', 'CB', 0xe003, 0xe001),
  short('c.slli', 'slli', 'CSHL', 0xf003, 0x0002),
  short('c.lwsp', 'lw', 'CLSP', 0xe003, 0x4002, ['rd']),
  short('c.jr', 'jalr', 'CJR', 0xf07f, 0x8002, ['rs1']),
  short('c.mv', 'add', 'CMV', 0xf003, 0x8002, ['rs2']),
  short('c.ebreak', 'ebreak', 'CNONE', 0xffff, 0x9002),
  short('c.jalr', 'jalr', 'CJALR', 0xf07f, 0x9002, ['rs1']),
  short('c.add', 'add', 'CR', 0xf003, 0x9002, ['rs2']),
  short('c.swsp', 'sw', 'CSSP', 0xe003, 0xc002),
];

export const instructions: Instruction[] = [...words, ...halfwords];

function row(
  name: string,
  extension: Extension,
  format: FormatName,
  match: number,
  cost: CostClass,
  does: string,
  doc: string,
): Instruction {
  return { name, extension, format, mask: formats[format].mask, match, cost, does, doc };
}

/** A 16-bit form of a 32-bit instruction. */
function short(
  name: string,
  expands: string,
  format: FormatName,
  mask: number,
  match: number,
  nonzero: ('rd' | 'rs1' | 'rs2' | 'imm')[] = [],
): Instruction {
  const long = words.find((word) => word.name === expands);
  if (!long) throw new Error(`${name} expands to an unknown instruction`);
  const doc = `16-bit form of ${expands}.`;
  return { ...long, name, extension: 'C', format, mask, match, doc, expands, nonzero };
}
