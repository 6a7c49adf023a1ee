/** Emits the instructions that are one machine instruction (or a fixed short sequence) once registers are known. */
import { BackendError } from '../errors.ts'
import type { Instruction } from '../ir/ir.ts'
import { isLoad, isStore, isUnary } from '../ir/ir.ts'
import type { CodeBuffer } from './code.ts'
import * as encode from './encode.ts'
import type { Emitter } from './function.ts'
import type { MachineRegister } from './registers.ts'
import { CALLEE_SAVED, SP, TP, X0 } from './registers.ts'

type Emit = (emitter: Emitter, item: Instruction) => void

const destination = (emitter: Emitter, { defs }: Instruction): number =>
  defs.length > 0 ? Math.max(emitter.register(defs[0]), X0) : X0

const fixed =
  (word: number): Emit =>
  ({ code }) =>
    code.word(word)

const csr: Emit = (emitter, item) => {
  const op = item.op as 'csrrw' | 'csrrs' | 'csrrc'
  const source = emitter.register(item.uses[0])
  emitter.code.word(encode.csr(op, destination(emitter, item), source, item.imm))
}

const address: Emit = (emitter, item) => {
  const { code } = emitter
  const rd = destination(emitter, item)
  code.fixed(encode.lui(rd, 0), 'high', item.symbol!, item.imm)
  code.fixed(encode.immediateOp('add', rd, rd, 0), 'lowI', item.symbol!, item.imm)
}

const high: Emit = (emitter, item) => {
  const rd = destination(emitter, item)
  emitter.code.fixed(encode.lui(rd, 0), 'high', item.symbol!, item.imm)
}

/** `slt x0, rs1, rs2` in front carries both words of a two-word record; `slti x0, rs1, kind` makes the record. */
const hint: Emit = (emitter, item) => {
  const [a, b] = item.uses.map((use) => emitter.register(use))
  if (b !== undefined) emitter.code.word(encode.registerOp('slt', X0, a, b))
  emitter.code.word(encode.immediateOp('slt', X0, a, item.imm))
}

const move =
  (
    to: (e: Emitter, i: Instruction) => number,
    from: (e: Emitter, i: Instruction) => number,
  ): Emit =>
  (emitter, item) =>
    emitter.code.word(encode.immediateOp('add', to(emitter, item), from(emitter, item), 0))

const source = (emitter: Emitter, item: Instruction): number => emitter.register(item.uses[0])

const saveRegisters: Emit = (emitter, item) => {
  const base = source(emitter, item)
  CALLEE_SAVED.forEach((register, i) =>
    emitter.code.word(encode.store('store32', register, base, 4 * i)),
  )
}

export function loadConstant(code: CodeBuffer, register: MachineRegister, value: number): void {
  const { upper, lower } = encode.split(value)
  if (upper === 0) return code.word(encode.immediateOp('add', register, X0, lower))
  code.word(encode.lui(register, upper))
  if (lower !== 0) code.word(encode.immediateOp('add', register, register, lower))
}

/** The second word is never executed; fault reports read the trap code from it. */
export function emitTrap(code: CodeBuffer, number: number): void {
  code.word(encode.EBREAK)
  code.word(encode.immediateOp('add', X0, X0, number))
}

const SPECIAL: Readonly<Record<string, Emit>> = {
  const: (emitter, item) => loadConstant(emitter.code, destination(emitter, item), item.imm),
  copy: move(destination, source),
  address,
  high,
  csrrw: csr,
  csrrs: csr,
  csrrc: csr,
  fence: fixed(encode.FENCE),
  fencei: fixed(encode.FENCE_I),
  wfi: fixed(encode.WFI),
  ebreak: fixed(encode.EBREAK),
  hint,
  readsp: move(destination, () => SP),
  readtp: move(destination, () => TP),
  loadtp: (emitter, item) =>
    emitter.code.word(encode.load('load32', destination(emitter, item), TP, item.imm)),
  writetp: move(() => TP, source),
  saveregisters: saveRegisters,
  trap: (emitter, item) => emitTrap(emitter.code, item.imm),
}

export function emitSimple(emitter: Emitter, item: Instruction): void {
  const { op } = item
  const special = SPECIAL[op]
  if (special !== undefined) return special(emitter, item)
  if (isLoad(op)) return emitLoad(emitter, item)
  if (isStore(op)) return emitStore(emitter, item)
  const rd = destination(emitter, item)
  const [a, b] = item.uses.map((use) => emitter.register(use))
  if (isUnary(op)) return emitter.code.word(encode.unaryOp(op, rd, a))
  if (encode.isRegisterOp(op)) {
    const word =
      b === undefined ? encode.immediateOp(op, rd, a, item.imm) : encode.registerOp(op, rd, a, b)
    return emitter.code.word(word)
  }
  if (encode.isAtomicOp(op)) return emitter.code.word(encode.atomic(op, rd, a, b ?? X0))
  throw new BackendError('internal', `no machine code for ${op}`)
}

function emitLoad(emitter: Emitter, item: Instruction): void {
  if (!isLoad(item.op)) return
  const rd = destination(emitter, item)
  const base = source(emitter, item)
  if (item.symbol === undefined) {
    return emitter.code.word(encode.load(item.op, rd, base, item.imm))
  }
  emitter.code.fixed(encode.load(item.op, rd, base, 0), 'lowI', item.symbol, item.imm)
}

function emitStore(emitter: Emitter, item: Instruction): void {
  if (!isStore(item.op)) return
  const [base, value] = item.uses.map((use) => emitter.register(use))
  if (item.symbol === undefined) {
    return emitter.code.word(encode.store(item.op, value, base, item.imm))
  }
  emitter.code.fixed(encode.store(item.op, value, base, 0), 'lowS', item.symbol, item.imm)
}
