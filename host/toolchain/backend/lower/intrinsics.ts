/** Imports of the modules `rv` and `co` that become instructions (docs/design.md §4 and §5). */
import { BackendError } from '../errors.ts'
import type { AtomicOp, LoadOp, MachineOp, Op, Register, StoreOp } from '../ir/ir.ts'
import { NOWHERE, ZERO } from '../ir/ir.ts'
import { LINKER } from './context.ts'
import { useHomes } from './homes.ts'
import type { Lowering } from './lowering.ts'
import { loadTableWord, tableEntry } from './table.ts'

/** Lowers a call with these argument words; pushes the result, if any. */
type Intrinsic = (lowering: Lowering, uses: Register[]) => void

/** The trace hints are `slti x0, rs, kind`, with a second argument's register in `rs2` of `slt` forms; emit/ knows the encoding. */
const HINT_KINDS = 2048

function constant(lowering: Lowering, register: Register, what: string): number {
  const value = lowering.constantOf(register)
  if (value !== undefined) return value
  throw new BackendError('unsupported', `${what} must be a constant`, lowering.name)
}

const csr =
  (op: MachineOp, writes: boolean, reads: boolean): Intrinsic =>
  (lowering, [number, value]) => {
    const index = constant(lowering, number, 'a CSR number') & 0xfff
    const uses = [writes ? value : ZERO]
    const instruction = lowering.builder.append(op, uses, index, reads ? 1 : 0)
    if (reads) lowering.push(instruction.defs[0])
  }

const mmioLoad =
  (op: LoadOp): Intrinsic =>
  (lowering, [address]) => {
    const { base, offset } = split(lowering, address)
    const load = lowering.builder.append(op, [base], offset, 1)
    load.volatile = true
    lowering.push(load.defs[0])
  }

const mmioStore =
  (op: StoreOp): Intrinsic =>
  (lowering, [address, value]) => {
    const { base, offset } = split(lowering, address)
    lowering.builder.append(op, [base, value], offset).volatile = true
  }

/** A constant address or the constant in a sum goes into the offset. */
function split({ builder }: Lowering, address: Register): { base: Register; offset: number } {
  const fixed = builder.constantOf(address)
  if (fixed !== undefined) {
    const offset = (fixed << 20) >> 20
    return { base: builder.constant(fixed - offset), offset }
  }
  const definition = builder.define(address)
  const added = definition?.op === 'add' ? builder.constantOf(definition.uses[1]) : undefined
  if (definition !== undefined && added !== undefined && added >= -2048 && added < 2048) {
    return { base: definition.uses[0], offset: added }
  }
  return { base: address, offset: 0 }
}

const atomic =
  (op: AtomicOp): Intrinsic =>
  (lowering, uses) =>
    lowering.push(lowering.builder.append(op, uses, 0, 1).defs[0])

const plain =
  (op: Op): Intrinsic =>
  (lowering, uses) => {
    lowering.builder.append(op, uses)
  }

const read =
  (op: Op): Intrinsic =>
  (lowering) =>
    lowering.push(lowering.builder.value(op, []))

/** One load, so that it is right even where a thread may be moved to another hart at any time. */
const threadWord: Intrinsic = (lowering, [offset]) => {
  const bytes = constant(lowering, offset, 'the offset of a word at the thread pointer')
  lowering.push(lowering.builder.value('loadtp', [], bytes))
}

const linker =
  (symbol: string): Intrinsic =>
  (lowering) =>
    lowering.push(lowering.builder.value('address', [], 0, symbol))

const ecall: Intrinsic = (lowering, uses) =>
  lowering.push(lowering.builder.append('ecall', uses, 0, 1).defs[0])

const hint: Intrinsic = (lowering, [kind, ...values]) => {
  const number = constant(lowering, kind, 'the kind of a trace hint')
  if (number < 0 || number >= HINT_KINDS)
    lowering.unsupported(`trace hint ${number} is out of range`)
  lowering.builder.append('hint', values, number)
}

/** The code address that a table index stands for. */
const codeAddress: Intrinsic = (lowering, [index]) =>
  lowering.push(loadTableWord(lowering, tableEntry(lowering, 0, index), 0))

