import { expect, test } from 'vitest'
import { count, countedLoop, lower } from '../../../../test/backend/ir.ts'
import { leaveSsa } from '../passes/destruct.ts'
import { coalesce } from './coalesce.ts'

function joined(body: Parameters<typeof lower>[0]): number {
  const fn = lower(body)
  leaveSsa(fn)
  const before = count(fn, 'copy')
  expect(before).toBeGreaterThan(0)
  coalesce(fn)
  return count(fn, 'copy')
}

test('the counter and the sum of a loop stay in their registers', () => {
  expect(joined(countedLoop([0x20, 2]))).toBe(0)
})

test('values that live together are not joined', () => {
  // Each round exchanges two locals.
  const exchange = [0x20, 0, 0x20, 1, 0x21, 0, 0x21, 1]
  const body = [0x03, 0x40, ...exchange, 0x20, 0, 0x0d, 0, 0x0b, 0x20, 1]
  expect(joined({ parameters: ['i32', 'i32'], results: ['i32'], body })).toBeGreaterThan(0)
})
