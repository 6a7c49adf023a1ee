/**
 * Which instructions compiled code may use, written as compilers write it: `rv32im` and then single letters and, apart by underscores,
 * extensions of several letters. RV32IM and the atomic operations of the intrinsics are always there.
 */
import { BackendError } from './errors.ts'

/** The bit-manipulation extensions: address generation, basic, and single bits. */
export interface BitExtensions {
  readonly zba: boolean
  readonly zbb: boolean
  readonly zbs: boolean
}

export interface March extends BitExtensions {
  /** 16-bit encodings. */
  readonly compressed: boolean
}

const LETTERS = new Set('imac')
const IGNORED = new Set(['zicsr', 'zifencei'])

/** Reads a name such as `rv32imac_zba_zbb_zbs`. Throws BackendError for one that is not understood. */
export function parseMarch(text: string): March {
  const [base, ...extensions] = text.toLowerCase().split('_')
  const letters = base.slice('rv32'.length)
  const unknown =
    !base.startsWith('rv32im') ||
    [...letters].some((letter) => !LETTERS.has(letter)) ||
    extensions.some((name) => !['zba', 'zbb', 'zbs'].includes(name) && !IGNORED.has(name))
  if (unknown) {
    const remedy = 'write it like rv32imac_zba_zbb_zbs'
    throw new BackendError('unsupported', `unknown instruction set ${text}; ${remedy}`)
  }
  const has = (name: string): boolean => extensions.includes(name)
  return { compressed: letters.includes('c'), zba: has('zba'), zbb: has('zbb'), zbs: has('zbs') }
}
