import { beforeAll, expect, test } from 'vitest'
import { linearMemory, Pair } from './differential.ts'
import { Guest } from './guest.ts'
import type { TestModule, Type } from './wasm.ts'
import { constant, unsigned } from './wasm.ts'

const get = (local: number): number[] => [0x20, ...unsigned(local)]
const add = 0x6a
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const words = (count: number): Type[] => range(count).map(() => 'i32')

let guest: Guest
beforeAll(async () => {
  guest = await Guest.create()
})

/** Offsets of stack words reach 2047 bytes; V8 allows a thousand parameters and results. */
test.each([9, 480, 520, 1000])('%i parameters and results', (count) => {
  const module: TestModule = {
    functions: [
      {
        name: 'run',
        parameters: ['i32'],
        results: ['i32'],
        body: [
          ...range(count).flatMap((i) => [...get(0), ...constant('i32', i * i), 0x73]),
          ...[0x10, 1, ...range(count - 1).flatMap((i) => [...constant('i32', i), 0x6c, add])],
        ],
      },
      {
        name: 'reverse',
        parameters: words(count),
        results: words(count),
        body: range(count).flatMap((i) => get(count - 1 - i)),
      },
    ],
  }
  const pair = new Pair(guest, module, linearMemory)
  expect(pair.difference('run', [12345])).toBeUndefined()
})

/** The ninth result lies on the stack, and nothing else in the second arm needs a stack frame. */
test('a stack frame made only for results is dropped', () => {
  const results = words(9)
  const values = (first: number): number[] =>
    range(9).flatMap((i) => constant('i32', first + i * i))
  const module: TestModule = {
    functions: [
      {
        name: 'run',
        parameters: ['i32'],
        results: ['i32'],
        body: [
          ...[...get(0), 0x10, 1],
          ...range(8).flatMap((i) => [...constant('i32', i + 3), 0x6c, add]),
        ],
      },
      {
        name: 'choose',
        parameters: ['i32'],
        results,
        body: [
          ...[...get(0), 0x04, 3, ...get(0), 0x10, 2, ...values(100)],
          ...[0x05, ...constant('i32', 64), ...get(0), 0x36, 2, 0, ...values(200), 0x0b],
        ],
      },
      {
        name: 'see',
        parameters: ['i32'],
        results: [],
        body: [...constant('i32', 64), ...get(0), 0x36, 2, 0],
      },
    ],
    types: [{ parameters: [], results }],
    memory: 1,
  }
  const pair = new Pair(guest, module, linearMemory)
  for (const operand of [0, 1]) expect(pair.difference('run', [operand])).toBeUndefined()
})
