/** What an image says of its wasm module's exports and variables. */
import type { ImageSymbol } from '../../elf/image.ts'
import { wordsOf } from '../lower/context.ts'
import type { ExternalKind } from '../wasm/module.ts'
import type { Resolve } from './text.ts'
import type { Unit } from './units.ts'

export interface ExportedItem {
  name: string
  kind: ExternalKind
  /** Code, first entry, first byte or value; undefined for a global that is a constant. */
  address: number | undefined
  /** The word that holds a linear memory's pages or a table's entries. */
  sizeAddress: number | undefined
}

/** `known` gives the address of a function, which an image without it does not have. */
export function exportedItems(
  { context, importedMemory }: Unit,
  resolve: Resolve,
  known: (symbol: string) => number | undefined,
): ExportedItem[] {
  const { module, functionSymbols, globals, options } = context
  const linear = options.memory.kind === 'linear' ? options.memory : undefined
  const sizeOf = (symbol: string): number | undefined => linear && resolve(symbol)
  return module.exports.map(({ name, kind, index }) => {
    const item = { name, kind, address: undefined, sizeAddress: undefined }
    switch (kind) {
      case 'function':
        return { ...item, address: known(functionSymbols[index]) }
      case 'global': {
        const place = globals[index]
        if (place.kind === 'constant') return item
        return { ...item, address: resolve(place.symbol) + place.offset }
      }
      case 'table': {
        const address = resolve(`__table.${index}`)
        return { ...item, address, sizeAddress: sizeOf(`__table_size.${index}`) }
      }
      case 'memory': {
        const address = importedMemory?.address ?? linear?.origin ?? 0
        return { ...item, address, sizeAddress: sizeOf('__memory_pages') }
      }
    }
  })
}

/** Exported and named globals that live in memory. */
export function globalSymbols({ context }: Unit, resolve: Resolve): ImageSymbol[] {
  const { module, globals } = context
  const names = new Map(module.globalNames)
  for (const { kind, name, index } of module.exports) {
    if (kind === 'global') names.set(index, name)
  }
  const result: ImageSymbol[] = []
  for (const [index, name] of names) {
    const place = globals[index]
    if (place?.kind !== 'memory') continue
    const address = resolve(place.symbol) + place.offset
    const size = 4 * wordsOf(place.type)
    result.push({ name, address, size, kind: 'object' })
  }
  return result
}
