import { expect, test } from 'vitest'
import { count, lower, text } from '../../../../test/backend/ir.ts'
import type { IrFunction } from '../ir/ir.ts'
import { threadTests } from './thread.ts'

const get = (local: number): number[] => [0x20, local]
const constant = (value: number): number[] => [0x41, value]
/** `condition ? yes : no` as an i32, and as a statement that returns 1 or 2. */
const choose = (condition: number[], yes: number[], no: number[]): number[] => [
  ...[...condition, 0x04, 0x7f, ...yes, 0x05, ...no, 0x0b],
]
const decide = (condition: number[]): number[] => choose(condition, constant(1), constant(2))

function threaded(body: number[], locals = 0): IrFunction {
  const fn = lower({
    parameters: ['i32', 'i32', 'i32'],
    results: ['i32'],
    locals: Array.from({ length: locals }, () => 'i32' as const),
    body,
  })
  threadTests(fn)
  return fn
}

const phis = (fn: IrFunction): number =>
  fn.blocks.reduce((sum, block) => sum + block.phis.length, 0)

test('a && b becomes two branches', () => {
  const fn = threaded(decide(choose(get(0), get(1), constant(0))))
  expect(count(fn, 'branch')).toBe(2)
  // What is left is the result.
  expect(phis(fn)).toBe(1)
})

test('nested conditions of comparisons become branches that compare', () => {
  const less = (a: number, b: number): number[] => [...get(a), ...get(b), 0x48]
  const both = choose(less(0, 1), less(1, 2), constant(0))
  const fn = threaded(decide(choose(both, constant(1), less(2, 0))))
  expect(count(fn, 'branch')).toBe(3)
  expect(phis(fn)).toBe(1)
  expect(text(fn)).not.toMatch(/branch (eq|ne)/)
})

test('an inverted condition is decided too', () => {
  const fn = threaded(decide([...choose(get(0), constant(1), get(1)), 0x45]))
  expect(count(fn, 'branch')).toBe(2)
})

test('a value that was tested on the way is known', () => {
  const fn = threaded(decide(choose(get(0), get(0), get(1))))
  expect(count(fn, 'branch')).toBe(2)
  expect(phis(fn)).toBe(1)
})

test('a value that is read behind its test is decided too', () => {
  // status = a ? 5 : b ? 0 : 7; return status == 0 ? 2 : status + 1
  const status = choose(get(0), constant(5), choose(get(1), constant(0), constant(7)))
  const fn = threaded(
    [
      ...status,
      0x22,
      3,
      0x45,
      0x04,
      0x7f,
      ...constant(2),
      0x05,
      ...get(3),
      ...constant(1),
      0x6a,
      0x0b,
    ],
    1,
  )
  expect(count(fn, 'branch')).toBe(2)
  // The result, and which of the two errors it is.
  expect(phis(fn)).toBe(2)
})

test('a condition that is read where its ways meet again stays a number', () => {
  const both = [...choose(get(0), get(1), constant(0)), 0x22, 3]
  const fn = threaded([...decide(both), ...get(3), 0x6a], 1)
  expect(phis(fn)).toBe(2)
})

test('the test of a loop stays at its head', () => {
  // local 3 = 1; while (local 3) local 3 = parameter 0
  const body = [...constant(1), 0x21, 3, 0x02, 0x40, 0x03, 0x40, ...get(3), 0x45, 0x0d, 1]
  const fn = threaded([...body, ...get(0), 0x21, 3, 0x0c, 0, 0x0b, 0x0b, ...get(3)], 1)
  expect(count(fn, 'branch')).toBe(1)
  expect(phis(fn)).toBe(1)
})
