/**
 * Random programs over all instructions, for running on two machines: each sets up registers and memory, executes a body that may
 * trap in every way, and prints registers, memory and a log of its traps as raw bytes on the UART.
 *
 * Registers with a fixed task: x2 and x8 point to the data, x29 holds jump targets, x30 points to memory that is not there, x31 is
 * the trap handler's. A body is straight but for forward branches and jumps, so that every program ends.
 */
import { instructions } from '../../../assembly/tables/instructions.table.ts'
import type { Instruction } from '../../../assembly/tables/instructions.types.ts'
import { encode, formatOf } from './encode.ts'
import { Random } from './random.ts'

const dataPointers = [2, 8]
const jumpRegister = 29
const nowhereRegister = 30
const reserved = new Set([2, 8, 29, 30, 31])
const dataBytes = 256

/**
 * Drawn by themselves are all but those that change privileges or sleep, jumps, and lr and sc, which stand together: whether sc
 * succeeds after a store of its own hart is the machine's choice.
 */
const excluded = new Set('mret wfi jal jalr c.j c.jal c.jr c.jalr lr.w sc.w'.split(' '))
const drawable = instructions.filter(({ name }) => !excluded.has(name))
const corners = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x55aa_aa55]
/** CSRs whose reading and writing mean the same on every machine. */
const plainCsrs = [0x342, 0x343]
/** No such CSR, read-only ones. */
const badCsrs = [0x5c0, 0x7ff, 0xf11, 0xc00]

export interface RandomProgram {
  /** Assembly lines of the body. */
  body: string[]
  registers: number[]
  data: number[]
  userMode: boolean
}

export function randomProgram(seed: number, length = 60): RandomProgram {
  const random = new Random(seed)
  const body: string[] = []
  for (let index = 0; index < length; index++)
    body.push(`L${index}:`, ...step(random, index, length))
  body.push(`L${length}:`)
  return {
    body,
    registers: Array.from({ length: 32 }, () => value(random)),
    data: Array.from({ length: dataBytes / 4 }, () => value(random)),
    userMode: random.below(3) === 0,
  }
}

function value(random: Random): number {
  return random.below(3) === 0 ? random.pick(corners) : random.word()
}

/** One drawn instruction, or a short idiom. */
function step(random: Random, index: number, length: number): string[] {
  const target = Math.min(length, index + 1 + random.below(4))
  switch (random.below(20)) {
    case 0:
      return [`jal x${destination(random)}, L${target}`]
    case 1:
      return [
        `la x${jumpRegister}, L${target}`,
        `jalr x${destination(random)}, x${jumpRegister}, 0`,
      ]
    case 2:
      return [
        `la x${jumpRegister}, L${target}`,
        random.pick(['c.jr', 'c.jalr']) + ` x${jumpRegister}`,
      ]
    case 3:
      return [random.pick(['c.j', 'c.jal']) + ` L${target}`]
    case 4:
      return trap(random)
    case 5:
      return reservation(random)
    default:
      return drawn(random, random.pick(drawable), target)
  }
}

function trap(random: Random): string[] {
  const number = random.pick(badCsrs).toString(16)
  return random.pick([
    ['ecall'],
    ['ebreak'],
    ['c.ebreak'],
    [word(0xffff_ffff)],
    [word(0x0000_707b | (random.below(32) << 7))],
    ['.half 0'],
    [`csrr x${destination(random)}, ${random.pick(['mhartid', 'mepc', 'misa'])}`],
    [`csrrw x${destination(random)}, 0x${number}, x${source(random)}`],
    [`lw x${destination(random)}, 0(x${nowhereRegister})`],
    [`sw x${source(random)}, ${random.below(8)}(x${nowhereRegister})`],
    [`lr.w x${destination(random)}, (x${nowhereRegister})`],
  ])
}

