/**
 * Random WebAssembly programs for differential tests: nested blocks, loops with bounded counters, br_table, calls, memory, globals,
 * 32- and 64-bit arithmetic. Every program ends; it may trap. The same seed gives the same program.
 */
import type { TestFunction, TestModule, Type } from './wasm.ts'
import { constant, signed, typeCode, unsigned } from './wasm.ts'
import {
  BINARY,
  COMPARE,
  CONVERT,
  DIVISIONS,
  FLOATS,
  INTERESTING,
  LOADS,
  STORES,
  UNARY,
  range,
} from './operations.ts'
import { Random } from './random.ts'

/** Deepest recursion. */
const DEPTH_MASK = 15
const FEW_LOCALS = 2
const MANY_LOCALS = 30
const MEMORY_MASK = 0xff8
/** Where a coroutine leaves its result: eight bytes, then a word that says it is there. */
export const RESULT_ADDRESS = 0xff00

const CO_IMPORTS: NonNullable<TestModule['imports']> = [
  { module: 'co', name: 'begin', parameters: [], results: ['i32'] },
  { module: 'co', name: 'self', parameters: [], results: ['i32'] },
  { module: 'co', name: 'suspend', parameters: ['i32'], results: [] },
  { module: 'co', name: 'resume', parameters: ['i32'], results: [] },
]
const EMPTY = 0x40

type Integer = 'i32' | 'i64'
const isInteger = (type: Type): type is Integer => type === 'i32' || type === 'i64'

interface Scope {
  /** Label types by depth, innermost last; undefined for a label without values. */
  labels: (Type | undefined)[]
  locals: Type[]
  /** Locals that loops count with, not to be assigned by statements. */
  reserved: Set<number>
  result: Type
}

export class ProgramGenerator {
  private readonly random: Random
  private readonly functions: TestFunction[] = []
  private readonly globals: Integer[] = ['i32', 'i64', 'i32']
  private budget = 0
  /** Whether the function being made is a coroutine; the imports of `co` then come before all functions. */
  private suspends = false
  private importCount = 0
  private readonly types: readonly Type[]

  private readonly fewestLocals: number

  /**
   * With `floats`, some locals and results are floating point; what they are is only seen by comparisons and conversions. With
   * `manyLocals`, functions have more of them than registers hold.
   */
  constructor(seed: number, { floats = false, manyLocals = false } = {}) {
    this.random = new Random(seed)
    this.fewestLocals = manyLocals ? MANY_LOCALS : FEW_LOCALS
    this.types = floats ? ['i32', 'i32', 'i64', 'f32', 'f64'] : ['i32', 'i32', 'i64']
  }

  module(count: number, size = 60): TestModule {
    for (let i = 0; i < count; i++) {
      const isRecursive = i % 4 === 3
      this.functions.push(this.function(`f${i}`, size, isRecursive))
    }
    const table = this.functions.map((_, i) => i)
    return { functions: this.functions, memory: 1, globals: this.globals, table }
  }

  /**
   * A module whose last function, `main`, is a coroutine that suspends here and there. At its end it stores its result and a one at
   * RESULT_ADDRESS. In a host whose `co.begin` and `co.suspend` do nothing, it runs through at once.
   */
  coroutineModule(count: number, size = 60): TestModule {
    this.importCount = CO_IMPORTS.length
    const { globals } = this.module(count, size)
    this.suspends = true
    const main = this.function('main', size, false)
    const store = main.results[0] === 'i32' ? 0x36 : 0x37
    const prologue = [0x10, 0, 0x04, EMPTY, 0x10, 1, 0x0f, 0x0b]
    const result = main.locals!.length + main.parameters.length
    const locals = [...main.locals!, main.results[0]]
    const body = [
      ...prologue,
      ...[0x02, typeCode(main.results[0]), ...main.body, 0x0b],
      ...[0x21, ...unsigned(result)],
      ...[...constant('i32', RESULT_ADDRESS), 0x20, ...unsigned(result), store, 0, 0],
      ...[...constant('i32', RESULT_ADDRESS + 8), ...constant('i32', 1), 0x36, 0, 0],
      ...[0x10, 1],
    ]
    const resume: TestFunction = {
      name: 'resume',
      parameters: ['i32'],
      results: [],
      body: [0x20, 0, 0x10, 3],
    }
    const functions = [
      ...this.functions,
      { ...main, locals, body, results: ['i32' as Type] },
      resume,
    ]
    const table = this.functions.map((_, i) => this.importCount + i)
    return { imports: CO_IMPORTS, functions, memory: 1, globals, table }
  }

