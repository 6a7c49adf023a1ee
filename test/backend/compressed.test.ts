import { beforeAll, describe, expect, test } from 'vitest'
import { linkImage } from '../../host/toolchain/backend/index.ts'
import { BASE, linearMemory, Pair } from './differential.ts'
import { ProgramGenerator } from './generator.ts'
import { Guest } from './guest.ts'
import type { TestFunction } from './wasm.ts'
import { constant, encodeModule } from './wasm.ts'

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

const textBytes = (wasm: Uint8Array, compressed: boolean): number => {
  const march = compressed ? 'rv32imac' : 'rv32im'
  const image = linkImage({ wasm, base: BASE, entry: 'f0', code: { ...linearMemory, march } })
  expect(image.machineFlags).toBe(compressed ? 1 : 0)
  return image.segments.find(({ name }) => name === '.text')!.bytes.length
}

describe('compressed code', () => {
  test('is at least a fifth smaller', () => {
    const wasm = encodeModule(new ProgramGenerator(3).module(6))
    expect(textBytes(wasm, true)).toBeLessThan(0.8 * textBytes(wasm, false))
  })

  test('a branch over more than 4 KiB becomes a branch over a jump, a table stays aligned', () => {
    const body: number[] = []
    for (let i = 0; i < 3000; i++)
      body.push(0x20, 1, ...constant('i32', 0x1234567 * i), 0x73, 0x21, 1)
    const far: TestFunction = {
      name: 'far',
      parameters: ['i32', 'i32'],
      results: ['i32'],
      body: [0x20, 0, 0x04, 0x40, ...body, 0x0b, 0x20, 1],
    }
    const cases = 6
    const blocks = Array.from({ length: cases + 1 }, () => [0x02, 0x40]).flat()
    const arms = Array.from({ length: cases }, (_, i) => [
      ...constant('i32', i * 11),
      0x0f,
      0x0b,
    ]).flat()
    const table: TestFunction = {
      name: 'table',
      parameters: ['i32'],
      results: ['i32'],
      body: [
        ...[...blocks, 0x20, 0, 0x0e, cases, ...Array.from({ length: cases + 1 }, (_, i) => i)],
        ...[0x0b, ...arms, ...constant('i32', -1)],
      ],
    }
    for (const march of ['rv32im', 'rv32imac']) {
      const pair = new Pair(guest, { functions: [far, table] }, { march })
      expect(pair.difference('far', [0, 5])).toBeUndefined()
      expect(pair.difference('far', [1, 5])).toBeUndefined()
      for (let i = -1; i < 8; i++) expect(pair.difference('table', [i])).toBeUndefined()
    }
  })
})
