/**
 * What the compilation of errors keeps: the `try`s around the code that is compiled, and where an error goes from it.
 */
import type {
  BlockStatement,
  BreakStatement,
  ClassPrototype,
  ContinueStatement,
  ExpressionStatement,
  Flow,
  Function,
  Local,
  Node,
  ReturnStatement,
  Type,
} from 'assemblyscript'
import { calledName, typesOf, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Labels } from './labels.ts'
import { CallGraph } from './throwers.ts'

/** A way out of a `try` with `finally` other than its end. */
export interface Exit {
  number: number
  statement: ReturnStatement | BreakStatement | ContinueStatement
  /** The value that a `return` has computed. */
  held?: Local
}

/** The `finally` of a `try`, while what it belongs to is compiled. */
export interface Finally {
  label: string
  /** Holds the number of the exit that was taken: 0 is the end, 1 a failure. */
  taken: Local
  exits: Exit[]
  flow: Flow
  breakLabel: string | null
  continueLabel: string | null
  inlineLabel: string | null
  /** Labels around the `try`, and those of loops whose bodies it is in. */
  breakable: Set<string>
  continuable: Set<string>
}

/** A `try` around the code that is compiled. */
export interface Context {
  /** Where an error goes. */
  label: string
  finally?: Finally
}

/** What is kept while a program is compiled. */
export class State {
  readonly graph = new CallGraph()
  readonly labels: Labels
  private readonly contexts = new Map<Function, Context[]>()
  private readonly results = new Map<Function, Map<Type, Local>>()
  private numbers = 0

  constructor(labels: Labels) {
    this.labels = labels
  }

  of(flow: Flow): Context[] {
    let stack = this.contexts.get(flow.targetFunction)
    if (!stack) this.contexts.set(flow.targetFunction, (stack = []))
    return stack
  }

  /** Whether an error does not leave the function. */
  isCaught(flow: Flow): boolean {
    return this.of(flow).some((context) => !context.finally)
  }

  /** Call that is being compiled in place, if it is one of the program. */
  site?: Node

  label(name: string): string {
    return `${name}|${this.numbers++}`
  }

  /** The local that holds a call's result while the failure is looked for. */
  result(flow: Flow, type: Type): Local {
    const owner = flow.targetFunction
    let locals = this.results.get(owner)
    if (!locals) this.results.set(owner, (locals = new Map<Type, Local>()))
    const known = locals.get(type)
    if (known && owner.localsByIndex[known.index] === known) return known
    const local = owner.addLocal(type)
    locals.set(type, local)
    return local
  }
}

export function errorType(compiler: CompilerInternals): Type {
  const prototype = compiler.program.lookup('Error') as ClassPrototype
  const error = compiler.resolver.resolveClass(prototype, null)
  if (!error) throw new Error('The library has no class Error.')
  return error.type
}

/** Where an error comes from or passes: name of the function with its file, and line. */
export function place(
  compiler: CompilerInternals,
  node: Node,
  { internalName }: Function = compiler.currentFlow.sourceFunction,
): ExpressionRef[] {
  const { source, start } = node.range
  const name = withoutTypes(internalName)
    .replace(/^.*?([^/]*)$/s, '$1')
    .replace(/[~#]?anonymous\|\d+/g, ' (inner)')
    .replace(/[#~]/g, '.')
  const text = compiler.ensureStaticString(`${name} (${source.normalizedPath}:`)
  return [text, compiler.module.i32(source.lineAt(start))]
}

/** A name without type arguments, which hold names themselves. */
function withoutTypes(name: string): string {
  const shorter = name.replace(/=>/g, '').replace(/<[^<>]*>/g, '')
  return shorter === name ? name : withoutTypes(shorter)
}

/** Go to the `catch` or `finally` around, or out of the function. */
export function leave(compiler: CompilerInternals, state: State): ExpressionRef[] {
  const { module, currentFlow: flow } = compiler
  const context = state.of(flow).at(-1)
  if (context) return [module.br(context.label)]
  const abandons = isGenerator(flow.targetFunction)
    ? [callLibrary(compiler, 'abandonGenerator', [callLibrary(compiler, 'ownFrame')])]
    : []
  const { returnType } = flow.targetFunction.signature
  const isVoid = returnType === typesOf(compiler).void
  const out = isVoid ? module.return() : module.return(compiler.makeZero(returnType))
  return [...abandons, out]
}

/** Whether the rewrite has made a generator of a function: it begins with a frame, and waits to be asked. */
function isGenerator({ prototype: { bodyNode } }: Function): boolean {
  if (bodyNode?.kind !== values.NodeKind.Block) return false
  const second = (bodyNode as BlockStatement).statements.at(1)
  if (second?.kind !== values.NodeKind.Expression) return false
  return calledName((second as ExpressionStatement).expression) === '__beginGenerator'
}
