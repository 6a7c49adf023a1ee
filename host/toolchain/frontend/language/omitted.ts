/**
 * Arguments that are left out. A call that leaves some out, and every call through a function value, tells the function how many there are, which
 * then computes the others. asc tells it in a global variable; here it is a word of the thread's block, so that another thread
 * that runs between the call and the function's look at it has its own.
 */
import type { CompilerInternals } from './internals.ts'
import { callLibrary, requireLibrary } from './library.ts'
import type { Patch } from './patch.ts'

/** asc's name of the variable. */
const COUNT = '~argumentsLength'

/** Extend asc by arguments that threads may leave out. */
export function patchOmitted({ compiler, module }: Patch): void {
  let running: CompilerInternals | undefined
  let isAsked = false
  compiler(
    'compile',
    (original) =>
      function () {
        running = this
        const compiled = original.call(this)
        if (!isAsked) forgetCount(this)
        return compiled
      },
  )
  module(
    'global_get',
    (original) =>
      function (name, type) {
        if (name !== COUNT || !running) return original.call(this, name, type)
        isAsked = true
        return callLibrary(running, 'argumentCount')
      },
  )
  module(
    'global_set',
    (original) =>
      function (name, value) {
        if (name !== COUNT || !running) return original.call(this, name, value)
        return callLibrary(running, 'setArgumentCount', [value])
      },
  )
}

/** Nobody asks for the number of arguments: calls need not tell it. */
function forgetCount(compiler: CompilerInternals): void {
  const { module } = compiler
  const { internalName, signature } = requireLibrary(compiler, 'setArgumentCount')
  module.removeFunction(internalName)
  const { paramRefs, resultRefs } = signature
  module.addFunction(internalName, paramRefs, resultRefs, null, module.nop())
}
