import { expect, test } from 'vitest'
import { coroutine } from '../../../../test/backend/ir.ts'
import { allocate } from '../allocate/allocate.ts'
import { PASSES } from './pipeline.ts'
import { findHeldAddresses } from './resumeAddress.ts'

const SUSPEND = [0x41, 7, 0x10, 2]
const CALL_SELF = [0x20, 0, 0x10, 3, 0x1a]

/** How many suspensions of an endless loop find their address in the register. */
function heldIn(loop: number[]): number {
  const fn = coroutine(1, [0x03, 0x40, ...loop, 0x0c, 0, 0x0b])
  for (const { run } of PASSES) run(fn)
  return findHeldAddresses(fn, allocate(fn).registers).size
}

test('a loop that suspends at one place stores back the address it was resumed at', () => {
  expect(heldIn([...SUSPEND, 0x20, 0, 0x24, 0])).toBe(1)
})

test('two places have two addresses', () => {
  expect(heldIn([...SUSPEND, ...SUSPEND])).toBe(0)
})

test('a call in between destroys the register', () => {
  expect(heldIn([...SUSPEND, ...CALL_SELF])).toBe(0)
})
