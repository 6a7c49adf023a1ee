/**
 * The directory and file tables of a line-number program: DWARF 5 section 6.2.4, and the form of DWARF 2 to 4. A file of
 * the compilation directory keeps the name the compiler was given, so that results do not depend on where a program was built.
 */
import { ByteReader } from '../elf/bytes.ts'
import * as dwarf from './constants.ts'
import { DwarfError } from './error.ts'

type Sections = ReadonlyMap<string, Uint8Array>

/** Paths by file number as the line program counts them. */
export function readFileTable(unit: ByteReader, version: number, sections: Sections): string[] {
  return version >= 5 ? readEntries(unit, sections) : readOldTables(unit)
}

function join(directory: string, index: number, name: string): string {
  return index === 0 || directory === '' || name.startsWith('/') ? name : `${directory}/${name}`
}

function readOldTables(unit: ByteReader): string[] {
  const directories = ['']
  for (;;) {
    const directory = unit.string('include_directories')
    if (directory === '') break
    directories.push(directory)
  }
  const files = ['']
  for (;;) {
    const name = unit.string('file_names')
    if (name === '') return files
    const index = unit.uleb('file_names directory')
    unit.uleb('file_names time')
    unit.uleb('file_names length')
    files.push(join(directories[index] ?? '', index, name))
  }
}

function readEntries(unit: ByteReader, sections: Sections): string[] {
  const directories = readTable(unit, sections, 'directory').map((entry) => entry.path)
  const entries = readTable(unit, sections, 'file_name')
  return entries.map(({ path, directory }) => join(directories[directory] ?? '', directory, path))
}

interface Entry {
  path: string
  directory: number
}

function readTable(unit: ByteReader, sections: Sections, name: string): Entry[] {
  const formats = Array.from({ length: unit.u8(`${name}_entry_format_count`) }, () => ({
    content: unit.uleb(`${name}_entry_format`),
    form: unit.uleb(`${name}_entry_format`),
  }))
  const count = unit.uleb(`${name}_count`)
  // Each entry takes a byte at least, unless it has no fields at all; so a damaged count cannot fill the memory.
  if (count > unit.left || (formats.length === 0 && count > 0)) {
    unit.fail(`${name}_count`, `${count} entries do not fit into ${unit.left} bytes`)
  }
  const entries: Entry[] = []
  for (let index = 0; index < count; index++) {
    const entry = { path: '', directory: 0 }
    for (const { content, form } of formats) {
      const value = readForm(unit, form, sections, `${name} ${index}`)
      if (content === dwarf.DW_LNCT_path) entry.path = String(value)
      if (content === dwarf.DW_LNCT_directory_index) entry.directory = Number(value)
    }
    entries.push(entry)
  }
  return entries
}

function readForm(
  unit: ByteReader,
  form: number,
  sections: Sections,
  field: string,
): string | number {
  switch (form) {
    case dwarf.DW_FORM_string:
      return unit.string(field)
    case dwarf.DW_FORM_line_strp:
      return sectionString(sections, '.debug_line_str', unit.u32(field), field)
    case dwarf.DW_FORM_strp:
      return sectionString(sections, '.debug_str', unit.u32(field), field)
    case dwarf.DW_FORM_udata:
      return unit.uleb(field)
    case dwarf.DW_FORM_data1:
      return unit.u8(field)
    case dwarf.DW_FORM_data2:
      return unit.u16(field)
    case dwarf.DW_FORM_data4:
      return unit.u32(field)
    case dwarf.DW_FORM_data8:
      return skip(unit, 8, field)
    case dwarf.DW_FORM_data16:
      return skip(unit, 16, field)
    case dwarf.DW_FORM_block:
      return skip(unit, unit.uleb(field), field)
    case dwarf.DW_FORM_block1:
      return skip(unit, unit.u8(field), field)
    default:
      return unit.fail(field, `form ${form} does not belong into a file table`)
  }
}

function skip(unit: ByteReader, count: number, field: string): number {
  unit.skip(count, field)
  return 0
}

function sectionString(sections: Sections, name: string, offset: number, field: string): string {
  const section = sections.get(name)
  if (section === undefined || offset >= section.length) {
    throw new DwarfError(`.debug_line ${field}`, `offset ${offset} is not inside ${name}`)
  }
  const refuse = (what: string, problem: string): never => {
    throw new DwarfError(what, problem)
  }
  return new ByteReader(section, refuse, offset).string(name)
}
