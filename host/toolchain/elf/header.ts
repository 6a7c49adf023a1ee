/** The ELF file header and the checks that all parts of the reader share: System V gABI chapter 4, "ELF Header". */
import { ByteReader } from './bytes.ts'
import * as elf from './constants.ts'
import { ElfError } from './error.ts'

const rebuild =
  'Build it with riscv32 tools (-march=rv32imac -mabi=ilp32 -static) or `nothread build`.'
/** The way out of a damaged file. */
export const incomplete = 'The file is cut short or damaged; make it again.'

export interface FileHeader {
  entry: number
  flags: number
  programOffset: number
  programCount: number
  sectionOffset: number
  sectionCount: number
  nameSection: number
}

/** Whether these bytes begin like an ELF file. */
export function looksLikeElf(file: Uint8Array): boolean {
  return file.length >= 4 && elf.magic.every((byte, index) => file[index] === byte)
}

/** A reader that reports a missing field as one of `owner`. */
export function reader(file: Uint8Array, position: number, owner = ''): ByteReader {
  const refuse = (field: string, problem: string): never => {
    throw new ElfError(owner === '' ? field : `${owner} ${field}`, problem, incomplete)
  }
  return new ByteReader(file, refuse, position)
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`
}

function checkIdent(file: Uint8Array): void {
  if (!looksLikeElf(file)) {
    throw new ElfError('e_ident', 'the file does not begin with 7f 45 4c 46', rebuild)
  }
  const ident = reader(file, 4, 'e_ident')
  const fileClass = ident.u8('EI_CLASS')
  if (fileClass !== elf.ELFCLASS32) {
    const what = fileClass === 2 ? 'a 64-bit file' : `class ${fileClass}`
    throw new ElfError('e_ident EI_CLASS', `${what}, the machine is 32-bit`, rebuild)
  }
  const data = ident.u8('EI_DATA')
  if (data !== elf.ELFDATA2LSB) {
    const what = data === 2 ? 'a big-endian file' : `byte order ${data}`
    throw new ElfError('e_ident EI_DATA', `${what}, the machine is little-endian`, rebuild)
  }
  const version = ident.u8('EI_VERSION')
  if (version !== elf.EV_CURRENT) {
    throw new ElfError('e_ident EI_VERSION', `version ${version} is unknown`, incomplete)
  }
}

function checkType(type: number): void {
  if (type === elf.ET_EXEC) return
  const remedies: Record<number, [string, string]> = {
    [elf.ET_REL]: ['an object file that is not linked', 'Link it first (ld -Ttext=0x80000000).'],
    [elf.ET_DYN]: ['a position-independent file', 'Link it with -static -no-pie.'],
  }
  const [problem, remedy] = remedies[type] ?? [`type ${type} is no executable`, rebuild]
  throw new ElfError('e_type', problem, remedy)
}

function checkMachine(machine: number): void {
  if (machine === elf.EM_RISCV) return
  const name = elf.machineNames[machine] ?? 'another machine'
  throw new ElfError('e_machine', `${machine} (${name}) is not RISC-V (${elf.EM_RISCV})`, rebuild)
}

export function checkEntrySize(
  field: string,
  found: number,
  expected: number,
  count: number,
): void {
  if (count === 0 || found === expected) return
  throw new ElfError(field, `${found} bytes, ${expected} are expected`, incomplete)
}

export function readFileHeader(file: Uint8Array): FileHeader {
  checkIdent(file)
  const fields = reader(file, 16)
  checkType(fields.u16('e_type'))
  checkMachine(fields.u16('e_machine'))
  const version = fields.u32('e_version')
  if (version !== elf.EV_CURRENT) {
    throw new ElfError('e_version', `version ${version} is unknown`, incomplete)
  }
  const entry = fields.u32('e_entry')
  const programOffset = fields.u32('e_phoff')
  const sectionOffset = fields.u32('e_shoff')
  const flags = fields.u32('e_flags')
  const headerBytes = fields.u16('e_ehsize')
  checkEntrySize('e_ehsize', headerBytes, elf.fileHeaderBytes, 1)
  const programBytes = fields.u16('e_phentsize')
  const programCount = fields.u16('e_phnum')
  checkEntrySize('e_phentsize', programBytes, elf.programHeaderBytes, programCount)
  const sectionBytes = fields.u16('e_shentsize')
  const sectionCount = fields.u16('e_shnum')
  checkEntrySize('e_shentsize', sectionBytes, elf.sectionHeaderBytes, sectionCount)
  const nameSection = fields.u16('e_shstrndx')
  if ((entry & 1) !== 0) {
    throw new ElfError('e_entry', `${hex(entry)} is odd`, 'Code addresses are even; link it again.')
  }
  if ((flags & elf.EF_RISCV_FLOAT_ABI) !== 0) {
    const problem =
      'the program passes numbers in floating-point registers, which the machine lacks'
    throw new ElfError('e_flags', problem, 'Build it with -mabi=ilp32.')
  }
  return { entry, flags, programOffset, programCount, sectionOffset, sectionCount, nameSection }
}

export function checkTable(file: Uint8Array, field: string, offset: number, bytes: number): void {
  if (offset <= file.length && bytes <= file.length - offset) return
  const problem = `the table at ${hex(offset)} of ${bytes} bytes is not inside the file's ${file.length}`
  throw new ElfError(field, problem, incomplete)
}
