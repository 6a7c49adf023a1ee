/** Numbers of DWARF 5 (sections 6.2 and 7) that line tables and a minimal compilation unit need. */

export const DW_LNS_copy = 1
export const DW_LNS_advance_pc = 2
export const DW_LNS_advance_line = 3
export const DW_LNS_set_file = 4
export const DW_LNS_set_column = 5
export const DW_LNS_const_add_pc = 8
export const DW_LNS_fixed_advance_pc = 9

export const DW_LNE_end_sequence = 1
export const DW_LNE_set_address = 2
export const DW_LNE_define_file = 3

export const DW_LNCT_path = 1
export const DW_LNCT_directory_index = 2

export const DW_FORM_addr = 0x01
export const DW_FORM_data2 = 0x05
export const DW_FORM_data4 = 0x06
export const DW_FORM_data8 = 0x07
export const DW_FORM_string = 0x08
export const DW_FORM_block = 0x09
export const DW_FORM_block1 = 0x0a
export const DW_FORM_data1 = 0x0b
export const DW_FORM_strp = 0x0e
export const DW_FORM_udata = 0x0f
export const DW_FORM_sec_offset = 0x17
export const DW_FORM_data16 = 0x1e
export const DW_FORM_line_strp = 0x1f

export const DW_TAG_compile_unit = 0x11
export const DW_TAG_subprogram = 0x2e

export const DW_AT_name = 0x03
export const DW_AT_stmt_list = 0x10
export const DW_AT_low_pc = 0x11
export const DW_AT_high_pc = 0x12
export const DW_AT_language = 0x13
export const DW_AT_comp_dir = 0x1b
export const DW_AT_producer = 0x25
export const DW_AT_external = 0x3f

export const DW_UT_compile = 1

/** The language debuggers parse expressions in; DWARF knows no AssemblyScript. */
export const DW_LANG_C11 = 0x1d
