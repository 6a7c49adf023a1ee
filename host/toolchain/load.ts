/** Loads the compiler, which is large, when it is first needed, and its optimiser so that it runs fast. */
import type * as Toolchain from './index.ts'
import { withInvocationsInWasm } from './invocations/index.ts'

let loaded: Promise<typeof Toolchain> | undefined

export function loadToolchain(): Promise<typeof Toolchain> {
  loaded ??= withInvocationsInWasm(() => import('./index.ts')).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}
