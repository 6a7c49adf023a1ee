/**
 * Sections in which images carry tables of the compiler, as JSON. An ELF file may come from anywhere: what is not of the expected shape is
 * refused here, so that whoever uses the tables need not look.
 */

import { ElfError } from './error.ts'
import type { Image } from './image.ts'

/** A kind of value, a list of one shape, or an object by its fields, of which `name?` may be left out. */
export type Shape =
  'number' | 'string' | 'boolean' | readonly [Shape] | { readonly [field: string]: Shape }

/** The content of a section, undefined when the image does not have it. Throws an ElfError when it has another shape. */
export function jsonSection<T>(
  { sections }: Pick<Image, 'sections'>,
  name: string,
  shape: Shape,
): T | undefined {
  const bytes = sections.get(name)
  if (bytes === undefined) return undefined
  const value = parse(bytes)
  if (hasShape(value, shape)) return value as T
  throw new ElfError(
    `section ${name}`,
    'its content is not what nothread writes there',
    'Build the program again.',
  )
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (shape === 'number') return Number.isSafeInteger(value)
  if (typeof shape === 'string') return typeof value === shape
  if (typeof value !== 'object' || value === null) return false
  if (isList(shape)) return Array.isArray(value) && value.every((item) => hasShape(item, shape[0]))
  const fields = value as Record<string, unknown>
  return Object.entries(shape).every(([name, inner]) => {
    const isOptional = name.endsWith('?')
    const field = fields[isOptional ? name.slice(0, -1) : name]
    return (isOptional && field === undefined) || hasShape(field, inner)
  })
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}
