import { describe, expect, test } from 'vitest'
import { count, lower, text } from '../../../../test/backend/ir.ts'
import { eliminateDeadCode } from './dce.ts'
import { fitsImmediate, selectInstructions } from './select.ts'

function selected(body: number[]) {
  const fn = lower({ parameters: ['i32'], results: ['i32'], body })
  selectInstructions(fn)
  eliminateDeadCode(fn)
  return fn
}

describe('instruction selection', () => {
  test('a small constant becomes an immediate', () => {
    expect(text(selected([0x20, 0, 0x41, 5, 0x6a]))).toContain('add v1, 5')
  })

  test('a constant that does not fit stays in a register', () => {
    expect(count(selected([0x20, 0, 0x41, 0x80, 0x20, 0x6a]), 'const')).toBe(1)
  })

  test('the range of immediates is that of twelve bits', () => {
    expect([-2049, -2048, 2047, 2048].map(fitsImmediate)).toEqual([false, true, true, false])
  })

  test('multiplication by a power of two is a shift', () => {
    expect(text(selected([0x20, 0, 0x41, 8, 0x6c]))).toContain('sll v1, 3')
  })

  test('equality with a constant is a difference compared with zero', () => {
    const code = text(selected([0x20, 0, 0x41, 7, 0x46]))
    expect(code).toContain('add v1, -7')
    expect(code).toMatch(/sltu v\d+, 1/)
  })
})