  /** A recursive one ends by calling itself, as deep as its first parameter says. */
  private function(name: string, size: number, isRecursive: boolean): TestFunction {
    const type = (): Type => this.random.pick(this.types)
    const parameters = Array.from({ length: this.random.below(6) }, type)
    if (isRecursive) parameters.unshift('i32')
    const locals = Array.from({ length: this.fewestLocals + this.random.below(8) }, type)
    const result = this.random.pick(['i32', 'i32', 'i64'] as const)
    // Four counters for nested loops.
    const counters: Integer[] = ['i32', 'i32', 'i32', 'i32']
    const all = [...parameters, ...locals, ...counters]
    const reserved = new Set(range(all.length - counters.length, all.length - 1))
    if (isRecursive) reserved.add(0)
    const scope: Scope = { labels: [result], locals: all, reserved, result }
    this.budget = size
    const body = this.statements(scope, 3 + this.random.below(6))
    if (isRecursive) {
      const index = this.importCount + this.functions.length
      body.unshift(0x20, 0, ...constant('i32', DEPTH_MASK), 0x71, 0x21, 0)
      body.push(...this.descent(scope, parameters, index))
    } else body.push(...this.expression(scope, result, 3))
    return { name, parameters, results: [result], locals: [...locals, ...counters], body }
  }

  /** Calls the function itself one level deeper, unless this is the last. */
  private descent(scope: Scope, parameters: readonly Type[], index: number): number[] {
    const inner = { ...scope, labels: [...scope.labels, undefined] }
    const last = [
      0x20,
      0,
      0x45,
      0x04,
      EMPTY,
      ...this.expression(inner, scope.result, 2),
      0x0f,
      0x0b,
    ]
    const operands = parameters.slice(1).flatMap((type) => this.expression(scope, type, 1))
    const deeper = [0x20, 0, ...constant('i32', 1), 0x6b, ...operands, 0x10, ...unsigned(index)]
    return [...last, ...deeper]
  }

  private statements(scope: Scope, count: number): number[] {
    const code: number[] = []
    for (let i = 0; i < count && this.budget > 0; i++) code.push(...this.statement(scope))
    return code
  }

  private statement(scope: Scope): number[] {
    this.budget--
    if (this.suspends && this.random.below(4) === 0) {
      return [...constant('i32', this.random.below(1000)), 0x10, 2]
    }
    const kinds = [
      () => this.assignment(scope),
      () => this.assignment(scope),
      () => this.store(scope),
      () => this.setGlobal(scope),
      () => this.conditional(scope),
      () => this.block(scope),
      () => this.loop(scope),
      () => this.branchOut(scope),
      () => this.table(scope),
      () => this.machine(scope),
    ]
    return this.random.pick(kinds)()
  }

  private assignment(scope: Scope): number[] {
    const free = scope.locals.map((_, i) => i).filter((i) => !scope.reserved.has(i))
    const local = this.random.pick(free)
    return [...this.expression(scope, scope.locals[local], 4), 0x21, ...unsigned(local)]
  }

  private setGlobal(scope: Scope): number[] {
    const index = this.random.below(this.globals.length)
    return [...this.expression(scope, this.globals[index], 2), 0x24, index]
  }

  private address(scope: Scope): number[] {
    return [...this.expression(scope, 'i32', 2), ...constant('i32', MEMORY_MASK), 0x71]
  }

  private store(scope: Scope): number[] {
    const type = this.random.pick(['i32', 'i64'] as const)
    const value = this.expression(scope, type, 3)
    const offset = unsigned(this.random.pick([0, 0, 4, 12, 2040, 2046, 5000]))
    return [...this.address(scope), ...value, this.random.pick(STORES[type]), 0, ...offset]
  }

  private conditional(scope: Scope): number[] {
    const inner = { ...scope, labels: [...scope.labels, undefined] }
    const code = [...this.expression(scope, 'i32', 3), 0x04, EMPTY]
    code.push(...this.statements(inner, 1 + this.random.below(3)))
    if (this.random.below(2) === 0)
      code.push(0x05, ...this.statements(inner, 1 + this.random.below(3)))
    return [...code, 0x0b]
  }

  private block(scope: Scope): number[] {
    const inner = { ...scope, labels: [...scope.labels, undefined] }
    return [0x02, EMPTY, ...this.statements(inner, 1 + this.random.below(4)), 0x0b]
  }

  /** A loop that runs its counter down; the body cannot change the counter. */
  private loop(scope: Scope): number[] {
    const depth = scope.labels.length
    const counters = [...scope.reserved]
    const used = counters.filter((local) => local !== 0 && !this.inUse.has(local))
    if (used.length === 0 || depth > 8) return this.assignment(scope)
    const counter = used[0]
    this.inUse.add(counter)
    // The loop's own label is left out of reach of random branches: they would not count down.
    const inner = { ...scope, labels: [...scope.labels, undefined, undefined] }
    this.loopLabels.add(inner.labels.length - 1)
    const body = this.statements(inner, 1 + this.random.below(4))
    this.loopLabels.delete(inner.labels.length - 1)
    this.inUse.delete(counter)
    const local = unsigned(counter)
    const test = [0x20, ...local, ...constant('i32', 1), 0x6b, 0x22, ...local, 0x0d, 0]
    const start = [...constant('i32', 1 + this.random.below(5)), 0x21, ...local]
    return [...start, 0x02, EMPTY, 0x03, EMPTY, ...body, ...test, 0x0b, 0x0b]
  }

