import { beforeAll, expect, test } from 'vitest'
import type { Operand } from './differential.ts'
import { linearMemory, Pair } from './differential.ts'
import { ProgramGenerator, Random } from './generator.ts'
import { Guest } from './guest.ts'
import type { Type } from './wasm.ts'

/** Programs of eight functions each; NOTHREAD_FUZZ sets how many for longer runs. */
const PROGRAMS = Number(process.env.NOTHREAD_FUZZ ?? 12)
const FUNCTIONS = 8
const CALLS = 5
/** Taken in turn. */
const INSTRUCTION_SETS = [
  'rv32imac_zba_zbb_zbs',
  'rv32im',
  'rv32im_zba_zbb_zbs',
  'rv32imac',
  'rv32im_zbb',
]

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

function operand(random: Random, type: Type): Operand {
  const low = random.below(2) === 0 ? random.below(40) : random.next()
  if (type === 'i32') return low | 0
  const high = random.below(3) === 0 ? random.next() : 0
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}

test.each(Array.from({ length: PROGRAMS }, (_, i) => i + 1))('random program %i', (seed) => {
  const module = new ProgramGenerator(seed).module(FUNCTIONS)
  const march = INSTRUCTION_SETS[seed % INSTRUCTION_SETS.length]
  const pair = new Pair(guest, module, { ...linearMemory, march })
  const random = new Random(seed + 0x10000)
  for (const { name, parameters } of module.functions) {
    for (let i = 0; i < CALLS; i++) {
      const operands = parameters.map((type) => operand(random, type))
      expect(pair.difference(name, operands)).toBeUndefined()
    }
  }
})
