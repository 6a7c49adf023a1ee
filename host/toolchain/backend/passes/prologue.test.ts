import { expect, test } from 'vitest'
import { count, lowerModule } from '../../../../test/backend/ir.ts'
import { allocate } from '../allocate/allocate.ts'
import { CALL_TARGET } from '../emit/registers.ts'
import { terminatorOf } from '../ir/ir.ts'
import { PASSES } from './pipeline.ts'
import { placePrologue } from './prologue.ts'

/** A function of one i32 that returns it if it is zero, and otherwise runs `body`, which leaves an i32. */
function withQuickWay(body: number[]) {
  const fn = lowerModule({
    functions: [
      {
        name: 'f',
        parameters: ['i32'],
        results: ['i32'],
        body: [0x20, 0, 0x45, 0x04, 0x40, 0x20, 0, 0x0f, 0x0b, ...body],
      },
    ],
  })
  for (const { run } of PASSES) run(fn)
  return { fn, framed: placePrologue(fn, allocate(fn)) }
}

test('the quick way out has no stack frame', () => {
  const { fn, framed } = withQuickWay([0x20, 0, 0x10, 0, 0x20, 0, 0x6a])
  expect(framed.has(fn.blocks[0])).toBe(false)
  expect(
    fn.blocks.filter((block) => terminatorOf(block).op === 'return' && !framed.has(block)),
  ).toHaveLength(1)
  expect(count(fn, 'enter')).toBe(1)
})

test('a function that calls nothing needs none', () => {
  const { fn, framed } = withQuickWay([0x20, 0, 0x20, 0, 0x6c])
  expect(framed.size).toBe(0)
  expect(count(fn, 'enter')).toBe(0)
})

test('a frame whose making takes the register of call targets is made at once if values use it', () => {
  const { fn } = withQuickWay([0x20, 0, 0x10, 0, 0x20, 0, 0x6a])
  fn.checksStack = true
  const allocation = allocate(fn)
  allocation.registers[0] = CALL_TARGET
  expect(placePrologue(fn, allocation).size).toBe(fn.blocks.length)
})