/** lr and sc with what may stand between them. */
function reservation(random: Random): string[] {
  const pointer = random.pick(dataPointers)
  const between = random.below(3) === 0 ? ['add x5, x6, x7'] : []
  const target = random.below(4) === 0 ? random.pick(dataPointers) : pointer
  return [
    `lr.w x${destination(random)}, (x${pointer})`,
    ...between,
    `sc.w x${destination(random)}, x${source(random)}, (x${target})`,
  ]
}

function drawn(random: Random, row: Instruction, target: number): string[] {
  const format = formatOf(row)
  const short = row.extension === 'C'
  if (row.cost === 'branch') {
    const rs1 = short ? 8 + random.below(8) : source(random)
    const operands = short ? `x${rs1}` : `x${rs1}, x${source(random)}`
    return [`${row.name} ${operands}, L${target}`]
  }
  if (row.cost === 'csr') return csr(random, row)
  const memory = ['load', 'store', 'amo', 'lr', 'sc'].includes(row.cost)
  const rd = fieldOf(format.rd, destination, random)
  const first = sameField(format.rd, format.rs1) ? rd : fieldOf(format.rs1, source, random)
  const rs1 = memory ? pointer(format.rs1, random) : first
  const rs2 = fieldOf(format.rs2, source, random)
  const imm = memory ? random.below(dataBytes / 2 - 8) : immediate(random, row)
  if (row.name === 'c.addi16sp') return ['nop']
  if (row.nonzero?.includes('imm') && imm === 0) return ['nop']
  if (row.nonzero?.includes('rs2') && rs2 === 0) return ['nop']
  if (row.nonzero?.includes('rd') && rd === 0) return ['nop']
  // An emulator may read a shift by 0 of the 16-bit forms as one by 64.
  if (/^c\.s[lr]/.test(row.name) && imm === 0) return ['nop']
  const bits = encode(row, { rd, rs1, rs2, imm })
  return [short ? `.half ${bits}` : word(bits)]
}

function csr(random: Random, row: Instruction): string[] {
  const rs1 = row.format === 'CSRI' ? random.below(32) : source(random)
  const operands = { rd: destination(random), rs1, imm: random.pick(plainCsrs) }
  return [word(encode(row, operands))]
}

function immediate(random: Random, { format, cost }: Instruction): number {
  if (format === 'U' || format === 'CLUI') return (random.word() & 0xffff_f000) | 0
  if (cost === 'fence' || cost === 'fence.i') return cost === 'fence' ? 0x0ff : 0
  return random.word() | 0
}

type Field = ReturnType<typeof formatOf>['rd']

/** In some 16-bit formats rd is rs1. */
function sameField(rd: Field, rs1: Field): boolean {
  return rd !== undefined && rs1 !== undefined && 'at' in rd && 'at' in rs1 && rd.at === rs1.at
}

function fieldOf(field: Field, draw: (random: Random) => number, random: Random): number {
  if (!field) return 0
  if ('fixed' in field) return field.fixed
  if (field.width === 5) return draw(random)
  for (;;) {
    const register = draw(random)
    if (register >= 8 && register < 16) return register
  }
}

/** A base register that points to the data; 3-bit fields reach x8. */
function pointer(field: Field, random: Random): number {
  if (field && 'fixed' in field) return field.fixed
  return field && field.width === 3 ? 8 : random.pick(dataPointers)
}

function destination(random: Random): number {
  for (;;) {
    const register = random.below(32)
    if (!reserved.has(register)) return register
  }
}

function source(random: Random): number {
  return random.below(31)
}

function word(bits: number): string {
  return `.word 0x${(bits >>> 0).toString(16)}`
}

/** The whole of an image: programs one after the other, each printing its results. */
export function sourceOf(programs: RandomProgram[]): string {
  const blocks = programs.map((program, index) => block(program, index)).join('\n')
  return `${prologue}\n${blocks}\n${epilogue}`
}

