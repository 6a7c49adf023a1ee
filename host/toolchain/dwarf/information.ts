/**
 * What debuggers want to know of an image besides its lines: functions with their variables and types, and how to find a caller. It travels in a
 * section as JSON, from which the ELF writer makes DWARF, so that images can be merged and read without a DWARF reader.
 */
import type { Image } from '../elf/image.ts'
import { jsonSection } from '../elf/jsonSection.ts'

/** Where a variable is, always in memory: at an address, or at an offset from the caller's stack pointer or from a register. */
export type Place =
  | { at: 'address'; address: number }
  | { at: 'frame'; offset: number }
  | { at: 'register'; register: number; offset: number }

export interface Variable {
  name: string
  /** As asc names it: `i32`, or a class's internal name, which stands for a reference. */
  type: string
  place: Place
}

export interface LocalVariable extends Variable {
  parameter: boolean
}

/** From `offset` in a function on: the stack pointer is `bytes` below the caller's, and registers are saved below that. */
export interface UnwindRow {
  offset: number
  bytes: number
  /** Register numbers with the offset from the caller's stack pointer. */
  saved: [register: number, offset: number][]
}

export interface FunctionInformation {
  /** As it reads in the source. */
  name: string
  symbol: string
  address: number
  size: number
  /** Place of the declaration; '' and 0 when there is none. */
  file: string
  line: number
  result: string
  /** Of a coroutine: the register that holds its frame while it runs. */
  frameRegister?: number
  variables: LocalVariable[]
  unwind: UnwindRow[]
}

export interface DebugInformation {
  functions: FunctionInformation[]
  variables: Variable[]
}

export const DEBUG_SECTION = '.nothread.debug'

const place = {
  at: 'string',
  ...({ 'address?': 'number', 'offset?': 'number', 'register?': 'number' } as const),
} as const
const variable = { name: 'string', type: 'string', place } as const
const shape = {
  functions: [
    {
      ...({ name: 'string', symbol: 'string', address: 'number', size: 'number' } as const),
      ...({
        file: 'string',
        line: 'number',
        result: 'string',
        'frameRegister?': 'number',
      } as const),
      variables: [{ ...variable, parameter: 'boolean' }],
      unwind: [{ offset: 'number', bytes: 'number', saved: [['number']] }],
    },
  ],
  variables: [variable],
} as const

/** The information in an image; empty when it was made by other tools. Throws an ElfError for a section that is none. */
export function readInformation(image: Pick<Image, 'sections'>): DebugInformation {
  return jsonSection(image, DEBUG_SECTION, shape) ?? { functions: [], variables: [] }
}

export function informationBytes(information: DebugInformation): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(information))
}

/** The section of an image that is made of several. */
export function mergeInformation(...images: Pick<Image, 'sections'>[]): [string, Uint8Array][] {
  const all = images.map(readInformation)
  const merged = {
    functions: all.flatMap(({ functions }) => functions),
    variables: all.flatMap(({ variables }) => variables),
  }
  return [[DEBUG_SECTION, informationBytes(merged)]]
}
