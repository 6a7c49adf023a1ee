import { describe, expect, test } from 'vitest'
import { encodeModule } from '../../../../test/backend/wasm.ts'
import { BackendError } from '../errors.ts'
import { parseModule } from './parse.ts'
import { Reader } from './reader.ts'

const add = {
  name: 'add',
  parameters: ['i32', 'i32'],
  results: ['i32'],
  body: [0x20, 0, 0x20, 1, 0x6a],
} as const
const module = encodeModule({
  functions: [
    { ...add, parameters: [...add.parameters], results: [...add.results], body: [...add.body] },
  ],
  memory: 2,
  globals: ['i64'],
  table: [0],
})

describe('modules', () => {
  test('sections become lists', () => {
    const parsed = parseModule(module)
    expect(parsed.types).toEqual([{ parameters: ['i32', 'i32'], results: ['i32'] }])
    expect(parsed.memories).toEqual([{ minimum: 2, maximum: undefined }])
    expect(parsed.globals[0]).toMatchObject({ type: 'i64', mutable: true })
    expect(parsed.exports[0]).toEqual({ name: 'add', kind: 'function', index: 0 })
    expect(parsed.elements[0].functions).toEqual([{ kind: 'function', index: 0 }])
  })

  test('every truncation is refused or is a shorter module, and never hangs', () => {
    for (let length = 0; length < module.length; length++) {
      try {
        parseModule(module.subarray(0, length))
      } catch (error) {
        expect(error).toBeInstanceOf(BackendError)
      }
    }
  })

  test('other files are refused', () => {
    expect(() => parseModule(new Uint8Array(16))).toThrow('not a wasm module')
  })
})

describe('integers', () => {
  const read = (bytes: number[]) => new Reader(new Uint8Array(bytes))

  test.each([
    [[0x7f], -1],
    [[0x80, 0x01], 128],
    [[0x80, 0x80, 0x80, 0x80, 0x78], -0x80000000],
  ])('%j is %i', (bytes, value) => {
    expect(read(bytes).s32()).toBe(value)
  })

  test('the largest unsigned number, and one bit more', () => {
    expect(read([0xff, 0xff, 0xff, 0xff, 0x0f]).u32()).toBe(0xffffffff)
    expect(() => read([0xff, 0xff, 0xff, 0xff, 0x1f]).u32()).toThrow('integer too large')
  })

  test('64 bits', () => {
    const minimum = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]
    expect(read(minimum).s64()).toBe(-(2n ** 63n))
  })
})