  /** Parts of a loop that fall into one another and go back to a branch table, which chooses where to go on. */
  private machine(scope: Scope): number[] {
    const counter = [...scope.reserved].find((local) => local !== 0 && !this.inUse.has(local))
    if (counter === undefined || scope.labels.length > 6) return this.assignment(scope)
    this.inUse.add(counter)
    const around = { ...scope, labels: [...scope.labels, undefined, undefined] }
    const loopLabel = around.labels.length - 1
    this.loopLabels.add(loopLabel)
    const local = unsigned(counter)
    const part = (open: number): number[] => {
      const labels = [...around.labels, ...new Array<undefined>(open).fill(undefined)]
      const code = this.statements({ ...around, labels }, 1 + this.random.below(2))
      // Only while the counter is positive: falling through takes it below zero.
      const next = [0x20, ...local, ...constant('i32', 1), 0x6b, 0x22, ...local]
      return [...code, ...next, ...constant('i32', 0), 0x4a, 0x0d, open, 0x0b]
    }
    const labels = [...around.labels, undefined, undefined, undefined]
    const choice = [
      ...this.expression({ ...around, labels }, 'i32', 2),
      ...constant('i32', 3),
      0x71,
    ]
    const parts = [...part(2), ...part(1), ...part(0)]
    this.loopLabels.delete(loopLabel)
    this.inUse.delete(counter)
    return [
      ...[...constant('i32', 1 + this.random.below(6)), 0x21, ...local],
      ...[0x02, EMPTY, 0x03, EMPTY, 0x02, EMPTY, 0x02, EMPTY, 0x02, EMPTY],
      ...[...choice, 0x0e, 2, 0, 1, 2, 0x0b, ...parts, 0x0b],
    ]
  }

  private readonly inUse = new Set<number>()
  private readonly loopLabels = new Set<number>()

  /** Labels a branch may go to, as depths; those of loops are left out. */
  private targets(scope: Scope, type: Type | undefined): number[] {
    const { labels } = scope
    return labels
      .map((label, i) => ({ label, i }))
      .filter(({ label, i }) => label === type && !this.loopLabels.has(i))
      .map(({ i }) => labels.length - 1 - i)
  }

  private branchOut(scope: Scope): number[] {
    const depths = this.targets(scope, undefined)
    const condition = this.expression(scope, 'i32', 3)
    if (depths.length === 0) {
      const inner = { ...scope, labels: [...scope.labels, undefined] }
      const value = this.expression(inner, scope.result, 2)
      const leave = this.suspends ? [0x0c, ...unsigned(scope.labels.length)] : [0x0f]
      return [...condition, 0x04, EMPTY, ...value, ...leave, 0x0b]
    }
    return [...condition, 0x0d, ...unsigned(this.random.pick(depths))]
  }

  private table(scope: Scope): number[] {
    const inner = { ...scope, labels: [...scope.labels, undefined, undefined, undefined] }
    const depths = this.targets(inner, undefined)
    const list = Array.from({ length: 1 + this.random.below(9) }, () => this.random.pick(depths))
    const index = this.expression(inner, 'i32', 2)
    const mask = this.random.below(2) === 0 ? [...constant('i32', 15), 0x71] : []
    const targets = list.map((depth) => unsigned(depth))
    const jump = [0x0e, ...unsigned(list.length - 1), ...targets.flat()]
    const outer = { ...scope, labels: [...scope.labels, undefined] }
    return [
      ...[0x02, EMPTY, 0x02, EMPTY, 0x02, EMPTY],
      ...[...index, ...mask, ...jump, 0x0b],
      ...[...this.statements({ ...outer, labels: [...outer.labels, undefined] }, 2), 0x0b],
      ...[...this.statements(outer, 2), 0x0b],
    ]
  }

  private expression(scope: Scope, type: Type, depth: number): number[] {
    if (depth === 0 || this.budget <= 0) return this.leaf(scope, type)
    const kinds = [
      () => this.leaf(scope, type),
      () => this.binary(scope, type, depth),
      () => this.binary(scope, type, depth),
      () => this.unary(scope, type, depth),
      () => this.conversion(scope, type, depth),
      () => this.load(scope, type),
      () => this.select(scope, type, depth),
      () => this.call(scope, type, depth),
      () => this.valueIf(scope, type, depth),
      () => this.tee(scope, type, depth),
    ]
    return this.random.pick(kinds)()
  }

