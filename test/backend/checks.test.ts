import { beforeAll, describe, expect, test } from 'vitest'
import type { Checks } from '../../host/toolchain/backend/index.ts'
import { linkImage, TRAP } from '../../host/toolchain/backend/index.ts'
import { BASE } from './differential.ts'
import type { Outcome } from './guest.ts'
import { Guest } from './guest.ts'
import type { TestFunction } from './wasm.ts'
import { constant, encodeModule } from './wasm.ts'

const THREAD = BASE + 0x100000
const STACK = BASE + 0x300000
const DATA = BASE + 0x200000

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

const number = (value: number) => constant('i32', value)

const load: TestFunction = {
  name: 'load',
  parameters: ['i32'],
  results: ['i32'],
  body: [0x20, 0, 0x28, 2, 8],
}
/** Two fields of one object, with a write to the second between. */
const fields: TestFunction = {
  name: 'fields',
  parameters: ['i32'],
  results: ['i32'],
  body: [0x20, 0, 0x28, 2, 0, 0x20, 0, ...number(7), 0x36, 2, 4, 0x20, 0, 0x28, 2, 4, 0x6a],
}
const divide: TestFunction = {
  name: 'divide',
  parameters: ['i32', 'i32'],
  results: ['i32'],
  body: [0x20, 0, 0x20, 1, 0x6d],
}
/** Calls itself for as long as its argument is not zero. */
const deep: TestFunction = {
  name: 'deep',
  parameters: ['i32'],
  results: ['i32'],
  body: [
    ...[0x20, 0, 0x45, 0x04, 0x40, ...number(0), 0x0f, 0x0b],
    ...[0x20, 0, ...number(1), 0x6b, 0x10, 3, 0x20, 0, 0x6a],
  ],
}
const functions = [load, fields, divide, deep]

function call(checks: Partial<Checks>, name: string, words: number[], march?: string): Outcome {
  const code = { checks, ...(march === undefined ? {} : { march }) }
  const image = linkImage({
    wasm: encodeModule({ functions, memory: 1 }),
    base: BASE,
    entry: 'load',
    code,
  })
  guest.load(image)
  guest.setWord(DATA, 30)
  guest.setWord(THREAD, STACK - 0x1000)
  guest.setThreadPointer(THREAD)
  const { address } = image.symbols.find((symbol) => symbol.name === name)!
  return guest.call(address, words, 1_000_000, STACK)
}

const trap = (code: number): Outcome => ({ kind: 'trap', code, cause: 3 })

describe('checks', () => {
  test('null: a null reference stops, whatever the field', () => {
    expect(call({ null: true }, 'load', [0])).toEqual(trap(TRAP.nullReference))
    expect(call({ null: true }, 'fields', [0])).toEqual(trap(TRAP.nullReference))
    expect(call({ null: true }, 'fields', [DATA])).toMatchObject({ kind: 'returned' })
    expect(call({}, 'load', [0])).toMatchObject({ kind: 'trap', code: 0, cause: 5 })
  })

  test('null: one check for all fields of an object', () => {
    const code = { checks: { null: true } }
    const image = linkImage({
      wasm: encodeModule({ functions, memory: 1 }),
      base: BASE,
      entry: 'fields',
      code,
    })
    const size = (checked: typeof image) =>
      checked.symbols.find(({ name }) => name === 'fields')!.size
    const plain = linkImage({
      wasm: encodeModule({ functions, memory: 1 }),
      base: BASE,
      entry: 'fields',
    })
    expect(size(image) - size(plain)).toBe(12)
  })

  test('bounds: an address that is not in RAM stops', () => {
    expect(call({ bounds: true }, 'load', [0x1000_0000])).toEqual(trap(TRAP.outOfBounds))
    expect(call({ bounds: true }, 'load', [0x7fff_fff0])).toEqual(trap(TRAP.outOfBounds))
    expect(call({ bounds: true }, 'load', [DATA - 8])).toMatchObject({ kind: 'returned' })
  })

  test('division: by zero and without room for the quotient, or as the instruction has it', () => {
    expect(call({}, 'divide', [1, 0])).toEqual(trap(TRAP.divisionByZero))
    expect(call({}, 'divide', [-0x80000000, -1])).toEqual(trap(TRAP.integerOverflow))
    const outcome = call({ division: false }, 'divide', [1, 0])
    expect(outcome.kind === 'returned' && outcome.words[0]).toBe(-1)
  })

  test.each(['rv32im', 'rv32imac'])('stack: recursion ends at the limit (%s)', (march) => {
    expect(call({ stack: true }, 'deep', [100], march)).toMatchObject({ kind: 'returned' })
    expect(call({ stack: true }, 'deep', [1000], march)).toEqual(trap(TRAP.stackOverflow))
    expect(call({}, 'deep', [1000], march)).toMatchObject({ kind: 'returned' })
  })
})
