/**
 * What has to be known of Binaryen's wasm for the exchange of its invocations: types of imported functions, the size of the table, and the
 * exports that Emscripten's runtime consists of, which are known by their code, since their names are shortened.
 */
import { Reader } from '../backend/wasm/reader.ts'

export interface Signature {
  /** Value types as in the binary format. */
  parameters: number[]
  results: number[]
}

export interface Inspected {
  imports: { module: string; name: string; type: Signature }[]
  tableEntries: number
  /** Exports that read and set the stack pointer, and that note an exception for the code behind a call. */
  save: string
  restore: string
  note: string
}

const HEADER_BYTES = 8
const SECTION = { type: 1, import: 2, table: 4, export: 7, start: 8, code: 10 } as const
const FUNCTION = 0

/** `global.get 0` */
const SAVE = /^\0#\0\v$/
/** `local.get 0, global.set 0` */
const RESTORE = /^\0 \0\$\0\v$/
/** `if (exception == 0) { value = local 1; exception = local 0 }`, with two words of memory. */
const NOTE = /^\0A([^]{1,5})\(\x02\0E\x04@A[^]{1,5} \x016\x02\0A\1 \x006\x02\0\v\v$/

const letters = new TextDecoder('latin1')

/** Undefined for a module that does not have all of it, as Emscripten writes it. */
export function inspect(bytes: Uint8Array): Inspected | undefined {
  const reader = new Reader(bytes, HEADER_BYTES)
  const sections = new Map<number, Reader>()
  while (!reader.done) {
    const id = reader.byte()
    sections.set(id, reader.part(reader.u32()))
  }
  const section = (id: number): Reader => sections.get(id) ?? new Reader(bytes, 0, 0)
  if (sections.has(SECTION.start) || !sections.has(SECTION.table)) return undefined
  const types = section(SECTION.type).vector(readSignature)
  const imports = section(SECTION.import).vector((r) => readImport(r, types))
  if (imports.includes(undefined)) return undefined
  const functions = imports as Inspected['imports']
  const bodies = section(SECTION.code).vector((r) => r.span(r.u32()))
  const exported = section(SECTION.export).vector(readExport)
  const named = (code: RegExp): string | undefined =>
    exported.find(({ kind, index }) => {
      const body = kind === FUNCTION ? bodies[index - functions.length] : undefined
      return body !== undefined && body.length < 40 && code.test(letters.decode(body))
    })?.name
  const [save, restore, note] = [named(SAVE), named(RESTORE), named(NOTE)]
  if (save === undefined || restore === undefined || note === undefined) return undefined
  return {
    imports: functions,
    tableEntries: readTable(section(SECTION.table)),
    save,
    restore,
    note,
  }
}

function readSignature(reader: Reader): Signature {
  reader.byte()
  const read = (): number[] => reader.vector((r) => r.byte())
  return { parameters: read(), results: read() }
}

/** Undefined for an import that is no function. */
function readImport(
  reader: Reader,
  types: readonly Signature[],
): Inspected['imports'][number] | undefined {
  const module = reader.name()
  const name = reader.name()
  const kind = reader.byte()
  const type = reader.u32()
  return kind === FUNCTION ? { module, name, type: types[type] } : undefined
}

function readExport(reader: Reader): { name: string; kind: number; index: number } {
  return { name: reader.name(), kind: reader.byte(), index: reader.u32() }
}

/** Entries that the first table begins with. */
function readTable(reader: Reader): number {
  const [count, , flags] = [reader.u32(), reader.byte(), reader.byte()]
  const entries = reader.u32()
  return count === 1 && flags === 1 && reader.u32() === entries ? entries : 0
}