  private leaf(scope: Scope, type: Type): number[] {
    const locals = scope.locals.map((_, i) => i).filter((i) => scope.locals[i] === type)
    const globals = this.globals.map((_, i) => i).filter((i) => this.globals[i] === type)
    switch (this.random.below(5)) {
      case 0:
        return this.number(type)
      case 1:
        return globals.length > 0 ? [0x23, this.random.pick(globals)] : this.number(type)
      default:
        return locals.length > 0 ? [0x20, ...unsigned(this.random.pick(locals))] : this.number(type)
    }
  }

  private number(type: Type): number[] {
    const { random } = this
    if (!isInteger(type)) return constant(type, random.pick(FLOATS))
    const word = (): number => (random.below(3) === 0 ? random.next() : random.pick(INTERESTING))
    if (type === 'i32') return constant('i32', word())
    const high = random.below(2) === 0 ? 0 : word()
    return [0x42, ...signed(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(word())))]
  }

  private binary(scope: Scope, type: Type, depth: number): number[] {
    const left = this.expression(scope, type, depth - 1)
    const opcode = this.random.pick(BINARY[type])
    const right = this.expression(scope, type, depth - 1)
    // Most divisors are made odd, so that programs get further than their first division.
    const odd = DIVISIONS.has(opcode) && this.random.below(8) !== 0
    const fix = odd ? [...constant(type, 1), type === 'i32' ? 0x72 : 0x84] : []
    return [...left, ...right, ...fix, opcode]
  }

  private unary(scope: Scope, type: Type, depth: number): number[] {
    return [...this.expression(scope, type, depth - 1), this.random.pick(UNARY[type])]
  }

  private conversion(scope: Scope, type: Type, depth: number): number[] {
    if (type !== 'i32' || this.random.below(3) === 0) {
      const known = this.types.filter((other) => CONVERT[type][other] !== undefined)
      const from = this.random.pick(known)
      return [...this.expression(scope, from, depth - 1), ...this.random.pick(CONVERT[type][from]!)]
    }
    const from = this.random.pick(this.types)
    const left = this.expression(scope, from, depth - 1)
    return [...left, ...this.expression(scope, from, depth - 1), this.random.pick(COMPARE[from])]
  }

  private load(scope: Scope, type: Type): number[] {
    if (!isInteger(type)) return this.leaf(scope, type)
    const offset = unsigned(this.random.pick([0, 0, 8, 2044, 2047, 4096]))
    return [...this.address(scope), this.random.pick(LOADS[type]), 0, ...offset]
  }

  private select(scope: Scope, type: Type, depth: number): number[] {
    return [
      ...this.expression(scope, type, depth - 1),
      ...this.expression(scope, type, depth - 1),
      ...this.expression(scope, 'i32', depth - 1),
      0x1b,
    ]
  }

  /** A call of an earlier function, so that there is no recursion. */
  private call(scope: Scope, type: Type, depth: number): number[] {
    const usable = this.functions
      .map((fn, index) => ({ fn, index }))
      .filter(({ fn, index }) => fn.results[0] === type && index + 4 > this.functions.length)
    if (usable.length === 0 || this.random.below(2) === 0) return this.binary(scope, type, depth)
    const { fn, index } = this.random.pick(usable)
    const operands = fn.parameters.flatMap((parameter) =>
      this.expression(scope, parameter, depth - 1),
    )
    const direct = this.random.below(3) > 0
    if (direct) return [...operands, 0x10, ...unsigned(this.importCount + index)]
    return [...operands, ...constant('i32', index), 0x11, ...unsigned(index), 0]
  }

  private valueIf(scope: Scope, type: Type, depth: number): number[] {
    const inner = { ...scope, labels: [...scope.labels, type as Type | undefined] }
    const code = [...this.expression(scope, 'i32', depth - 1), 0x04, typeCode(type as Type)]
    code.push(...this.statements(inner, this.random.below(2)))
    code.push(...this.expression(inner, type, depth - 1))
    if (this.random.below(4) === 0) {
      code.push(...this.expression(inner, 'i32', 1), 0x0d, 0)
    }
    code.push(0x05, ...this.statements(inner, this.random.below(2)))
    return [...code, ...this.expression(inner, type, depth - 1), 0x0b]
  }

  private tee(scope: Scope, type: Type, depth: number): number[] {
    const locals = scope.locals
      .map((_, i) => i)
      .filter((i) => scope.locals[i] === type && !scope.reserved.has(i))
    if (locals.length === 0) return this.leaf(scope, type)
    return [...this.expression(scope, type, depth - 1), 0x22, ...unsigned(this.random.pick(locals))]
  }
}
