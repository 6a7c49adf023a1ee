/**
 * Reads asc's source map (revision 3): one line of mappings whose columns are offsets in the wasm file, each naming a source, a line
 * and a column.
 */
import { BackendError } from '../errors.ts'

export interface SourcePlace {
  file: string
  /** From 1. */
  line: number
  column: number
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CONTINUATION = 32

export class SourceMap {
  private readonly offsets: number[] = []
  private readonly places: SourcePlace[] = []

  /** `text` is the JSON of the map. Throws BackendError for text that is not one. */
  constructor(text: string) {
    const { sources, mappings } = parse(text)
    let [offset, source, line, column] = [0, 0, 0, 0]
    for (const segment of mappings.split(/[,;]/)) {
      if (segment === '') continue
      const fields = decode(segment)
      offset += fields[0]
      if (fields.length < 4) continue
      source += fields[1]
      line += fields[2]
      column += fields[3]
      this.offsets.push(offset)
      this.places.push({ file: sources[source], line: line + 1, column: column + 1 })
    }
  }

  /** The place of the instruction at an offset, if a mapping begins there or before it, not before `start`; of one file, if given. */
  find(offset: number, start: number, file?: string): SourcePlace | undefined {
    let low = 0
    let high = this.offsets.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.offsets[middle] <= offset) low = middle + 1
      else high = middle
    }
    let at = low - 1
    while (at >= 0 && file !== undefined && this.places[at].file !== file) at--
    return at >= 0 && this.offsets[at] >= start ? this.places[at] : undefined
  }
}

function parse(text: string): { sources: string[]; mappings: string } {
  try {
    const map = JSON.parse(text) as { sources?: string[]; mappings?: string }
    return { sources: map.sources ?? [], mappings: map.mappings ?? '' }
  } catch {
    throw new BackendError('malformed', 'the source map is not JSON')
  }
}

/** Base-64 variable-length quantities. */
function decode(segment: string): number[] {
  const values: number[] = []
  let value = 0
  let shift = 0
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter)
    if (digit < 0) throw new BackendError('malformed', 'the source map has a bad mapping')
    value |= (digit & (CONTINUATION - 1)) << shift
    if (digit & CONTINUATION) {
      shift += 5
      continue
    }
    values.push(value & 1 ? -(value >>> 1) : value >>> 1)
    value = 0
    shift = 0
  }
  return values
}
