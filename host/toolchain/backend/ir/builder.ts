/** Builds one function block by block, simplifying what is known at once: constants, identities, fused comparisons. */
import { BackendError } from '../errors.ts'
import type {
  BinaryOp,
  Block,
  Condition,
  Instruction,
  IrFunction,
  LoadOp,
  Op,
  Register,
  StoreOp,
} from './ir.ts'
import {
  CONDITION_OF,
  CONDITION_OPPOSITE,
  createInstruction,
  isCommutative,
  NOWHERE,
  ZERO,
} from './ir.ts'
import { constantOf, holds, simplify } from './fold.ts'
import { SsaVariables } from './ssa.ts'

/** Virtual registers a function may use; asc's largest functions stay far below. */
const REGISTER_LIMIT = 1_000_000

export class FunctionBuilder {
  readonly fn: IrFunction
  readonly variables: SsaVariables
  current: Block
  /** Offset of the wasm instruction being lowered. */
  at = NOWHERE
  private readonly definitions: (Instruction | undefined)[] = [undefined]
  private constants = new Map<number, Register>()
  private nextBlock = 0
  private nextVariable = 0

  constructor(name: string, parameterWords: number, resultWords: number) {
    this.fn = { name, blocks: [], registers: 1, parameterWords, resultWords }
    this.variables = new SsaVariables(() => this.newRegister())
    this.current = this.newBlock()
    this.start(this.current, true)
  }

  newRegister(): Register {
    if (this.fn.registers >= REGISTER_LIMIT) {
      throw new BackendError('limit', 'the function is too large to compile', this.fn.name)
    }
    return this.fn.registers++
  }

  newVariable(): number {
    return this.nextVariable++
  }

  newBlock(): Block {
    const id = this.nextBlock++
    return { id, phis: [], code: [], targets: [], predecessors: [], depth: 0, cold: false }
  }

  /** Makes `block` the one that instructions go to; `seal` when all its predecessors are known. */
  start(block: Block, seal: boolean): void {
    this.fn.blocks.push(block)
    this.current = block
    this.constants = new Map()
    if (seal) this.variables.seal(block)
  }

  read(variable: number): Register {
    return this.variables.read(variable, this.current)
  }

  write(variable: number, value: Register): void {
    this.variables.write(variable, this.current, value)
  }

  define = (register: Register): Instruction | undefined => this.definitions[register]

  constantOf(register: Register): number | undefined {
    return constantOf(register, this.define)
  }

  /** Appends an instruction with `results` new registers and returns it. */
  append(op: Op, uses: Register[], imm = 0, results = 0): Instruction {
    const instruction = createInstruction(op, [], uses, imm, this.at)
    for (let i = 0; i < results; i++) {
      const register = this.newRegister()
      instruction.defs.push(register)
      this.definitions[register] = instruction
    }
    this.current.code.push(instruction)
    return instruction
  }

  /** Appends an instruction with one result. */
  value(op: Op, uses: Register[], imm = 0, symbol?: string): Register {
    const instruction = this.append(op, uses, imm, 1)
    if (symbol !== undefined) instruction.symbol = symbol
    return instruction.defs[0]
  }

  constant(value: number): Register {
    const number = value | 0
    if (number === 0) return ZERO
    let register = this.constants.get(number)
    if (register === undefined) {
      register = this.value('const', [], number)
      this.constants.set(number, register)
    }
    return register
  }

  binary(op: BinaryOp, left: Register, right: Register): Register {
    let [a, b] = [left, right]
    if (isCommutative(op) && this.constantOf(a) !== undefined && this.constantOf(b) === undefined) {
      ;[a, b] = [b, a]
    }
    const simpler = simplify(op, a, b, this.define)
    if (simpler !== undefined) {
      return 'constant' in simpler ? this.constant(simpler.constant) : simpler.register
    }
    return this.reassociated(op, a, b) ?? this.value(op, [a, b])
  }

  /** (x + c) + d = x + (c + d), and x − c = x + (−c). */
  private reassociated(op: BinaryOp, a: Register, b: Register): Register | undefined {
    const right = this.constantOf(b)
    if (right === undefined) return undefined
    if (op === 'sub') return this.binary('add', a, this.constant(-right))
    if (op !== 'add') return undefined
    const definition = this.define(a)
    if (definition?.op !== 'add') return undefined
    const inner = this.constantOf(definition.uses[1])
    if (inner === undefined) return undefined
    return this.binary('add', definition.uses[0], this.constant(inner + right))
  }

  binaryConstant(op: BinaryOp, a: Register, b: number): Register {
    return this.binary(op, a, this.constant(b))
  }

  load(op: LoadOp, base: Register, offset: number): Register {
    return this.value(op, [base], offset)
  }

  store(op: StoreOp, base: Register, offset: number, value: Register): void {
    this.append(op, [base, value], offset)
  }

  jump(target: Block): void {
    this.terminate('jump', [], [target])
  }

  branch(condition: Condition, a: Register, b: Register, then: Block, otherwise: Block): void {
    const left = this.constantOf(a)
    const right = this.constantOf(b)
    if (then === otherwise) return this.jump(then)
    if (left !== undefined && right !== undefined) {
      return this.jump(holds(condition, left, right) ? then : otherwise)
    }
    this.terminate('branch', [a, b], [then, otherwise]).condition = condition
  }

  /** Branches to `then` if `value` is not zero; a comparison goes into the branch. */
  branchIf(value: Register, then: Block, otherwise: Block): void {
    const { condition, a, b } = this.conditionOf(value)
    this.branch(condition, a, b, then, otherwise)
  }

  private conditionOf(value: Register): { condition: Condition; a: Register; b: Register } {
    const definition = this.define(value)
    const condition = definition && CONDITION_OF[definition.op]
    if (definition === undefined || condition === undefined || definition.uses.length < 2) {
      return { condition: 'ne', a: value, b: ZERO }
    }
    const [a, b] = definition.uses
    if ((condition === 'eq' || condition === 'ne') && b === ZERO) {
      const inner = this.conditionOf(a)
      if (condition === 'ne') return inner
      return { ...inner, condition: CONDITION_OPPOSITE[inner.condition] }
    }
    return { condition, a, b }
  }

  terminate(op: Op, uses: Register[], targets: Block[], imm = 0): Instruction {
    const instruction = this.append(op, uses, imm)
    this.current.targets = targets
    for (const target of targets) {
      if (!target.predecessors.includes(this.current)) target.predecessors.push(this.current)
    }
    return instruction
  }

  /** Continues in a new block that only the current one leads to. */
  continueIn(block: Block): void {
    this.start(block, true)
  }

  /** Stops with `code` if the condition holds. The trap's block keeps the line of this check. */
  trapIf(condition: Condition, a: Register, b: Register, code: number): void {
    const trap = this.newBlock()
    const next = this.newBlock()
    this.branch(condition, a, b, trap, next)
    if (trap.predecessors.length > 0) {
      this.start(trap, true)
      this.trap(code)
    }
    this.continueIn(next)
  }

  trap(code: number): void {
    this.current.cold = true
    this.terminate('trap', [], [], code)
  }

  /** Finishes the function: renames through removed phis. */
  finish(): IrFunction {
    this.variables.finish(this.fn.blocks)
    return this.fn
  }
}
