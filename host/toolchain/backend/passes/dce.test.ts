import { expect, test } from 'vitest'
import { count, lower } from '../../../../test/backend/ir.ts'
import { eliminateDeadCode } from './dce.ts'

test('results nobody reads go, with what only they read; stores and calls stay', () => {
  const body = [
    ...[0x20, 0, 0x20, 0, 0x6c, 0x41, 3, 0x6a, 0x1a],
    ...[0x20, 0, 0x20, 0, 0x36, 2, 0, 0x20, 0, 0x10, 0, 0x1a, 0x20, 0],
  ]
  const fn = lower({ parameters: ['i32'], results: ['i32'], body })
  eliminateDeadCode(fn)
  expect(['mul', 'add', 'const'].map((op) => count(fn, op))).toEqual([0, 0, 0])
  expect(['store32', 'call'].map((op) => count(fn, op))).toEqual([1, 1])
})
