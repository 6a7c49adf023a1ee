/** The image's line table: rows of assembled objects, and of compiled code by asc's source map. */
import type { FunctionInformation } from '../../dwarf/information.ts'
import type { SourceLine } from '../../elf/image.ts'
import type { SourceNames } from '../../frontend/names.ts'
import type { Objects } from './objects.ts'
import type { Compiled } from './program.ts'
import { SourceMap } from './sourceMap.ts'
import type { Text } from './text.ts'

export interface LineOptions {
  /** Text of the source map. */
  sourceMap?: string
  /** What the source calls functions, and where they are. */
  names?: SourceNames
  /** Names of files in the source map to names in the line table. */
  renameSource?: (file: string) => string
}

const NOWHERE = { file: '', line: 0, column: 0 }

/** Rows in the order of addresses; code without a source is said to have none. */
export function sourceLines(
  options: LineOptions,
  objects: Objects,
  compiled: readonly Compiled[],
  text: Text,
  functions: readonly FunctionInformation[],
): SourceLine[] {
  const rows = objects.lines()
  if (options.sourceMap !== undefined) {
    const map = new SourceMap(options.sourceMap)
    const rename = options.renameSource ?? ((file: string) => file)
    const sourceFiles = new Map(options.names?.functions.map(({ symbol, file }) => [symbol, file]))
    compiled.forEach((item, i) => {
      const rowsOf = (file?: string) => functionLines(map, rename, item, text, i, file)
      // What a debugger shows as one function has lines of one file: inlined code belongs to the call.
      const own = item.code.homes && sourceFiles.get(item.code.name)
      const inOwn = rowsOf(own)
      rows.push(...prologueLine(functions[i], item), ...(inOwn.length > 1 ? inOwn : rowsOf()))
    })
  }
  return rows.sort((a, b) => a.address - b.address)
}

/** Where variables have homes, the code that fills them belongs to the declaration, so that debuggers stop behind it. */
function prologueLine(
  { address, file, line }: FunctionInformation,
  { code }: Compiled,
): SourceLine[] {
  return code.homes === undefined || line === 0 ? [] : [{ address, file, line, column: 0 }]
}

function functionLines(
  map: SourceMap,
  rename: (file: string) => string,
  { unit }: Compiled,
  text: Text,
  index: number,
  file?: string,
): SourceLine[] {
  const { code, address, size } = text.functions[index]
  if (unit.isSupport) return [{ address, ...NOWHERE }]
  const { bodies, importedFunctions } = unit.context.module
  const body = bodies[unit.functions.get(code.name)! - importedFunctions]
  const rows: SourceLine[] = []
  let last = ''
  for (const { at, item } of text.itemAddresses(index)) {
    const place = map.find(body.start + item.at, body.start, file)
    if (place === undefined) continue
    const key = `${place.file}:${place.line}:${place.column}`
    if (key !== last) rows.push({ ...place, address: at, file: rename(place.file) })
    last = key
  }
  return [...rows, { address: address + size, ...NOWHERE }]
}
