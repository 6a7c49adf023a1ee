/**
 * Relocatable output of the assembler: what a linker places and patches. Relocation types have the names and meaning of
 * the RISC-V ELF psABI, "Relocations". Nothing is relaxed at link time, so that differences within a section are final.
 */
import type { SymbolKind } from '../elf/image.ts'

export type RelocationType =
  | '32'
  | 'BRANCH'
  | 'JAL'
  | 'CALL_PLT'
  | 'PCREL_HI20'
  | 'PCREL_LO12_I'
  | 'PCREL_LO12_S'
  | 'HI20'
  | 'LO12_I'
  | 'LO12_S'
  | 'RVC_BRANCH'
  | 'RVC_JUMP'
  | 'SET8'
  | 'SET16'
  | 'ADD8'
  | 'ADD16'
  | 'ADD32'
  | 'SUB8'
  | 'SUB16'
  | 'SUB32'

export interface Relocation {
  /** Byte offset in the section. */
  offset: number
  type: RelocationType
  /** Index into the object's symbols. */
  symbol: number
  addend: number
}

/** Source place of the instruction at a section offset. */
export interface ObjectLine {
  offset: number
  file: string
  line: number
  column: number
}

export interface ObjectSection {
  name: string
  /** Sum of `segmentFlags`; 0 for a section that is not loaded. */
  flags: number
  /** A power of two. */
  alignment: number
  /** Contents; empty for a section of zeros such as `.bss`. */
  bytes: Uint8Array
  /** Bytes of memory, never less than `bytes.length`. */
  size: number
  relocations: Relocation[]
  lines: ObjectLine[]
}

export interface ObjectSymbol {
  name: string
  /** Index of the section that `value` is an offset in; `absolute` for a number, `undefined` for another object's symbol. */
  section: number | 'absolute' | 'undefined'
  value: number
  size: number
  kind: SymbolKind
  global: boolean
  /** A definition that another one may replace, or a reference that may stay without one (and is then 0). */
  weak: boolean
}

export interface ObjectFile {
  sections: ObjectSection[]
  symbols: ObjectSymbol[]
  /** Whether it holds compressed instructions. */
  compressed: boolean
}
