import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { inFolder } from '../programs.ts'
import { STORE_RAM } from '../spec/store.ts'
import { binaryenModule, compareModule, compareProgram } from './fuzzing.ts'
import { Guest } from './guest.ts'

/** Programs of eight functions each; NOTHREAD_FUZZ sets how many for longer runs. */
const PROGRAMS = Number(process.env.NOTHREAD_FUZZ ?? 12)
const BINARYEN_MODULES = 3
const wasmOpt = new URL('../../node_modules/binaryen/bin/wasm-opt', import.meta.url).pathname

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

test.each(Array.from({ length: PROGRAMS }, (_, i) => i + 1))('random program %i', (seed) => {
  expect(compareProgram(guest, seed).differences).toEqual([])
})

describe.skipIf(!existsSync(wasmOpt))('modules of Binaryen', () => {
  test('do the same as in the host', async () => {
    const large = await Guest.create(STORE_RAM)
    inFolder({}, (folder) => {
      for (let seed = 1; seed <= BINARYEN_MODULES; seed++) {
        const comparison = compareModule(large, binaryenModule(wasmOpt, folder, seed), seed)
        expect(comparison?.differences ?? []).toEqual([])
      }
    })
  })
})
