/**
 * Compiles what an image needs of its wasm modules: the program's module and the support routines. Functions are compiled when
 * something reaches them: exports, table entries, the entry symbol, assembly objects, or compiled code.
 */
import type { FunctionCode } from '../emit/code.ts'
import { BackendError } from '../errors.ts'
import { descriptorSymbol } from '../lower/context.ts'
import { lowerFunction } from '../lower/function.ts'
import type { Dump } from '../passes/pipeline.ts'
import { compileFunction } from '../passes/pipeline.ts'
import type { FunctionBody, WasmModule } from '../wasm/module.ts'
import type { CodeCache } from './codeCache.ts'
import type { Unit } from './units.ts'

export interface Compiled {
  readonly code: FunctionCode
  readonly unit: Unit
}

/** Compiles everything that `roots` reach. The result is in the order of discovery. */
export function compileReachable(
  units: readonly Unit[],
  roots: Iterable<string>,
  isKnown: (symbol: string) => boolean,
  options: { dump?: Dump; cache?: CodeCache } = {},
): Compiled[] {
  // Whoever wants to see the passes wants them to run.
  const cache = options.dump === undefined ? options.cache : undefined
  const result: Compiled[] = []
  const seen = new Set<string>()
  const bodies = units.map((unit) => bodiesByIndex(unit.context.module))
  const work = [...roots]
  for (let i = 0; i < work.length; i++) {
    const symbol = work[i]
    if (isKnown(symbol)) continue
    const at = units.findIndex((unit) => unit.functions.has(symbol))
    if (at < 0) throw new BackendError('unresolved', `undefined symbol ${symbol}`)
    const unit = units[at]
    const index = unit.functions.get(symbol)!
    const name = unit.context.functionSymbols[index]
    if (seen.has(name)) continue
    seen.add(name)
    const body = bodies[at].get(index)
    if (body === undefined) continue // an import that is exported again
    const compile = (): FunctionCode => compileBody(unit, body, options.dump)
    const code = cache?.code(unit.context, body, compile) ?? compile()
    result.push({ code, unit })
    work.push(...referencedSymbols(code))
  }
  cache?.forgetOld()
  return result
}

const bodiesByIndex = (module: WasmModule): Map<number, FunctionBody> =>
  new Map(module.bodies.map((body) => [body.index, body]))

function compileBody(unit: Unit, body: FunctionBody, dump?: Dump): FunctionCode {
  try {
    return compileFunction(lowerFunction(unit.context, body), dump)
  } catch (error) {
    if (error instanceof BackendError || !(error instanceof Error)) throw error
    const name = unit.context.functionSymbols[body.index]
    throw new BackendError('internal', `the backend failed: ${error.message}`, name)
  }
}

/** Symbols that calls and address constants of a function name, without its own tables and its descriptor. */
function referencedSymbols(code: FunctionCode): Set<string> {
  const symbols = new Set<string>()
  for (const { target } of code.items) {
    if (typeof target === 'string' && !code.symbols.has(target)) symbols.add(target)
  }
  symbols.delete(descriptorSymbol(code.name))
  return symbols
}
