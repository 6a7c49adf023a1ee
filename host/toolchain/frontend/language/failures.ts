/**
 * `throw`, `try`, `catch`, `finally`. An error on its way is a word of the thread's block. `throw` writes it and leaves: to the `catch` of the
 * function, or out of the function with a result that nobody uses. Behind each call of a function that may throw stands
 *
 *     if (failed()) { passed(function, line); br $catch  |  return 0 }
 *
 * Which functions may throw is known when all are compiled (throwers.ts); the other tests are then made false and vanish.
 *
 * What asc's library throws (an index out of range, a missing key), and a null where there must be an object, are such errors too. In the
 * runtime's own code the same would be a mistake of ours, and ends the program.
 */
import type { Expression, NewExpression, Node, ThrowStatement, TryStatement } from 'assemblyscript'
import { patchExits } from './exits.ts'
import { patchCalls } from './failingCalls.ts'
import { errorType, leave, place, State } from './failureState.ts'
import { values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { LibraryFunction } from './library.ts'
import type { Labels } from './labels.ts'
import type { Patch } from './patch.ts'
import { isOwnCode } from './throwers.ts'
import { compileTry } from './tries.ts'

/** Extend asc by errors that can be caught. */
export function patchFailures(patch: Patch, labels: Labels): void {
  const state = new State(labels)
  patchThrow(patch, state)
  patchLibrary(patch, state)
  patchCalls(patch, state)
  patchExits(patch, state)
  patch.compiler(
    'compile',
    (original) =>
      function () {
        const module = original.call(this)
        state.graph.prune(this)
        return module
      },
  )
}

function patchThrow({ compiler }: Patch, state: State): void {
  compiler(
    'compileThrowStatement',
    (original) =>
      function (statement: ThrowStatement): ExpressionRef {
        const flow = this.currentFlow
        const isForeign = isOfLibrary(statement)
        if (isForeign && isOwnCode(flow.targetFunction)) return original.call(this, statement)
        flow.set(values.FlowFlags.Throws | values.FlowFlags.Terminates)
        const raised = isForeign
          ? raiseForeign(this, state, statement.value)
          : raise(this, statement)
        return thrown(this, state, raised)
      },
  )
  compiler(
    'compileTryStatement',
    () =>
      function (statement: TryStatement): ExpressionRef {
        return compileTry(this, state, statement)
      },
  )
}

/** The error is on its way; leave. */
function thrown(compiler: CompilerInternals, state: State, raised: ExpressionRef): ExpressionRef {
  const flow = compiler.currentFlow
  if (!state.isCaught(flow)) state.graph.addThrower(flow.targetFunction)
  return compiler.module.block(null, [raised, ...leave(compiler, state)])
}

function raise(compiler: CompilerInternals, { value, range }: ThrowStatement): ExpressionRef {
  const error = compileError(compiler, value)
  // The runtime's own functions are no places in the program.
  if (range.source.isLibrary) return callLibrary(compiler, 'resumeFailure', [error])
  return callLibrary(compiler, 'raise', [error, ...place(compiler, value)])
}

function compileError(compiler: CompilerInternals, value: Expression): ExpressionRef {
  return compiler.compileExpression(value, errorType(compiler), values.Constraints.ConvImplicit)
}

/** asc's own library. */
function isOfLibrary({ range: { source } }: Node): boolean {
  return source.isLibrary && !source.internalPath.startsWith('~lib/nothread/')
}

/** The library throws new errors with a text; small code, since it stands at every access to a list. */
function raiseForeign(compiler: CompilerInternals, state: State, value: Expression): ExpressionRef {
  const { typeName, args } = value as NewExpression
  const raiser = raisers.get(typeName.identifier.text)
  if (!raiser) return callLibrary(compiler, 'resumeFailure', [compileError(compiler, value)])
  const text = compiler.compileExpression(args[0], compiler.program.stringInstance.type)
  return raiseText(compiler, state, raiser, text)
}

const raisers = new Map<string, LibraryFunction>([
  ['Error', 'raiseError'],
  ['RangeError', 'raiseRangeError'],
])

function raiseText(
  compiler: CompilerInternals,
  { site }: State,
  raiser: LibraryFunction,
  text: ExpressionRef,
): ExpressionRef {
  const { module, currentFlow, options } = compiler
  const { targetFunction: fn } = currentFlow
  const isUsers = site && !fn.internalName.startsWith('~lib/')
  const none = (): ExpressionRef => compiler.makeZero(options.usizeType)
  const at = isUsers ? place(compiler, site, fn) : [none(), module.i32(0)]
  return callLibrary(compiler, raiser, [text, ...at])
}

/** What asc itself checks: values that must not be null, and casts. `assert` still ends the program. */
function patchLibrary({ compiler }: Patch, state: State): void {
  let isAssertion = false
  compiler(
    'makeAbort',
    (original) =>
      function (message, node): ExpressionRef {
        isAssertion = true
        const code = original.call(this, message, node)
        isAssertion = false
        return code
      },
  )
  compiler(
    'makeStaticAbort',
    (original) =>
      function (message, node): ExpressionRef {
        if (isAssertion || node.range.source.isLibrary) return original.call(this, message, node)
        const at = place(this, node)
        return thrown(this, state, callLibrary(this, 'raiseTypeError', [message, ...at]))
      },
  )
}
