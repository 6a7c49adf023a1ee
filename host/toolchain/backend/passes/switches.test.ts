import { expect, test } from 'vitest'
import { count, lower } from '../../../../test/backend/ir.ts'
import { leaveSsa } from './destruct.ts'
import { expandSwitches } from './switches.ts'

/** br_table over `cases` blocks that return their number. */
function switched(cases: number) {
  const blocks = Array.from({ length: cases + 1 }, () => [0x02, 0x40]).flat()
  const depths = Array.from({ length: cases + 1 }, (_, i) => i)
  const arms = Array.from({ length: cases }, (_, i) => [0x41, i, 0x0f, 0x0b]).flat()
  const body = [...blocks, 0x20, 0, 0x0e, cases, ...depths, 0x0b, ...arms, 0x41, 0x7f]
  const fn = lower({ parameters: ['i32'], results: ['i32'], body })
  leaveSsa(fn)
  expandSwitches(fn)
  return fn
}

test('few cases are comparisons', () => {
  const fn = switched(3)
  expect(count(fn, 'branch')).toBe(3)
  expect(count(fn, 'jumptable')).toBe(0)
})

test('many cases are a bounds check and a table', () => {
  const fn = switched(9)
  expect(count(fn, 'branch')).toBe(1)
  expect(count(fn, 'jumptable')).toBe(1)
})
