/**
 * The compiler's one intermediate representation: a control-flow graph of blocks of three-address instructions over 32-bit
 * virtual registers. Lowering builds it in SSA form; `passes/destruct.ts` leaves SSA; after `allocate/` every instruction is one
 * RISC-V instruction or a named pseudo-instruction of `emit/`. 64-bit values are pairs of registers from the start.
 *
 * Instructions take their operands from `uses`. Where RISC-V has an immediate form, the last operand may be missing and `imm` is
 * used in its place: `add` with two uses is the register form, with one use the immediate form.
 */
import type { BitExtensions } from '../march.ts'

/** A virtual register: an index. Register 0 always reads as zero, like x0. */
export type Register = number

export const ZERO: Register = 0

/** Binary arithmetic with the RISC-V meaning (no traps, shift amounts modulo 32). */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'and'
  | 'or'
  | 'xor'
  | 'sll'
  | 'srl'
  | 'sra'
  | 'slt'
  | 'sltu'
  | 'mul'
  | 'mulh'
  | 'mulhu'
  | 'mulhsu'
  | 'div'
  | 'divu'
  | 'rem'
  | 'remu'
  // The bit-manipulation extensions.
  | 'sh1add'
  | 'sh2add'
  | 'sh3add'
  | 'andn'
  | 'orn'
  | 'xnor'
  | 'min'
  | 'max'
  | 'minu'
  | 'maxu'
  | 'rol'
  | 'ror'
  | 'bset'
  | 'bclr'
  | 'binv'
  | 'bext'
  // Comparisons that RISC-V lacks; passes/select.ts spells them out.
  | 'eq'
  | 'ne'
  | 'ge'
  | 'geu'

/** One operand, one result; of the bit-manipulation extensions. */
export type UnaryOp = 'clz' | 'ctz' | 'cpop' | 'sextb' | 'sexth' | 'zexth'

export type LoadOp = 'load8' | 'load8u' | 'load16' | 'load16u' | 'load32'
export type StoreOp = 'store8' | 'store16' | 'store32'

export type AtomicOp =
  | 'amoswap'
  | 'amoadd'
  | 'amoand'
  | 'amoor'
  | 'amoxor'
  | 'amomin'
  | 'amomax'
  | 'amominu'
  | 'amomaxu'
  | 'lr'
  | 'sc'

/** Instructions of the machine that intrinsics name directly; `imm` is the CSR number or the hint's kind. */
export type MachineOp =
  | 'csrrw'
  | 'csrrs'
  | 'csrrc'
  | 'fence'
  | 'fencei'
  | 'wfi'
  | 'ebreak'
  | 'ecall'
  | 'hint'
  | 'readsp'
  | 'readtp'
  | 'loadtp' // the word at the thread pointer + imm
  | 'writetp'
  | 'saveregisters' // s0–s11 to the 12 words at uses[0]

/**
 * What ends a block. `branch` compares its two uses by `condition` and goes to `targets[0]` if it holds, else to `targets[1]`;
 * `switch` goes to the target numbered by its use, or to the last one; `jumptable` jumps to an address loaded from its table.
 */
export type TerminatorOp =
  'jump' | 'branch' | 'switch' | 'jumptable' | 'return' | 'trap' | 'suspend'

export type Op =
  | BinaryOp
  | UnaryOp
  | LoadOp
  | StoreOp
  | AtomicOp
  | MachineOp
  | TerminatorOp
  | 'const' // imm
  | 'address' // symbol + imm
  | 'high' // %hi(symbol + imm), for a load or store that carries the %lo part in `symbol`
  | 'copy'
  | 'phi' // uses in the order of the block's predecessors
  | 'parameters' // defs are the argument words
  | 'resumed' // def is the frame a resumed coroutine was entered with
  // Call of the frame allocator, which preserves every register but its result; imm is the size of the frame, known after
  // passes/coroutine.ts.
  | 'allocframe'
  | 'enter' // makes the stack frame
  | 'call' // symbol, or the address in uses[0] when there is no symbol
  | 'reload' // load from stack slot imm
  | 'spill' // store to stack slot imm
  // Stack word imm of the caller's (incoming) or of this function's calls (outgoing), for words beyond the eighth.
  | 'loadincoming'
  | 'storeincoming'
  | 'loadoutgoing'
  | 'storeoutgoing'

export type Condition = 'eq' | 'ne' | 'lt' | 'ge' | 'ltu' | 'geu'

export interface Instruction {
  op: Op
  defs: Register[]
  uses: Register[]
  imm: number
  symbol?: string
  condition?: Condition
  /** MMIO: never merged, moved or removed. */
  volatile?: boolean
  /** Where the wasm instruction is in its body, for line tables, or NOWHERE. */
  at: number
}

