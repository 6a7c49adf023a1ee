/** What `wast2json` writes: a list of commands on modules. Values are decimal text of bit patterns, or a kind of NaN. */

export type SpecType = 'i32' | 'i64' | 'f32' | 'f64'

export interface SpecValue {
  type: SpecType | 'externref' | 'funcref'
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

const scratch = new DataView(new ArrayBuffer(8))

/** Argument words of a value, low word first. */
export function wordsOfValue({ type, value = '0' }: SpecValue): number[] {
  scratch.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true)
  const low = scratch.getInt32(0, true)
  return type === 'i64' || type === 'f64' ? [low, scratch.getInt32(4, true)] : [low]
}

export const wordsOfType = (type: SpecValue['type']): number =>
  type === 'i64' || type === 'f64' ? 2 : 1

/** Whether result words are the expected value. */
export function matches(expected: SpecValue, words: readonly number[]): boolean {
  const bits = words.reduce((sum, word, i) => sum | (BigInt(word >>> 0) << BigInt(32 * i)), 0n)
  if (!expected.value?.startsWith('nan'))
    return bits === BigInt.asUintN(64, BigInt(expected.value ?? '0'))
  const [quiet, magnitude] =
    expected.type === 'f32'
      ? [0x7fc00000n, bits & 0x7fffffffn]
      : [0x7ff8000000000000n, bits & 0x7fffffffffffffffn]
  if (expected.value === 'nan:canonical') return magnitude === quiet
  return (magnitude & quiet) === quiet
}
