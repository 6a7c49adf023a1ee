/**
 * Numbers of the ELF format that a 32-bit little-endian RISC-V file needs: System V gABI chapters 4 and 5, and the
 * RISC-V ELF psABI chapter "ELF Object Files".
 */

export const magic = [0x7f, 0x45, 0x4c, 0x46]

export const fileHeaderBytes = 52
export const programHeaderBytes = 32
export const sectionHeaderBytes = 40
export const symbolBytes = 16

export const ELFCLASS32 = 1
export const ELFDATA2LSB = 1
export const EV_CURRENT = 1

export const ET_REL = 1
export const ET_EXEC = 2
export const ET_DYN = 3

export const EM_RISCV = 243
/** Names of the machines that people hand over by mistake. */
export const machineNames: Record<number, string> = {
  0: 'no machine',
  3: 'Intel 80386',
  8: 'MIPS',
  40: 'Arm',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
}

/** `e_flags` of RISC-V: compressed code; the calling convention uses floating-point registers. */
export const EF_RISCV_RVC = 1
export const EF_RISCV_FLOAT_ABI = 6

export const PT_LOAD = 1
export const PT_DYNAMIC = 2
export const PT_INTERP = 3

export const SHT_NULL = 0
export const SHT_PROGBITS = 1
export const SHT_SYMTAB = 2
export const SHT_STRTAB = 3
export const SHT_RELA = 4
export const SHT_NOBITS = 8
export const SHT_RISCV_ATTRIBUTES = 0x7000_0003

export const SHF_WRITE = 1
export const SHF_ALLOC = 2
export const SHF_EXECINSTR = 4
export const SHF_COMPRESSED = 0x800

export const SHN_UNDEF = 0
export const SHN_ABS = 0xfff1

export const STT_NOTYPE = 0
export const STT_OBJECT = 1
export const STT_FUNC = 2

export const STB_LOCAL = 0
export const STB_GLOBAL = 1
