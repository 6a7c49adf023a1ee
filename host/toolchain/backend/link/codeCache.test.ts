import { describe, expect, test } from 'vitest'
import { ProgramGenerator } from '../../../../test/backend/generator.ts'
import type { TestFunction, TestModule } from '../../../../test/backend/wasm.ts'
import { encodeModule } from '../../../../test/backend/wasm.ts'
import type { CodeChoice } from '../options.ts'
import { CodeCache } from './codeCache.ts'
import { linkImage } from './image.ts'

const BASE = 0x80000000

function link(module: TestModule, cache?: CodeCache, code: CodeChoice = {}) {
  const entry = module.functions[0].name
  return linkImage({ wasm: encodeModule(module), base: BASE, entry, code, cache })
}

const i32 = 'i32' as const
const callee = (name: string): TestFunction => ({
  name,
  parameters: [i32],
  results: [i32],
  body: [0x20, 0, 0x41, 5, 0x6a],
})

/** A function whose instructions refer to something in every index space; `f` is at index 0. */
const user = (body: Partial<Record<'call' | 'global' | 'block' | 'value', number>> = {}) => {
  const { call = 1, global = 0, block = 0x7f, value = 7 } = body
  const indirect = [0x41, value, 0x41, 0, 0x11, 0, 0]
  return {
    name: 'f',
    parameters: [i32],
    results: [i32],
    body: [
      ...[0x02, block, 0x20, 0, 0x10, call, 0x23, global, 0x6a, 0x0b],
      ...[...indirect, 0x6a, 0x24, global, 0x23, global],
    ],
  }
}

const before: TestModule = {
  functions: [user(), callee('g')],
  memory: 1,
  globals: ['i32', 'i32', 'i64'],
  table: [1],
}

/** Modules that follow `before`, and how many functions of them must be compiled. */
const edits: [what: string, after: TestModule, compiled: number][] = [
  ['nothing', before, 0],
  [
    'a function in front',
    { ...before, functions: [user({ call: 2 }), callee('h'), callee('g')] },
    1,
  ],
  ['another callee', { ...before, functions: [user({ call: 2 }), callee('g'), callee('h')] }, 2],
  ['a callee of another name', { ...before, functions: [user(), callee('h')] }, 2],
  ['another global', { ...before, functions: [user({ global: 1 }), callee('g')] }, 1],
  [
    'another place of the global',
    { ...before, globals: ['i64', 'i32'], functions: [user({ global: 1 }), callee('g')] },
    1,
  ],
  ['a longer table', { ...before, table: [1, 1] }, 1],
  ['another constant', { ...before, functions: [user({ value: 8 }), callee('g')] }, 1],
  [
    'an equal block type by number',
    {
      ...before,
      types: [{ parameters: [], results: [i32] }],
      functions: [user({ block: 2 }), callee('g')],
    },
    1,
  ],
  [
    'a callee with more results',
    {
      ...before,
      functions: [
        { ...user(), body: [0x20, 0, 0x10, 1, 0x1a] },
        { ...callee('g'), results: [i32, i32], body: [0x20, 0, 0x20, 0] },
      ],
    },
    2,
  ],
]

describe('a function is compiled again', () => {
  test.each(edits)('only if it must be: %s', (_, after, compiled) => {
    const cache = new CodeCache()
    link(before, cache)
    const held = cache.size
    expect(link(after, cache)).toEqual(link(after))
    expect(cache.size - held).toBe(compiled)
  })

  test.each<[string, CodeChoice]>([
    ['checks', { checks: { null: true } }],
    ['no checks', { checks: { signature: false } }],
    ['other instructions', { march: 'rv32im' }],
    ['16-bit forms', { march: 'rv32imac' }],
    ['a linear memory', { memory: { kind: 'linear', origin: 0x80400000, maximumPages: 1 } }],
  ])('for %s', (_, code) => {
    const cache = new CodeCache()
    link(before, cache)
    expect(link(before, cache, code)).toEqual(link(before, undefined, code))
  })
})

test('a function is forgotten when four links have not used it', () => {
  const cache = new CodeCache()
  link(before, cache)
  const other = { functions: [callee('other')] }
  for (let count = 0; count < 3; count++) link(other, cache)
  expect(cache.size).toBe(3)
  link(other, cache)
  expect(cache.size).toBe(1)
})

test('images do not depend on what was linked before', () => {
  const cache = new CodeCache()
  let reused = 0
  for (let seed = 1; seed <= 24; seed++) {
    // Only two programs, each time with another first function that something is different in, or one more of them.
    const module = new ProgramGenerator(1 + (seed % 2), { floats: true }).module(4, 30)
    const [first, ...others] = module.functions
    const changed = { ...first, body: [...Array<number>(seed % 7).fill(0x01), ...first.body] }
    const functions = seed % 3 === 0 ? [changed, ...others, callee('more')] : [changed, ...others]
    const after = { ...module, functions }
    const held = cache.size
    expect(link(after, cache), `seed ${seed}`).toEqual(link(after))
    if (cache.size - held < functions.length) reused++
  }
  expect(reused).toBeGreaterThan(20)
})
