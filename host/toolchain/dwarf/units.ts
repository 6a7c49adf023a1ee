/** Divides what is known of an image's source into compilation units: one per source file. */
import type { Image, SourceLine } from '../elf/image.ts'
import { segmentAt } from '../elf/image.ts'
import type { FunctionInformation, Variable } from './information.ts'
import { readInformation } from './information.ts'

/** Rows of one stretch of code without gaps, and the address behind it. */
export interface Sequence {
  rows: SourceLine[]
  end: number
}

export interface Unit {
  file: string
  sequences: Sequence[]
  functions: FunctionInformation[]
  variables: Variable[]
}

/** Stands for the source of what has none: GDB fails for a unit without a name. */
const generated = 'nothread'

export function unitsOf(image: Image): Unit[] {
  const units = new Map<string, Unit>()
  const unitOf = (name: string): Unit => {
    const file = name === '' ? generated : name
    let unit = units.get(file)
    if (unit === undefined) {
      unit = { file, sequences: [], functions: [], variables: [] }
      units.set(file, unit)
    }
    return unit
  }
  const { functions, variables } = readInformation(image)
  const known = new Map(functions.map((item) => [item.address, item]))
  for (const sequence of splitSequences(image)) {
    const [row] = sequence.rows
    unitOf(known.get(row.address)?.file || row.file).sequences.push(sequence)
  }
  for (const item of [...functions, ...assembledFunctions(image, known)]) {
    unitOf(item.file).functions.push(item)
  }
  for (const variable of variables) unitOf(fileOf(variable, functions)).variables.push(variable)
  return [...units.values()]
}

/** A variable belongs to the file of the functions that begin with the same module path. */
function fileOf({ name }: Variable, functions: readonly FunctionInformation[]): string {
  const module = modulePath(name)
  return functions.find(({ symbol }) => modulePath(symbol) === module)?.file ?? `${module}.ts`
}

function modulePath(symbol: string): string {
  const plain = symbol.split('<', 1)[0]
  return plain.slice(0, Math.max(plain.lastIndexOf('/'), 0))
}

/** Functions of assembled objects, of which only the symbol is known. */
function assembledFunctions(
  { symbols, lines }: Image,
  known: ReadonlyMap<number, unknown>,
): FunctionInformation[] {
  const files = new Map(lines.map(({ address, file, line }) => [address, { file, line }]))
  return symbols.flatMap(({ name, address, size, kind }) => {
    const place = files.get(address)
    if (kind !== 'function' || size === 0 || known.has(address) || !place?.line) return []
    return [{ name, symbol: name, address, size, ...place, result: 'void', ...nothing }]
  })
}

const nothing = { variables: [], unwind: [] }

function splitSequences(image: Image): Sequence[] {
  const lines = [...image.lines].sort((a, b) => a.address - b.address)
  const sequences: Sequence[] = []
  let current: Sequence | undefined
  for (const row of lines) {
    if (current !== undefined && row.address >= current.end) current = undefined
    if (row.line === 0) {
      if (current !== undefined) current.end = row.address
      current = undefined
    } else {
      if (current === undefined) {
        current = { rows: [], end: endOfCode(image, row.address) }
        sequences.push(current)
      }
      current.rows.push(row)
    }
  }
  return sequences
}

function endOfCode(image: Image, address: number): number {
  const segment = segmentAt(image, address)
  return segment === undefined ? address + 2 : segment.address + segment.memorySize
}
