import { expect, test } from 'vitest'
import { terminatorOf } from '../ir/ir.ts'
import { countedLoop, lower, text } from '../../../../test/backend/ir.ts'
import { coalesce } from '../allocate/coalesce.ts'
import { leaveSsa } from './destruct.ts'
import { layOut } from './layout.ts'

function laidOut(body: Parameters<typeof lower>[0]) {
  const fn = lower(body)
  leaveSsa(fn)
  coalesce(fn)
  layOut(fn)
  return fn
}

test('a loop ends with its test and jumps nowhere else', () => {
  const { blocks } = laidOut(countedLoop([0x20, 2]))
  const inside = blocks.filter(({ depth }) => depth === 1)
  const last = inside[inside.length - 1]
  expect(terminatorOf(last).op).toBe('branch')
  expect(last.targets).toContain(inside[0])
})

test('traps lie behind everything else, and no block is only a jump', () => {
  const fn = laidOut({
    parameters: ['i32', 'i32'],
    results: ['i32'],
    body: [0x20, 0, 0x20, 1, 0x6d, 0x20, 1, 0x6d],
  })
  const firstCold = fn.blocks.findIndex(({ cold }) => cold)
  expect(fn.blocks.slice(firstCold).every(({ cold }) => cold)).toBe(true)
  expect(text(fn)).toMatch(/trap 2/)
  expect(fn.blocks.filter(({ code }) => code.length === 1 && code[0].op === 'jump')).toEqual([])
})
