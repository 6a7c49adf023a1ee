import { expect, test } from 'vitest'
import { count, countedLoop, lower } from '../../../../test/backend/ir.ts'
import { eliminateDeadCode } from './dce.ts'
import { numberValues } from './gvn.ts'
import { hoistInvariants } from './licm.ts'
import { reduceStrength } from './strength.ts'

const SCALED_LOAD = [0x20, 2, 0x20, 0, 0x6c, 0x41, 2, 0x74, 0x28, 2, 0]

test('an address that grows with the counter becomes a variable of its own', () => {
  const fn = lower(countedLoop(SCALED_LOAD))
  for (const pass of [hoistInvariants, reduceStrength, numberValues, eliminateDeadCode]) pass(fn)
  expect(count(fn, 'mul', 1)).toBe(0)
  expect(count(fn, 'sll', 1)).toBe(0)
  expect(count(fn, 'add', 1)).toBe(3)
})

test('a single cheap operation is not worth a variable', () => {
  const fn = lower(countedLoop([0x20, 2, 0x41, 2, 0x74]))
  for (const pass of [hoistInvariants, reduceStrength, eliminateDeadCode]) pass(fn)
  expect(count(fn, 'sll', 1)).toBe(1)
})