function block({ body, registers, data, userMode }: RandomProgram, index: number): string {
  const prefix = `P${index}_`
  const lines = body.map((line) => line.replace(/\bL(\d+)/g, `${prefix}$1`))
  return `
  .align 2
${prefix}start:
  la a0, ${prefix}data
  la a1, ${prefix}body
  li a2, ${userMode ? 0x0080 : 0x1880}
  j begin
${prefix}data:
  .word ${data.join(', ')}
  .word ${registers.join(', ')}
  .align 2
${prefix}body:
${lines.map((line) => `  ${line}`).join('\n')}
  .align 2
  # The end of the body is a call with a number of its own.
  li x31, 0x5afe
  ecall
  .word 0
`
}

const saved = Array.from({ length: 30 }, (_, n) => n + 1)

/**
 * begin: copy the data, load the registers, enter the body. trap: log cause, distance of mepc, mtval and go on behind the
 * instruction; on the last ecall print everything and start the next program.
 */
const prologue = `
  .equ UART, 0x10000000
  .equ DATA, 0x80300000
  .equ SAVED, 0x80301000
  .equ LOG, 0x80302000
_start:
  la t0, trap
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  la s0, P0_start
  jr s0

begin:
  li t0, DATA
  addi t1, a0, ${dataBytes}
1: lw t2, 0(a0)
  sw t2, 0(t0)
  addi a0, a0, 4
  addi t0, t0, 4
  bne a0, t1, 1b
  csrw mepc, a1
  csrw mstatus, a2
  li t0, SAVED
  csrw mscratch, t0
  li t0, LOG
  sw x0, 0(t0)
  sw a1, 4(t0)
  csrw mcause, x0
  csrw mtval, x0
  mv x31, a0
${saved.map((n) => `  lw x${n}, ${4 * n}(x31)`).join('\n')}
  li x2, DATA
  addi x8, x2, ${dataBytes / 2}
  li x30, 0x18000000
  li x31, 0
  mret

  .align 2
trap:
  csrrw x31, mscratch, x31
${saved.map((n) => `  sw x${n}, ${4 * n}(x31)`).join('\n')}
  csrr t0, mscratch
  sw t0, 124(x31)
  csrr t1, mcause
  csrr t2, mepc
  li t3, LOG
  lw t4, 0(t3)
  # The last ecall has 0x5afe in x31.
  li t5, 0x5afe
  beq t0, t5, finish
  lw s1, 4(t3)
  sub s1, t2, s1
  slli a0, t4, 4
  add a0, a0, t3
  sw t1, 16(a0)
  sw s1, 20(a0)
  csrr s1, mtval
  sw s1, 24(a0)
  csrr s1, mstatus
  sw s1, 28(a0)
  addi t4, t4, 1
  sw t4, 0(t3)
  # A 32-bit instruction has ones in its low bits.
  lhu s1, 0(t2)
  andi s1, s1, 3
  addi t2, t2, 2
  li t5, 3
  bne s1, t5, 1f
  addi t2, t2, 2
1: csrw mepc, t2
${saved.map((n) => `  lw x${n}, ${4 * n}(x31)`).join('\n')}
  csrrw x31, mscratch, x31
  mret

finish:
  # mepc is the ecall; the next program is behind the word that follows it.
  addi s10, t2, 8
  li a0, SAVED
  li a1, 124
  call print
  li a0, DATA
  li a1, ${dataBytes}
  call print
  li a0, LOG
  lw a1, 0(a0)
  slli a1, a1, 4
  addi a0, a0, 16
  call print
  la a0, mark
  li a1, 4
  call print
  jr s10

print:
  li t0, UART
  add a1, a1, a0
  beq a0, a1, 2f
1: lbu t1, 0(a0)
  sb t1, 0(t0)
  addi a0, a0, 1
  bne a0, a1, 1b
2: ret
mark: .word 0x600dc0de
  .align 2
`

const epilogue = `
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
1: j 1b
`
