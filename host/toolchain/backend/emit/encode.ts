/** Encodes RV32IMA_Zba_Zbb_Zbs instructions (RISC-V unprivileged ISA, chapter "RV32/64G Instruction Set Listings"). Immediates are range-checked. */
import type { UnaryOp } from '../ir/ir.ts'
import type { MachineRegister } from './registers.ts'
import { X0 } from './registers.ts'

const OPCODE = {
  load: 0x03,
  fence: 0x0f,
  immediate: 0x13,
  store: 0x23,
  atomic: 0x2f,
  register: 0x33,
  lui: 0x37,
  auipc: 0x17,
  branch: 0x63,
  jalr: 0x67,
  jal: 0x6f,
  system: 0x73,
} as const

function fits(value: number, bits: number): number {
  const limit = 2 ** (bits - 1)
  if (value < -limit || value >= limit)
    throw new RangeError(`immediate ${value} exceeds ${bits} bits`)
  return value
}

function typeR(
  opcode: number,
  funct3: number,
  funct7: number,
  rd: MachineRegister,
  rs1: MachineRegister,
  rs2: MachineRegister,
): number {
  return ((funct7 << 25) | (rs2 << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0
}

function typeI(
  opcode: number,
  funct3: number,
  rd: MachineRegister,
  rs1: MachineRegister,
  immediate: number,
): number {
  return ((fits(immediate, 12) << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0
}

/** funct3 and funct7 of the register-register operations. */
const REGISTER_OPS = {
  add: [0, 0],
  sub: [0, 0x20],
  sll: [1, 0],
  slt: [2, 0],
  sltu: [3, 0],
  xor: [4, 0],
  srl: [5, 0],
  sra: [5, 0x20],
  or: [6, 0],
  and: [7, 0],
  mul: [0, 1],
  mulh: [1, 1],
  mulhsu: [2, 1],
  mulhu: [3, 1],
  div: [4, 1],
  divu: [5, 1],
  rem: [6, 1],
  remu: [7, 1],
  sh1add: [2, 0x10],
  sh2add: [4, 0x10],
  sh3add: [6, 0x10],
  xnor: [4, 0x20],
  orn: [6, 0x20],
  andn: [7, 0x20],
  min: [4, 5],
  minu: [5, 5],
  max: [6, 5],
  maxu: [7, 5],
  rol: [1, 0x30],
  ror: [5, 0x30],
  bset: [1, 0x14],
  bclr: [1, 0x24],
  bext: [5, 0x24],
  binv: [1, 0x34],
} as const

export type RegisterOp = keyof typeof REGISTER_OPS

/** The immediates that tell the operations with one operand apart; `zext.h` is one of two registers. */
const UNARY_OPS = { clz: 0x600, ctz: 0x601, cpop: 0x602, sextb: 0x604, sexth: 0x605 } as const
const ZEXTH = [4, 4] as const

const LOADS = { load8: 0, load16: 1, load32: 2, load8u: 4, load16u: 5 } as const
const STORES = { store8: 0, store16: 1, store32: 2 } as const
const BRANCHES = { eq: 0, ne: 1, lt: 4, ge: 5, ltu: 6, geu: 7 } as const
const CSRS = { csrrw: 1, csrrs: 2, csrrc: 3 } as const
const ATOMICS = {
  amoadd: 0x00,
  amoswap: 0x01,
  lr: 0x02,
  sc: 0x03,
  amoxor: 0x04,
  amoor: 0x08,
  amoand: 0x0c,
  amomin: 0x10,
  amomax: 0x14,
  amominu: 0x18,
  amomaxu: 0x1c,
} as const

export const isRegisterOp = (op: string): op is RegisterOp => op in REGISTER_OPS
export function unaryOp(op: UnaryOp, rd: MachineRegister, rs1: MachineRegister): number {
  if (op === 'zexth') return typeR(OPCODE.register, ZEXTH[0], ZEXTH[1], rd, rs1, X0)
  return typeI(OPCODE.immediate, 1, rd, rs1, UNARY_OPS[op])
}

export const isAtomicOp = (op: string): op is keyof typeof ATOMICS => op in ATOMICS

export function registerOp(
  op: RegisterOp,
  rd: MachineRegister,
  rs1: MachineRegister,
  rs2: MachineRegister,
): number {
  const [funct3, funct7] = REGISTER_OPS[op]
  return typeR(OPCODE.register, funct3, funct7, rd, rs1, rs2)
}

/** The immediate form of an operation that has one; shift amounts are 0…31. */
export function immediateOp(
  op: RegisterOp,
  rd: MachineRegister,
  rs1: MachineRegister,
  immediate: number,
): number {
  const [funct3, funct7] = REGISTER_OPS[op]
  return typeI(OPCODE.immediate, funct3, rd, rs1, immediate | (funct7 << 5))
}

export const load = (
  op: keyof typeof LOADS,
  rd: MachineRegister,
  base: MachineRegister,
  offset: number,
): number => typeI(OPCODE.load, LOADS[op], rd, base, offset)

export function store(
  op: keyof typeof STORES,
  value: MachineRegister,
  base: MachineRegister,
  offset: number,
): number {
  fits(offset, 12)
  const fields = ((offset >> 5) << 25) | (value << 20) | (base << 15) | (STORES[op] << 12)
  return (fields | ((offset & 0x1f) << 7) | OPCODE.store) >>> 0
}

export function branch(
  condition: keyof typeof BRANCHES,
  rs1: MachineRegister,
  rs2: MachineRegister,
  offset: number,
): number {
  fits(offset, 13)
  const high = (((offset >> 12) & 1) << 31) | (((offset >> 5) & 0x3f) << 25)
  const low = (((offset >> 1) & 0xf) << 8) | (((offset >> 11) & 1) << 7)
  return (
    (high | (rs2 << 20) | (rs1 << 15) | (BRANCHES[condition] << 12) | low | OPCODE.branch) >>> 0
  )
}

export function jal(rd: MachineRegister, offset: number): number {
  fits(offset, 21)
  const high = (((offset >> 20) & 1) << 31) | (((offset >> 1) & 0x3ff) << 21)
  const low = (((offset >> 11) & 1) << 20) | (((offset >> 12) & 0xff) << 12)
  return (high | low | (rd << 7) | OPCODE.jal) >>> 0
}

export const jalr = (rd: MachineRegister, base: MachineRegister, offset: number): number =>
  typeI(OPCODE.jalr, 0, rd, base, offset)

/** `upper` is the value of the upper 20 bits, in place. */
export const lui = (rd: MachineRegister, upper: number): number =>
  ((upper & 0xfffff000) | (rd << 7) | OPCODE.lui) >>> 0

export const auipc = (rd: MachineRegister, upper: number): number =>
  ((upper & 0xfffff000) | (rd << 7) | OPCODE.auipc) >>> 0

export const csr = (
  op: keyof typeof CSRS,
  rd: MachineRegister,
  rs1: MachineRegister,
  number: number,
): number => ((number << 20) | (rs1 << 15) | (CSRS[op] << 12) | (rd << 7) | OPCODE.system) >>> 0

/** Atomic operations acquire and release, so that they order everything around them. */
export function atomic(
  op: keyof typeof ATOMICS,
  rd: MachineRegister,
  address: MachineRegister,
  value: MachineRegister,
): number {
  const acquireRelease = 3
  return typeR(OPCODE.atomic, 2, (ATOMICS[op] << 2) | acquireRelease, rd, address, value)
}

/** fence iorw, iorw. */
export const FENCE = (0x0ff00000 | OPCODE.fence) >>> 0
export const FENCE_I = (0x1000 | OPCODE.fence) >>> 0
export const ECALL = OPCODE.system
export const EBREAK = (0x00100000 | OPCODE.system) >>> 0
export const WFI = (0x10500000 | OPCODE.system) >>> 0

/** The parts of a 32-bit number for lui and a following signed 12-bit immediate. */
export function split(value: number): { upper: number; lower: number } {
  const lower = (value << 20) >> 20
  return { upper: (value - lower) | 0, lower }
}
