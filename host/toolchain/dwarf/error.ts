/** Debugging information that breaks its own format; the message names the field. */
export class DwarfError extends Error {
  /** The section and the field, e.g. `.debug_line unit 0 line_range`. */
  readonly field: string

  constructor(field: string, problem: string) {
    super(`DWARF ${field}: ${problem}. The file is damaged; make it again or strip it (strip -g).`)
    this.name = 'DwarfError'
    this.field = field
  }
}
