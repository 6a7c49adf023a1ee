/** The shapes of the debugging entries: DWARF 5 section 7.5.3. */
import { ByteSink } from '../elf/bytes.ts'
import * as dwarf from './constants.ts'

interface Shape {
  tag: number
  hasChildren: boolean
  /** Attributes with their forms, in the order in which an entry holds them. */
  attributes: [attribute: number, form: number][]
}

const name: [number, number] = [dwarf.DW_AT_name, dwarf.DW_FORM_string]
const type: [number, number] = [dwarf.DW_AT_type, dwarf.DW_FORM_ref_addr]
const location: [number, number] = [dwarf.DW_AT_location, dwarf.DW_FORM_exprloc]
const size: [number, number] = [dwarf.DW_AT_byte_size, dwarf.DW_FORM_udata]

const functionAttributes: [number, number][] = [
  name,
  [dwarf.DW_AT_decl_file, dwarf.DW_FORM_udata],
  [dwarf.DW_AT_decl_line, dwarf.DW_FORM_udata],
  [dwarf.DW_AT_low_pc, dwarf.DW_FORM_addr],
  [dwarf.DW_AT_high_pc, dwarf.DW_FORM_data4],
  [dwarf.DW_AT_frame_base, dwarf.DW_FORM_exprloc],
  [dwarf.DW_AT_prototyped, dwarf.DW_FORM_flag_present],
  [dwarf.DW_AT_external, dwarf.DW_FORM_flag_present],
]

const shapes = {
  unit: {
    tag: dwarf.DW_TAG_compile_unit,
    hasChildren: true,
    attributes: [
      [dwarf.DW_AT_producer, dwarf.DW_FORM_string],
      [dwarf.DW_AT_language, dwarf.DW_FORM_data2],
      name,
      [dwarf.DW_AT_comp_dir, dwarf.DW_FORM_string],
      [dwarf.DW_AT_low_pc, dwarf.DW_FORM_addr],
      [dwarf.DW_AT_ranges, dwarf.DW_FORM_sec_offset],
      [dwarf.DW_AT_stmt_list, dwarf.DW_FORM_sec_offset],
    ],
  },
  typeUnit: {
    tag: dwarf.DW_TAG_compile_unit,
    hasChildren: true,
    attributes: [
      [dwarf.DW_AT_producer, dwarf.DW_FORM_string],
      [dwarf.DW_AT_language, dwarf.DW_FORM_data2],
      name,
    ],
  },
  procedure: {
    tag: dwarf.DW_TAG_subprogram,
    hasChildren: true,
    attributes: functionAttributes,
  },
  function: {
    tag: dwarf.DW_TAG_subprogram,
    hasChildren: true,
    attributes: [...functionAttributes, type],
  },
  parameter: {
    tag: dwarf.DW_TAG_formal_parameter,
    hasChildren: false,
    attributes: [name, type, location],
  },
  local: { tag: dwarf.DW_TAG_variable, hasChildren: false, attributes: [name, type, location] },
  global: {
    tag: dwarf.DW_TAG_variable,
    hasChildren: false,
    attributes: [name, type, location, [dwarf.DW_AT_external, dwarf.DW_FORM_flag_present]],
  },
  base: {
    tag: dwarf.DW_TAG_base_type,
    hasChildren: false,
    attributes: [name, [dwarf.DW_AT_encoding, dwarf.DW_FORM_data1], size],
  },
  pointer: { tag: dwarf.DW_TAG_pointer_type, hasChildren: false, attributes: [size, type] },
  structure: { tag: dwarf.DW_TAG_structure_type, hasChildren: true, attributes: [name, size] },
  member: {
    tag: dwarf.DW_TAG_member,
    hasChildren: false,
    attributes: [name, type, [dwarf.DW_AT_data_member_location, dwarf.DW_FORM_udata]],
  },
  array: { tag: dwarf.DW_TAG_array_type, hasChildren: true, attributes: [type] },
  count: {
    tag: dwarf.DW_TAG_subrange_type,
    hasChildren: false,
    attributes: [type, [dwarf.DW_AT_count, dwarf.DW_FORM_exprloc]],
  },
} satisfies Record<string, Shape>

export type ShapeName = keyof typeof shapes

const codes = new Map(Object.keys(shapes).map((key, index) => [key, index + 1]))

/** The number by which an entry names its shape. */
export function abbreviation(shape: ShapeName): number {
  return codes.get(shape)!
}

/** `.debug_abbrev`, the same for all units. */
export function writeAbbreviations(): Uint8Array {
  const out = new ByteSink()
  for (const [key, { tag, hasChildren, attributes }] of Object.entries<Shape>(shapes)) {
    out
      .uleb(abbreviation(key as ShapeName))
      .uleb(tag)
      .u8(hasChildren ? 1 : 0)
    for (const [attribute, form] of attributes) out.uleb(attribute).uleb(form)
    out.uleb(0).uleb(0)
  }
  return out.uleb(0).toBytes()
}
