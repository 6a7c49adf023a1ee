/** A file that is no program for this machine. The message names the field, what it holds and the way out. */
export class ElfError extends Error {
  /** The field as the ELF specification calls it, e.g. `e_machine` or `segment 1 p_filesz`. */
  readonly field: string

  /** `problem` says what is wrong with the field, `remedy` in one sentence what to do. */
  constructor(field: string, problem: string, remedy: string) {
    super(`ELF ${field}: ${problem}. ${remedy}`)
    this.name = 'ElfError'
    this.field = field
  }
}
