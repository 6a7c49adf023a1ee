/** The disassembler's public names. */
export { disassemble } from './disassemble.ts'
export type { DisassembleOptions, Disassembly } from './disassemble.ts'
export { listing } from './listing.ts'
export type { ListingOptions } from './listing.ts'
