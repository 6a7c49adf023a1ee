/**
 * Pseudo-instructions that are other instructions with some operands given: RISC-V Assembly Programmer's Manual, "A listing of
 * standard RISC-V pseudoinstructions", and the aliases GNU as knows. In `operands` r is a register, m is `offset(register)`, e an
 * expression; in `becomes` $0, $1 … are the operands as written. Those that need more than text (la, call, a long li …)
 * are in `builders.ts`, which comes first.
 */

export interface Pseudo {
  name: string
  operands: string
  becomes: string
  /** The disassembler shows it; the others are only read. */
  shown: boolean
}

export const pseudoInstructions: Pseudo[] = [
  pseudo('nop', '', 'addi x0, x0, 0'),
  pseudo('li', 're', 'addi $0, x0, $1'),
  pseudo('mv', 'rr', 'addi $0, $1, 0'),
  alias('move', 'rr', 'addi $0, $1, 0'),
  pseudo('not', 'rr', 'xori $0, $1, -1'),
  pseudo('neg', 'rr', 'sub $0, x0, $1'),
  pseudo('seqz', 'rr', 'sltiu $0, $1, 1'),
  pseudo('snez', 'rr', 'sltu $0, x0, $1'),
  pseudo('sltz', 'rr', 'slt $0, $1, x0'),
  pseudo('sgtz', 'rr', 'slt $0, x0, $1'),
  alias('sgt', 'rrr', 'slt $0, $2, $1'),
  alias('sgtu', 'rrr', 'sltu $0, $2, $1'),
  pseudo('zext.b', 'rr', 'andi $0, $1, 255'),

  alias('add', 'rre', 'addi $0, $1, $2'),
  alias('and', 'rre', 'andi $0, $1, $2'),
  alias('or', 'rre', 'ori $0, $1, $2'),
  alias('xor', 'rre', 'xori $0, $1, $2'),
  alias('slt', 'rre', 'slti $0, $1, $2'),
  alias('sltu', 'rre', 'sltiu $0, $1, $2'),
  alias('sll', 'rre', 'slli $0, $1, $2'),
  alias('srl', 'rre', 'srli $0, $1, $2'),
  alias('sra', 'rre', 'srai $0, $1, $2'),
  alias('ror', 'rre', 'rori $0, $1, $2'),
  alias('bclr', 'rre', 'bclri $0, $1, $2'),
  alias('bext', 'rre', 'bexti $0, $1, $2'),
  alias('binv', 'rre', 'binvi $0, $1, $2'),
  alias('bset', 'rre', 'bseti $0, $1, $2'),

  pseudo('beqz', 're', 'beq $0, x0, $1'),
  pseudo('bnez', 're', 'bne $0, x0, $1'),
  pseudo('blez', 're', 'bge x0, $0, $1'),
  pseudo('bgez', 're', 'bge $0, x0, $1'),
  pseudo('bltz', 're', 'blt $0, x0, $1'),
  pseudo('bgtz', 're', 'blt x0, $0, $1'),
  alias('bgt', 'rre', 'blt $1, $0, $2'),
  alias('ble', 'rre', 'bge $1, $0, $2'),
  alias('bgtu', 'rre', 'bltu $1, $0, $2'),
  alias('bleu', 'rre', 'bgeu $1, $0, $2'),

  pseudo('j', 'e', 'jal x0, $0'),
  pseudo('jal', 'e', 'jal x1, $0'),
  pseudo('ret', '', 'jalr x0, 0(x1)'),
  pseudo('jr', 'r', 'jalr x0, 0($0)'),
  pseudo('jr', 'm', 'jalr x0, $0'),
  alias('jr', 're', 'jalr x0, $1($0)'),
  pseudo('jalr', 'r', 'jalr x1, 0($0)'),
  pseudo('jalr', 'm', 'jalr x1, $0'),
  alias('jalr', 'rr', 'jalr $0, 0($1)'),
  alias('jalr', 're', 'jalr x1, $1($0)'),
  alias('jalr', 'rre', 'jalr $0, $2($1)'),

  pseudo('fence', '', 'fence iorw, iorw'),
  pseudo('pause', '', 'fence w, 0'),
  pseudo('fence.tso', '', '.insn 0x8330000f'),
  alias('scall', '', 'ecall'),
  alias('sbreak', '', 'ebreak'),

  pseudo('rdcycle', 'r', 'csrrs $0, cycle, x0'),
  pseudo('rdcycleh', 'r', 'csrrs $0, cycleh, x0'),
  pseudo('rdtime', 'r', 'csrrs $0, time, x0'),
  pseudo('rdtimeh', 'r', 'csrrs $0, timeh, x0'),
  pseudo('rdinstret', 'r', 'csrrs $0, instret, x0'),
  pseudo('rdinstreth', 'r', 'csrrs $0, instreth, x0'),
  pseudo('csrr', 're', 'csrrs $0, $1, x0'),
  pseudo('csrw', 'er', 'csrrw x0, $0, $1'),
  pseudo('csrs', 'er', 'csrrs x0, $0, $1'),
  pseudo('csrc', 'er', 'csrrc x0, $0, $1'),
  pseudo('csrwi', 'ee', 'csrrwi x0, $0, $1'),
  pseudo('csrsi', 'ee', 'csrrsi x0, $0, $1'),
  pseudo('csrci', 'ee', 'csrrci x0, $0, $1'),
  alias('csrw', 'ee', 'csrrwi x0, $0, $1'),
  alias('csrs', 'ee', 'csrrsi x0, $0, $1'),
  alias('csrc', 'ee', 'csrrci x0, $0, $1'),
  alias('csrrw', 'ree', 'csrrwi $0, $1, $2'),
  alias('csrrs', 'ree', 'csrrsi $0, $1, $2'),
  alias('csrrc', 'ree', 'csrrci $0, $1, $2'),
]

function pseudo(name: string, operands: string, becomes: string): Pseudo {
  return { name, operands, becomes, shown: true }
}

/** Another way to write something that is shown in its base form or by an earlier row. */
function alias(name: string, operands: string, becomes: string): Pseudo {
  return { name, operands, becomes, shown: false }
}
