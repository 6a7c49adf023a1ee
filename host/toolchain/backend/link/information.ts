/** What the image tells debuggers about compiled functions and global variables (dwarf/information.ts). */
import type { DebugInformation, FunctionInformation, Variable } from '../../dwarf/information.ts'
import type { SourceFunction, SourceNames } from '../../frontend/names.ts'
import { wordsOf } from '../lower/context.ts'
import type { Compiled } from './program.ts'
import type { Unit } from './units.ts'
import type { Text } from './text.ts'

interface Options {
  names?: SourceNames
  renameSource?: (file: string) => string
}

export function debugInformation(
  { names, renameSource = (file) => file }: Options,
  compiled: readonly Compiled[],
  text: Text,
  globals: Variable[],
): DebugInformation {
  const sources = new Map(names?.functions.map((item) => [item.symbol, item]))
  const functions = compiled.map((item, index) =>
    describeFunction(text, index, sources.get(item.code.name), renameSource),
  )
  return { functions, variables: globals }
}

function describeFunction(
  text: Text,
  index: number,
  source: SourceFunction | undefined,
  rename: (file: string) => string,
): FunctionInformation {
  const { code, address, size } = text.functions[index]
  const addresses = Array.from(text.itemAddresses(index), ({ at }) => at - address)
  return {
    name: source?.name ?? code.name,
    symbol: code.name,
    address,
    size,
    file: source === undefined ? '' : rename(source.file),
    line: source?.line ?? 0,
    result: source?.result ?? 'void',
    frameRegister: code.frameRegister,
    variables: code.variables.map(({ name, ...variable }) => ({
      // asc tells locals of the same name apart by their index.
      name: name.replace(/\|\d+$/, ''),
      type: source?.locals[name] ?? (variable.words === 2 ? 'i64' : 'i32'),
      parameter: variable.parameter,
      place: variable.place,
    })),
    unwind: code.unwind.map(({ item, ...row }) => ({ offset: addresses[item] ?? size, ...row })),
  }
}

/** Global variables of a module that are in memory, by the names of the name section. */
export function globalVariables(
  { context: { module, globals } }: Unit,
  resolve: (symbol: string) => number,
  names: SourceNames | undefined,
): Variable[] {
  const result: Variable[] = []
  for (const [index, name] of module.globalNames) {
    const place = globals[index]
    if (place?.kind !== 'memory') continue
    const address = resolve(place.symbol) + place.offset
    const type = names?.globals[name] ?? (wordsOf(place.type) === 2 ? 'i64' : 'i32')
    result.push({ name, type, place: { at: 'address', address } })
  }
  return result
}
