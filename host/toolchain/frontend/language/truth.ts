/**
 * `if (text)`: an empty string counts as false, as null does.
 */
import { values } from './internals.ts'
import type { ExpressionRef } from './internals.ts'
import { callLibrary } from './library.ts'
import type { Patch } from './patch.ts'

/** Extend asc by tests of strings in programs. */
export function patchTruth({ compiler }: Patch): void {
  compiler(
    'makeIsTrueish',
    (original) =>
      function (expr, type, node): ExpressionRef {
        const isText = type.getClass() === this.program.stringInstance
        if (!isText || node.range.source.isLibrary) return original.call(this, expr, type, node)
        const { module } = this
        const text = this.currentFlow.getTempLocal(type)
        const value = (): ExpressionRef => module.local_get(text.index, type.toRef())
        if (!type.isNullableReference)
          this.currentFlow.setLocalFlag(text.index, values.LocalFlags.NonNull)
        // In the form of `a && b`, from which asc concludes that the text is not null.
        return module.if(
          module.local_tee(text.index, expr, type.isManaged),
          callLibrary(this, 'hasText', [value()]),
          module.i32(0),
        )
      },
  )
}
