import { expect, test } from 'vitest'
import { lower } from '../../../../test/backend/ir.ts'
import type { Condition, Op } from '../ir/ir.ts'
import { createInstruction, terminatorOf, ZERO } from '../ir/ir.ts'
import { fuseComparisons } from './fuse.ts'

/** Condition of a branch that tests the result of `op` on two parameters, after the pass; and whether it reads the parameters. */
function fused(op: Op, condition: Condition): { condition?: Condition; compares: boolean } {
  const fn = lower({
    parameters: ['i32', 'i32'],
    results: ['i32'],
    body: [0x20, 0, 0x20, 1, 0x48, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b],
  })
  const [block] = fn.blocks
  const last = terminatorOf(block)
  const parameters = [...last.uses]
  const result = fn.registers++
  block.code.splice(-1, 0, createInstruction(op, [result], parameters))
  last.uses = [result, ZERO]
  last.condition = condition
  fuseComparisons(fn)
  return { condition: last.condition, compares: last.uses.join() === parameters.join() }
}

test('a branch on the result of a comparison compares', () => {
  expect(fused('sltu', 'ne')).toEqual({ condition: 'ltu', compares: true })
  expect(fused('ge', 'ne')).toEqual({ condition: 'ge', compares: true })
})

test('a branch on its opposite compares the other way', () => {
  expect(fused('slt', 'eq')).toEqual({ condition: 'ge', compares: true })
})

test('the result of another operation is tested as it is', () => {
  expect(fused('xor', 'ne')).toEqual({ condition: 'ne', compares: false })
})
