import { expect, test } from 'vitest'
import { lower, text } from '../../../../test/backend/ir.ts'
import { allocate } from '../allocate/allocate.ts'
import { PASSES } from './pipeline.ts'
import { placePrologue } from './prologue.ts'

/** Recursion with a quick way out: `n < 2 ? n : f(n − 1) + f(n)`. */
const recursive = {
  parameters: ['i32' as const],
  results: ['i32' as const],
  body: [
    ...[0x20, 0, 0x41, 2, 0x48, 0x04, 0x40, 0x20, 0, 0x0f, 0x0b],
    ...[0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x20, 0, 0x10, 0, 0x6a],
  ],
}

test('the way out without calls runs without a frame', () => {
  const fn = lower(recursive)
  for (const { run } of PASSES) run(fn)
  const framed = placePrologue(fn, allocate(fn))
  expect(framed.has(fn.blocks[0])).toBe(false)
  const returns = fn.blocks.filter(({ code }) => code.some(({ op }) => op === 'return'))
  expect(returns.map((block) => framed.has(block)).sort()).toEqual([false, true])
  expect(text(fn).match(/enter/g)).toHaveLength(1)
})

test('a function without calls has no frame at all', () => {
  const fn = lower({ parameters: ['i32'], results: ['i32'], body: [0x20, 0] })
  for (const { run } of PASSES) run(fn)
  expect(placePrologue(fn, allocate(fn)).size).toBe(0)
})
