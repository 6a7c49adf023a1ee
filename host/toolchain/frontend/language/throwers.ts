/**
 * Which functions may throw: those with a `throw` that no `try` around it catches, and those that call one of them outside of a `try`.
 */
import binaryen from 'assemblyscript/binaryen'
import type { Function, Signature } from 'assemblyscript'
import { values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'

type Callee = { instance: Function } | { signature: Signature }

interface Call {
  /** The test behind the call. */
  test: ExpressionRef
  /** The function that fails when the call does; none if a `try` catches it. */
  caller?: Function
  callee: Callee
}

/** Binaryen's functions that its declarations leave out. */
const { _BinaryenIfSetCondition: setCondition } = binaryen as unknown as {
  _BinaryenIfSetCondition(expression: ExpressionRef, condition: ExpressionRef): void
}

/** The calls of a program behind which a failure is looked for. */
export class CallGraph {
  private readonly calls: Call[] = []
  private readonly throwers = new Set<Function>()

  addThrower(thrower: Function): void {
    this.throwers.add(thrower)
  }

  addCall(test: ExpressionRef, caller: Function | undefined, callee: Callee): void {
    this.calls.push({ test, caller, callee })
  }

  /** Make the tests behind calls of functions that never throw false. */
  prune(compiler: CompilerInternals): void {
    const throwing = this.throwing(compiler)
    for (const { test, callee } of this.calls) {
      if (!throwing(callee)) setCondition(test, compiler.module.i32(0))
    }
  }

  /** Whether a call of something may fail: the closure of the relation. */
  private throwing(compiler: CompilerInternals): (callee: Callee) => boolean {
    const functions = new Set(this.throwers)
    const signatures = new Set<string>()
    const tabled = new Set(compiler.functionTable)
    const spread = (thrower: Function): void => {
      if (tabled.has(thrower)) signatures.add(keyOf(thrower.signature))
    }
    const may = (callee: Callee): boolean =>
      'signature' in callee
        ? signatures.has(keyOf(callee.signature))
        : targets(compiler, callee.instance).some((target) => functions.has(target))
    functions.forEach(spread)
    for (let grown = true; grown;) {
      grown = false
      for (const { caller, callee } of this.calls) {
        if (!caller || functions.has(caller) || !may(callee)) continue
        functions.add(caller)
        spread(caller)
        grown = true
      }
    }
    return may
  }
}

/** Calls through a table are told apart by their types in WebAssembly. */
function keyOf({ paramRefs, resultRefs }: Signature): string {
  return `${paramRefs}:${resultRefs}`
}

/** The function itself and what overrides it. */
function targets({ resolver }: CompilerInternals, { original }: Function): Function[] {
  if (!original.is(values.CommonFlags.Overridden)) return [original]
  return [original, ...(resolver.resolveOverrides(original) ?? [])]
}

const runtimeBasics =
  /^~lib\/nothread\/guest\/(?:heap|collector|lock|rv|system|abort|closure|unwind|co|generated\/\w+)\//

/** Parts of asc's library that never throw. */
const libraryBasics = /^~lib\/(?:rt|memory|builtins|math|util\/(?!uri))\b/

/** Accesses to elements of lists. */
const accessor = /^~lib\/(?:array|staticarray|typedarray)\/[^#]*#__get$/

/** Whether a call of a function may come to code that throws; rough, but right when it says no. */
export function mayLead({ internalName, prototype }: Function): boolean {
  if (!prototype.bodyNode && !prototype.is(values.CommonFlags.Overridden)) return false
  if (runtimeBasics.test(internalName)) return false
  return !libraryBasics.test(internalName)
}

/** Whether a function is the runtime's. */
export function isOwnCode({ internalName }: Function): boolean {
  return internalName.startsWith('~lib/nothread/')
}

/** Whether a function gives an element of a list: small, and called everywhere. */
export function isAccessor({ internalName }: Function): boolean {
  return accessor.test(internalName)
}
