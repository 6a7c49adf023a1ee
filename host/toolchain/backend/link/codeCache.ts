/**
 * Compiled functions of earlier links. Most functions of a program are the runtime's, and most of those are the same after an edit. The
 * code is what the compiler would make again, so that an image does not depend on what was compiled before it.
 */
import type { FunctionCode } from '../emit/code.ts'
import { bodyKey, moduleKey } from '../lower/bodyKey.ts'
import type { ModuleContext } from '../lower/context.ts'
import type { FunctionBody } from '../wasm/module.ts'

/** A function is kept until this many links have not used it. */
const KEPT_LINKS = 4

interface Entry {
  code: FunctionCode
  /** Number of the last link that used it. */
  link: number
}

export class CodeCache {
  private readonly entries = new Map<string, Entry>()
  private link = 0

  /** Functions that it holds. */
  get size(): number {
    return this.entries.size
  }

  /** The code of a body: that of an equal one, or what `compile` makes. The linker may set labels, and nothing else of it. */
  code(context: ModuleContext, body: FunctionBody, compile: () => FunctionCode): FunctionCode {
    const key = keyOf(context, body)
    if (key === undefined) return compile()
    const entry = this.entries.get(key) ?? { code: compile(), link: 0 }
    entry.link = this.link
    this.entries.set(key, entry)
    return entry.code
  }

  /** Ends a link. */
  forgetOld(): void {
    this.link++
    for (const [key, { link }] of this.entries) {
      if (link < this.link - KEPT_LINKS) this.entries.delete(key)
    }
  }
}

function keyOf(context: ModuleContext, body: FunctionBody): string | undefined {
  const module = moduleKey(context)
  const key = module === undefined ? undefined : bodyKey(context, body)
  return key === undefined ? undefined : `${module} ${key}`
}
