/**
 * Seeded randomness for links: xoshiro128** (Blackman and Vigna), seeded by splitmix64. Integer arithmetic only, so that every
 * host draws the same numbers. Each link stage has a generator of its own, named by a text, so that switching one stage on
 * does not disturb the draws of another.
 */

const golden = 0x9e3779b97f4a7c15n

export class Random {
  readonly #state: Uint32Array

  /** A generator for the purpose `name` under the machine's seed. */
  constructor(seed: number | bigint, name: string) {
    let state = BigInt.asUintN(64, BigInt(seed))
    for (const character of name) state = mix(state ^ BigInt(character.codePointAt(0) as number))
    this.#state = new Uint32Array(4)
    for (let i = 0; i < 4; i += 2) {
      state = BigInt.asUintN(64, state + golden)
      const word = mix(state)
      this.#state[i] = Number(word & 0xffffffffn)
      this.#state[i + 1] = Number(word >> 32n)
    }
  }

  /** The next 32 random bits, unsigned. */
  next(): number {
    const s = this.#state
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = rotate(s[3], 11)
    return result
  }

  /** A number in [0, bound), bound at most 2^32; exact enough for models (bias below bound / 2^53). */
  below(bound: number): number {
    const high = this.next() >>> 11
    return Math.floor(((high * 0x1_0000_0000 + this.next()) / 2 ** 53) * bound)
  }

  /** True with a probability of `share`, a number from 0 to 1. */
  chance(share: number): boolean {
    return this.next() < Math.round(share * 0x1_0000_0000)
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** The output function of splitmix64. */
function mix(value: bigint): bigint {
  let z = BigInt.asUintN(64, value + golden)
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
  return z ^ (z >> 31n)
}
