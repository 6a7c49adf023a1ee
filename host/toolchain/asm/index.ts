/** The assembler's public names. */
export { assemble } from './assembler.ts'
export type { AssembleOptions } from './assembler.ts'
export { assembleImage, linkObject } from './link.ts'
export type { AssembleImageOptions } from './link.ts'
export { relocate, RelocationError } from './relocate.ts'
export type { Placement } from './relocate.ts'
export type {
  ObjectFile,
  ObjectLine,
  ObjectSection,
  ObjectSymbol,
  Relocation,
  RelocationType,
} from './object.ts'