export interface Block {
  id: number
  phis: Instruction[]
  /** The last instruction is the terminator. */
  code: Instruction[]
  targets: Block[]
  predecessors: Block[]
  /** Number of loops around the block. */
  depth: number
  /** Rarely executed: ends in a trap. */
  cold: boolean
}

/** One function under compilation. */
export interface IrFunction {
  name: string
  blocks: Block[]
  /** Number of virtual registers. */
  registers: number
  /** Argument and result words. */
  parameterWords: number
  resultWords: number
  /** Whether making the stack frame checks that there is room for it. */
  checksStack?: boolean
  /** What passes/bits.ts may use. */
  extensions?: BitExtensions
  /** Frame register and suspension states, of a coroutine. */
  coroutine?: Coroutine
  /** Where the source's variables stay, of a function that is to be debugged. */
  homes?: Homes
}

/** A variable of the source that is always in memory. */
export interface Home {
  name: string
  words: number
  parameter: boolean
  /** First word among those of all homes. */
  word: number
}

/** Words of memory that debuggers find variables in: the first ones of the spill slots, or of the slots of a coroutine's frame. */
export interface Homes {
  variables: Home[]
  words: number
}

/** A value kept across a suspension. */
export interface LiveSlot {
  offset: number
  register: Register
}

export interface SuspendState {
  line: number
  /** The block that ends with the suspension. */
  suspended: Block
  resume: Block
  slots: LiveSlot[]
}

export interface Coroutine {
  frame: Register
  frameBytes: number
  states: SuspendState[]
}

export const CONDITION_OPPOSITE: Readonly<Record<Condition, Condition>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  ltu: 'geu',
  geu: 'ltu',
}

/** The condition that a comparison's result stands for. */
export const CONDITION_OF: Partial<Record<Op, Condition>> = {
  eq: 'eq',
  ne: 'ne',
  slt: 'lt',
  sltu: 'ltu',
  ge: 'ge',
  geu: 'geu',
}

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '))

const LOADS = set('load8 load8u load16 load16u load32')
const STORES = set('store8 store16 store32')
const BINARY = set(
  'add sub and or xor sll srl sra slt sltu mul mulh mulhu mulhsu div divu rem remu eq ne ge geu ' +
    'sh1add sh2add sh3add andn orn xnor min max minu maxu rol ror bset bclr binv bext',
)
const UNARY = set('clz ctz cpop sextb sexth zexth')
const COMMUTATIVE = set('add and or xor mul mulh mulhu eq ne xnor min max minu maxu')

export const isLoad = (op: Op): op is LoadOp => LOADS.has(op)
export const isStore = (op: Op): op is StoreOp => STORES.has(op)
export const isBinary = (op: Op): op is BinaryOp => BINARY.has(op)
export const isUnary = (op: Op): op is UnaryOp => UNARY.has(op)
export const isCommutative = (op: Op): boolean => COMMUTATIVE.has(op)

/** Whether an instruction only computes its results from its operands, so that it can be shared, moved or dropped. */
export function isPure(instruction: Instruction): boolean {
  const { op } = instruction
  return (
    BINARY.has(op) ||
    UNARY.has(op) ||
    op === 'const' ||
    op === 'address' ||
    op === 'high' ||
    op === 'copy'
  )
}

/** Whether an instruction may be dropped when nothing reads its results. */
export function isRemovable(instruction: Instruction): boolean {
  return (
    isPure(instruction) ||
    instruction.op === 'phi' ||
    instruction.op === 'readsp' ||
    instruction.op === 'readtp' ||
    instruction.op === 'loadtp' ||
    instruction.op === 'reload' ||
    (LOADS.has(instruction.op) && instruction.volatile !== true)
  )
}

export const terminatorOf = (block: Block): Instruction => block.code[block.code.length - 1]

/** The blocks that end with a suspension, by the number of the state, the most frequent first. */
export function suspensionsByState(blocks: readonly Block[]): Map<number, Block[]> {
  const result = new Map<number, Block[]>()
  for (const block of blocks) {
    const { op, imm } = terminatorOf(block)
    if (op === 'suspend') result.set(imm, [...(result.get(imm) ?? []), block])
  }
  for (const list of result.values()) list.sort((a, b) => b.depth - a.depth)
  return result
}

/** Position of an instruction that nothing in the source stands for. */
export const NOWHERE = -1

export function createInstruction(
  op: Op,
  defs: Register[],
  uses: Register[],
  imm = 0,
  at = NOWHERE,
): Instruction {
  return { op, defs, uses, imm, at }
}
