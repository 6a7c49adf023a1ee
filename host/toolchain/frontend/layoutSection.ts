/** The section in which images say where the fields of classes lie (layouts.ts makes it), for readers that do not load asc. */
import type { Image } from '../elf/image.ts'
import { jsonSection } from '../elf/jsonSection.ts'

/** A field of a class, `bytes` long at `offset`. */
export interface FieldLayout {
  name: string
  offset: number
  bytes: number
  /** As asc names it: `u32`, or the class's internal name. */
  type: string
}

/** A class with its bases' fields, by asc's internal name such as `ke/thread/Thread`. */
export interface ClassLayout {
  name: string
  bytes: number
  fields: FieldLayout[]
}

/** What a section `.nothread.layouts` holds, as JSON. */
export interface Layouts {
  classes: ClassLayout[]
  /** Values by internal name; addresses of static data are among them. */
  constants: Record<string, number>
}

export const LAYOUT_SECTION = '.nothread.layouts'

const field = { name: 'string', offset: 'number', bytes: 'number', type: 'string' } as const
const shape = {
  classes: [{ name: 'string', bytes: 'number', fields: [field] }],
  // Some are no integers, or NaN, which JSON does not have.
  constants: {},
} as const

/** The layouts in an image; empty ones when it was made by other tools. Throws an ElfError for a section that is none. */
export function readLayouts(image: Pick<Image, 'sections'>): Layouts {
  return jsonSection(image, LAYOUT_SECTION, shape) ?? { classes: [], constants: {} }
}

/** The section of an image that is made of several. */
export function mergeLayouts(...images: Image[]): [string, Uint8Array][] {
  const all = images.map(readLayouts)
  const merged: Layouts = {
    classes: all.flatMap(({ classes }) => classes),
    constants: Object.assign({}, ...all.map(({ constants }) => constants)) as Layouts['constants'],
  }
  return [[LAYOUT_SECTION, new TextEncoder().encode(JSON.stringify(merged))]]
}
