/**
 * Binaryen, which asc brings along, was compiled for engines without exceptions: wherever it must clean up after a call that may throw, it leaves wasm
 * for a JavaScript function, `invoke_…` of Emscripten's runtime, which calls an entry of its table in a `try`. A quarter of the time of
 * its passes goes there. While Binaryen is loaded, those functions are exchanged for ones in wasm that do the same. What does not
 * look as expected stays as it is; what Binaryen does is the same either way.
 */
import { inspect } from './inspect.ts'
import type { Inspected } from './inspect.ts'
import { invocations, TABLE, tableFiller, THROWN } from './modules.ts'

type Callback = (...values: unknown[]) => unknown
type Imports = Record<string, Record<string, Callback>>
type Instantiate = (source: BufferSource, imports?: Imports) => Promise<Loaded>
type Loaded = WebAssembly.WebAssemblyInstantiatedSource

/** Fewer invocations than this are not Emscripten's. */
const FEWEST = 8

let exchanged = 0

/** Invocations that were exchanged when Binaryen was loaded. */
export function exchangedInvocations(): number {
  return exchanged
}

/** Calls `load`, which loads Binaryen, with the exchange in place. */
export async function withInvocationsInWasm<T>(load: () => Promise<T>): Promise<T> {
  const engine = WebAssembly as unknown as { instantiate: Instantiate }
  const { instantiate } = engine
  const plain: Instantiate = (source, imports) => instantiate.call(WebAssembly, source, imports)
  engine.instantiate = (source, imports) =>
    exchange(source, imports, plain) ?? plain(source, imports)
  try {
    return await load()
  } finally {
    engine.instantiate = instantiate
  }
}

/** Undefined for what is not Binaryen. */
function exchange(
  source: BufferSource,
  imports: Imports | undefined,
  instantiate: Instantiate,
): Promise<Loaded> | undefined {
  if (imports === undefined || !(source instanceof Uint8Array)) return undefined
  const isInvocation = ({ module, name, type }: Inspected['imports'][number]): boolean =>
    type.results.length <= 1 && looksLikeInvocation(imports[module][name])
  if (Object.values(imports).flatMap(Object.values).filter(looksLikeInvocation).length < FEWEST) {
    return undefined
  }
  const inspected = inspect(source)
  if (inspected === undefined || inspected.tableEntries === 0) return undefined
  const chosen = inspected.imports.filter(isInvocation)
  return instantiateWith(source, imports, { ...inspected, imports: chosen }, instantiate)
}

/** `function (entry, …) { const stack = save(); try { return table(entry)(…) } catch …`, in whatever names. */
function looksLikeInvocation(value: unknown): boolean {
  if (typeof value !== 'function') return false
  const text = Function.prototype.toString.call(value)
  const entry = /^(?:function\b[^(]*)?\(\s*([\w$]+)/.exec(text)?.[1]
  const called = /\btry\s*\{\s*(?:return\s+)?[\w$]+\(\s*([\w$]+)\s*\)\(/.exec(text)?.[1]
  return entry !== undefined && entry === called
}

async function instantiateWith(
  source: BufferSource,
  imports: Imports,
  { imports: chosen, tableEntries, save, restore, note }: Inspected,
  instantiate: Instantiate,
): Promise<Loaded> {
  const bytes = invocations(
    chosen.map(({ type }) => type),
    tableEntries,
  )
  const { exports } = instanceOf(bytes)
  const thrown = exports[THROWN] as WebAssembly.Global
  const given = Object.fromEntries(
    Object.entries(imports).map(([module, functions]) => [module, watched(functions, thrown)]),
  )
  chosen.forEach(({ module, name }, i) => {
    given[module][name] = exports[`invoke${i}`] as Callback
  })
  const loaded = await instantiate(source, given)
  const from = Object.values(loaded.instance.exports).find((it) => it instanceof WebAssembly.Table)
  if (from === undefined) return instantiate(source, imports)
  const functions = [save, restore, note].map((name, i) => [
    `function${i}`,
    loaded.instance.exports[name],
  ])
  instanceOf(tableFiller(tableEntries), {
    in: { from, to: exports[TABLE], ...Object.fromEntries(functions) },
  })
  exchanged = chosen.length
  return loaded
}

/** Functions that tell whether what they throw is an exception of C++, which is a number. Whoever returns has caught what there was. */
function watched(
  functions: Record<string, Callback>,
  thrown: WebAssembly.Global,
): Record<string, Callback> {
  const watch = (call: Callback): Callback =>
    typeof call !== 'function'
      ? call
      : (...values) => {
          try {
            const result = call(...values)
            thrown.value = 0
            return result
          } catch (error) {
            thrown.value = typeof error === 'number' ? 1 : 0
            throw error
          }
        }
  return Object.fromEntries(Object.entries(functions).map(([name, call]) => [name, watch(call)]))
}

function instanceOf(bytes: Uint8Array, imports?: WebAssembly.Imports): WebAssembly.Instance {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), imports)
}
