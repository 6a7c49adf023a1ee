/**
 * The state of lowering one wasm function to the intermediate representation: the operand stack, the control stack and the
 * instructions' common services. The instructions themselves are in the tables of the files beside this one.
 */
import { BackendError } from '../errors.ts'
import type { Block, Home, Register } from '../ir/ir.ts'
import { FunctionBuilder } from '../ir/builder.ts'
import type { FunctionBody, FunctionType, ValueType } from '../wasm/module.ts'
import { Reader } from '../wasm/reader.ts'
import type { ModuleContext } from './context.ts'
import { supportSymbol, totalWords, wordsOf } from './context.ts'
import { assignHomes } from './homes.ts'

/** A wasm value: one word, or the low and the high word. */
export type Value = readonly Register[]

/** A structured control instruction that is open. */
export interface Control {
  kind: 'function' | 'block' | 'loop' | 'if'
  /** Where `br` to it goes, and the variables (word by word) that carry the label's values. */
  label: Block
  labelTypes: readonly ValueType[]
  labelVariables: number[]
  /** The block behind its `end`, and its results. */
  end: Block
  results: readonly ValueType[]
  resultVariables: number[]
  /** The else part of an `if` until its `else` is seen, with the parameters it starts with. */
  otherwise: Block | undefined
  parameters: Value[]
  height: number
  /** `checked` where it begins. */
  checked: ReadonlySet<Register>
}

export class Lowering {
  readonly context: ModuleContext
  readonly builder: FunctionBuilder
  readonly reader: Reader
  readonly type: FunctionType
  readonly controls: Control[] = []
  stack: Value[] = []
  /** Variables of each local, word by word. */
  readonly locals: number[][] = []
  /** Homes of the locals that have one, and the same before it is known that they can be used (homes.ts). */
  homes: readonly (Home | undefined)[] = []
  plannedHomes: readonly (Home | undefined)[] = []
  /** What loads from homes yield when no debugger has changed it. */
  readonly knownValues = new Map<Register, Register>()
  /** Addresses that have been checked on every way here; negative for their bounds. */
  checked = new Set<Register>()
  /** False behind a branch, until the next label. */
  reachable = true

  constructor(context: ModuleContext, body: FunctionBody) {
    this.context = context
    this.type = context.module.types[body.type]
    this.reader = new Reader(context.module.bytes, body.start, body.end)
    const symbol = context.functionSymbols[body.index]
    const parameterWords = totalWords(this.type.parameters)
    this.builder = new FunctionBuilder(symbol, parameterWords, totalWords(this.type.results))
    // With homes the prologue is code of its own, which belongs to no statement.
    if (context.options.homes === undefined) this.builder.at = 0
    this.declareLocals(body.locals, parameterWords)
    assignHomes(this, body)
  }

  private declareLocals(locals: readonly ValueType[], parameterWords: number): void {
    const { builder } = this
    const words = builder.append('parameters', [], 0, parameterWords).defs
    let next = 0
    for (const type of [...this.type.parameters, ...locals]) {
      const variables: number[] = []
      for (let k = 0; k < wordsOf(type); k++) {
        const variable = builder.newVariable()
        builder.write(variable, words[next++] ?? builder.constant(0))
        variables.push(variable)
      }
      this.locals.push(variables)
    }
  }

  /** The constant that a register holds, for operands that must be constants. */
  constantOf(register: Register): number | undefined {
    return this.builder.constantOf(this.knownValues.get(register) ?? register)
  }

  get name(): string {
    return this.builder.fn.name
  }

  internal(what: string): never {
    throw new BackendError('internal', what, this.name)
  }

  unsupported(what: string): never {
    throw new BackendError('unsupported', what, this.name)
  }

  push(...value: Register[]): void {
    this.stack.push(value)
  }

  pop(): Value {
    return this.stack.pop() ?? this.internal('operand stack underflow')
  }

  /** Pops a one-word value. */
  popWord(): Register {
    return this.pop()[0]
  }

  popValues(count: number): Value[] {
    if (count > this.stack.length) this.internal('operand stack underflow')
    return this.stack.splice(this.stack.length - count, count)
  }

  /** Puts the words of a list of results on the stack as values of the given types. */
  pushWords(types: readonly ValueType[], words: readonly Register[]): void {
    let next = 0
    for (const type of types) {
      const count = wordsOf(type)
      this.stack.push(words.slice(next, next + count))
      next += count
    }
  }

  /** Calls a support routine with the standard calling convention. */
  support(mnemonic: string, uses: Register[], results: number): Register[] {
    const call = this.builder.append('call', uses, 0, results)
    call.symbol = supportSymbol(mnemonic)
    return call.defs
  }
}

/** What an opcode does; it reads its own immediates. */
export type Lower = (lowering: Lowering) => void

export type LowerTable = Record<number, Lower>
