import { describe, expect, test } from 'vitest'
import { count, lower, text } from '../../../../test/backend/ir.ts'
import { eliminateDeadCode } from './dce.ts'
import { numberValues } from './gvn.ts'

const MULTIPLY = [0x20, 0, 0x20, 1, 0x6c]
const two = (body: number[]) => lower({ parameters: ['i32', 'i32'], results: ['i32'], body })

describe('value numbering', () => {
  test('the same operation is computed once', () => {
    const fn = two([...MULTIPLY, ...MULTIPLY, 0x73, 0x20, 1, 0x20, 0, 0x6c, 0x6a])
    expect(count(fn, 'mul')).toBe(3)
    numberValues(fn)
    eliminateDeadCode(fn)
    expect(count(fn, 'mul')).toBe(1)
    expect(count(fn, 'xor')).toBe(0)
  })

  test('an operation of one arm does not serve the other', () => {
    const fn = two([0x20, 0, 0x04, 0x7f, ...MULTIPLY, 0x05, ...MULTIPLY, 0x41, 1, 0x6a, 0x0b])
    numberValues(fn)
    expect(count(fn, 'mul')).toBe(2)
  })

  test('a load is reused until something is stored', () => {
    const load = [0x20, 0, 0x28, 2, 0]
    const store = [0x20, 1, 0x20, 0, 0x36, 2, 0]
    const fn = two([...load, ...load, 0x6a, ...store, ...load, 0x6a])
    numberValues(fn)
    expect(count(fn, 'load32')).toBe(2)
  })

  test('a wasm global is not changed by a store to memory, and a stored value is known', () => {
    const fn = two([0x20, 0, 0x24, 0, 0x20, 1, 0x20, 0, 0x36, 2, 0, 0x23, 0])
    numberValues(fn)
    eliminateDeadCode(fn)
    expect(count(fn, 'load32')).toBe(0)
    expect(text(fn)).toMatch(/return v1/)
  })
})
