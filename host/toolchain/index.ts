/**
 * `nothread/toolchain`: compiler, assembler, ELF. Runs in Node and in the browser.
 */
export {
  compile,
  compileKernel,
  imageBases,
  mergeImages,
  SPAWN_SECTION,
  TASKS_SYMBOL,
} from './compile.ts'
export type { Program } from './compile.ts'
export type { Checks } from './backend/index.ts'
export type { ReadFile } from './frontend/asc.ts'
export type { CompileOptions } from './frontend/index.ts'
export { collectGuestSources, guestModule } from './frontend/bundle.ts'
export type { GuestSources } from './frontend/bundle.ts'
export { CompileError, formatDiagnostic } from './frontend/diagnostic.ts'
export type { Diagnostic } from './frontend/diagnostic.ts'
export type { SpawnFunction, SpawnType } from './frontend/exports.ts'
export { lineAt, SymbolIndex } from './elf/image.ts'
export type { Image, ImageSymbol, Segment, SourceLine } from './elf/image.ts'
export { looksLikeElf, readImage } from './elf/reader.ts'
export { writeImage } from './elf/writer.ts'
export { ElfError } from './elf/error.ts'
export { DwarfError } from './dwarf/error.ts'
export { assemble, assembleImage, linkObject, relocate, RelocationError } from './asm/index.ts'
export type { AssembleImageOptions, AssembleOptions, ObjectFile } from './asm/index.ts'
export { disassemble, listing } from './disasm/index.ts'
export type { DisassembleOptions, Disassembly, ListingOptions } from './disasm/index.ts'
export { linkWasmProgram } from './wasmProgram.ts'
export { explain } from './explain.ts'
export type {
  ExplainedFunction,
  ExplainedInstruction,
  ExplainedState,
  ExplainedVariable,
} from './explain.ts'
