/**
 * Writes DWARF 5 for an image: a compilation unit per source file with its line table, functions, variables and types, and the call
 * frames, so that debuggers set breakpoints by line and name, find callers and show variables by name.
 */
import { ByteSink } from '../elf/bytes.ts'
import type { Image } from '../elf/image.ts'
import { readLayouts } from '../frontend/layoutSection.ts'
import { writeAbbreviations } from './abbreviations.ts'
import { InformationWriter } from './entries.ts'
import { writeFrames } from './frames.ts'
import { readInformation } from './information.ts'
import { writeLineTable } from './lineTable.ts'
import { writeRangeLists } from './ranges.ts'
import { unitsOf } from './units.ts'

/** The debugging sections of an image, by name; none when nothing is known of its source. */
export function writeDwarf(image: Image): Map<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>()
  const units = unitsOf(image)
  if (units.length === 0) return sections
  const lines = new ByteSink()
  const tables = units.map((unit) => writeLineTable(lines, unit))
  const ranges = new ByteSink()
  const lists = writeRangeLists(ranges, units)
  const entries = new InformationWriter(readLayouts(image).classes)
  units.forEach((unit, index) =>
    entries.writeUnit(unit, { ...tables[index], ranges: lists[index] }),
  )
  sections.set('.debug_line', lines.toBytes())
  sections.set('.debug_info', entries.finish())
  sections.set('.debug_abbrev', writeAbbreviations())
  sections.set('.debug_rnglists', ranges.toBytes())
  const { functions } = readInformation(image)
  if (functions.length > 0) sections.set('.debug_frame', writeFrames(functions))
  return sections
}
