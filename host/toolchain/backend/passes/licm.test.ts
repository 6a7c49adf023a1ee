import { expect, test } from 'vitest'
import { count, countedLoop, lower } from '../../../../test/backend/ir.ts'
import { hoistInvariants } from './licm.ts'

test('an invariant product leaves the loop, a variant one stays', () => {
  const fn = lower(countedLoop([0x20, 0, 0x20, 0, 0x6c, 0x20, 2, 0x20, 2, 0x6c, 0x6a]))
  hoistInvariants(fn)
  expect(count(fn, 'mul', 0)).toBe(1)
  expect(count(fn, 'mul', 1)).toBe(1)
})

test('loads stay where they are', () => {
  const fn = lower(countedLoop([0x20, 0, 0x28, 2, 0]))
  hoistInvariants(fn)
  expect(count(fn, 'load32', 1)).toBe(1)
})