const callAddress: Intrinsic = (lowering, uses) =>
  lowering.push(lowering.builder.append('call', uses, 0, 1).defs[0])

const RV: Readonly<Record<string, Intrinsic>> = {
  csrRead: csr('csrrs', false, true),
  csrWrite: csr('csrrw', true, false),
  csrSet: csr('csrrs', true, false),
  csrClear: csr('csrrc', true, false),
  csrSwap: csr('csrrw', true, true),
  csrReadSet: csr('csrrs', true, true),
  csrReadClear: csr('csrrc', true, true),
  mmioLoad8: mmioLoad('load8u'),
  mmioLoad16: mmioLoad('load16u'),
  mmioLoad32: mmioLoad('load32'),
  mmioStore8: mmioStore('store8'),
  mmioStore16: mmioStore('store16'),
  mmioStore32: mmioStore('store32'),
  amoSwap: atomic('amoswap'),
  amoAdd: atomic('amoadd'),
  amoAnd: atomic('amoand'),
  amoOr: atomic('amoor'),
  amoXor: atomic('amoxor'),
  amoMin: atomic('amomin'),
  amoMax: atomic('amomax'),
  amoMinU: atomic('amominu'),
  amoMaxU: atomic('amomaxu'),
  lr: atomic('lr'),
  sc: atomic('sc'),
  fence: plain('fence'),
  fenceI: plain('fencei'),
  wfi: plain('wfi'),
  ebreak: plain('ebreak'),
  ecall,
  hint,
  hint2: hint,
  stackPointer: read('readsp'),
  threadPointer: read('readtp'),
  threadWord,
  setThreadPointer: plain('writetp'),
  codeAddress,
  callAddress,
  saveRegisters: plain('saveregisters'),
  ramEnd: linker(LINKER.ramEnd),
  imageEnd: linker(LINKER.imageEnd),
  imageBase: linker(LINKER.imageBase),
  dataBase: linker(LINKER.dataBase),
  dataEnd: linker(LINKER.dataEnd),
}

const begin: Intrinsic = (lowering) => {
  const { builder } = lowering
  if (builder.fn.coroutine !== undefined) lowering.internal('more than one co.begin')
  // With homes the prologue is code of its own, which belongs to no statement.
  if (lowering.context.options.homes !== undefined) builder.at = NOWHERE
  const call = builder.append('allocframe', [], 0, 1)
  call.symbol = '__co_alloc'
  builder.fn.coroutine = { frame: call.defs[0], frameBytes: 0, states: [] }
  useHomes(lowering)
  lowering.push(ZERO)
}

function frameOf(lowering: Lowering, what: string): Register {
  const frame = lowering.builder.fn.coroutine?.frame
  return frame ?? lowering.internal(`${what} without co.begin before it`)
}

const suspend: Intrinsic = (lowering, [line]) => {
  const { builder } = lowering
  const frame = frameOf(lowering, 'co.suspend')
  const resume = builder.newBlock()
  const number = lowering.constantOf(line) ?? 0
  const suspended = builder.current
  builder.terminate('suspend', [frame], [resume], number)
  builder.fn.coroutine!.states.push({ line: number, suspended, resume, slots: [] })
  builder.continueIn(resume)
}

/** Enters a suspended coroutine at the address in its frame's first word. */
const resume: Intrinsic = (lowering, [frame]) => {
  const address = lowering.builder.load('load32', frame, 0)
  lowering.builder.append('call', [address, frame])
}

const CO: Readonly<Record<string, Intrinsic>> = {
  begin,
  self: (lowering) => lowering.push(frameOf(lowering, 'co.self')),
  suspend,
  resume,
}

const MODULES: Readonly<Record<string, Readonly<Record<string, Intrinsic>>>> = { rv: RV, co: CO }

/** The intrinsic of an import, or undefined. */
export function intrinsicOf(module: string, name: string): Intrinsic | undefined {
  const table = Object.hasOwn(MODULES, module) ? MODULES[module] : {}
  return Object.hasOwn(table, name) ? table[name] : undefined
}
