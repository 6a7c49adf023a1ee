/** What `wast2json` writes: a list of commands on modules. Values are decimal text of bit patterns, a kind of NaN, or `null`. */

export type SpecType = 'i32' | 'i64' | 'f32' | 'f64' | 'externref' | 'funcref'

export interface SpecValue {
  type: SpecType
  value?: string
}

export interface SpecAction {
  type: 'invoke' | 'get'
  module?: string
  field: string
  args?: SpecValue[]
}

export interface SpecCommand {
  type: string
  line: number
  filename?: string
  module_type?: string
  name?: string
  as?: string
  action?: SpecAction
  expected?: SpecValue[]
  text?: string
}

export interface SpecScript {
  source_filename: string
  commands: SpecCommand[]
}

const isReference = (type: SpecType): boolean => type === 'externref' || type === 'funcref'

export function wordsOfBits(bits: bigint): number[] {
  return [Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))]
}

/** Argument words of a value, low word first. A reference that is not null has a one in its second word. */
export function wordsOfValue({ type, value = '0' }: SpecValue): number[] {
  if (isReference(type)) return value === 'null' ? [0, 0] : [Number(value), 1]
  const words = wordsOfBits(BigInt(value))
  return words.slice(0, wordsOfType(type))
}

export const wordsOfType = (type: SpecType): number => (type === 'i32' || type === 'f32' ? 1 : 2)

/** Whether result words are the expected value. */
export function matches(expected: SpecValue, words: readonly number[]): boolean {
  const { type, value = '0' } = expected
  if (isReference(type)) return referenceMatches(expected, words)
  const bits = words.reduce((sum, word, i) => sum | (BigInt(word >>> 0) << BigInt(32 * i)), 0n)
  if (!value.startsWith('nan')) return bits === BigInt.asUintN(64, BigInt(value))
  const [quiet, magnitude] =
    type === 'f32'
      ? [0x7fc00000n, bits & 0x7fffffffn]
      : [0x7ff8000000000000n, bits & 0x7fffffffffffffffn]
  if (value === 'nan:canonical') return magnitude === quiet
  return (magnitude & quiet) === quiet
}

function referenceMatches({ type, value }: SpecValue, [low, high]: readonly number[]): boolean {
  if (value === 'null') return high === 0
  if (value === undefined || type === 'funcref') return high !== 0
  return high !== 0 && low === (Number(value) | 0)
}
