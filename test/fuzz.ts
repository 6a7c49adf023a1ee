/**
 * Random cases for tests of readers. NOTHREAD_FUZZ is the number of cases of each kind, for long runs; NOTHREAD_FUZZ_SEED chooses others.
 */

/** How many cases to try; `usual` unless the caller of the tests wants another number. */
export function fuzzCases(usual: number): number {
  return Number(process.env.NOTHREAD_FUZZ ?? usual)
}

/** A source of numbers from 0 to below `limit`, the same for the same seed. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed + Number(process.env.NOTHREAD_FUZZ_SEED ?? 0)) & 0x7fff_ffff
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fff_ffff
    return (state >>> 8) % limit
  }
}
