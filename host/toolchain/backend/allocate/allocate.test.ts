import { describe, expect, test } from 'vitest'
import { lower } from '../../../../test/backend/ir.ts'
import { constant } from '../../../../test/backend/wasm.ts'
import { CALLEE_SAVED } from '../emit/registers.ts'
import { PASSES } from '../passes/pipeline.ts'
import { allocate } from './allocate.ts'
import { Occupation } from './occupation.ts'
import { intersects, lengthOf, mergeRanges } from './ranges.ts'

describe('ranges', () => {
  test('holes do not intersect', () => {
    expect(intersects([0, 4, 12, 16], [4, 12])).toBe(false)
    expect(intersects([0, 4, 12, 16], [3, 5])).toBe(true)
  })

  test('the union joins what touches', () => {
    expect(mergeRanges([0, 4, 12, 16], [4, 12])).toEqual([0, 16])
    expect(lengthOf([0, 4, 12, 16])).toBe(8)
  })

  test('a register is occupied only where something lives', () => {
    const register = new Occupation()
    register.add([8, 12, 20, 24])
    register.add([12, 20])
    expect(register.overlaps([0, 8, 24, 30])).toBe(false)
    expect(register.overlaps([11, 12])).toBe(true)
  })
})

function allocated(body: number[]) {
  const fn = lower({ parameters: ['i32'], results: ['i32'], body })
  for (const { run } of PASSES) run(fn)
  return allocate(fn)
}

/** `count` values that are all read after the last of them is made. */
function manyValues(count: number): number[] {
  const values = Array.from({ length: count }, (_, i) => [
    ...[0x20, 0, ...constant('i32', 3 + 2 * i), 0x6c, ...constant('i32', i), 0x73],
  ])
  return [...values.flat(), ...Array.from({ length: count - 1 }, () => 0x6a)]
}

describe('allocation', () => {
  test('few values need neither the stack nor callee-saved registers', () => {
    expect(allocated(manyValues(6))).toMatchObject({ spillSlots: 0, saved: [], calls: false })
  })

  test('more values than registers are spilled', () => {
    expect(allocated(manyValues(60)).spillSlots).toBeGreaterThan(20)
  })

  test('a value that a loop of calls reads is in a callee-saved register', () => {
    const loop = [0x03, 0x40, 0x20, 0, 0x10, 0, 0x0d, 0, 0x20, 0, 0x0d, 0, 0x0b, 0x20, 0]
    const { saved, calls } = allocated(loop)
    expect(calls).toBe(true)
    expect(saved).toEqual([CALLEE_SAVED[0]])
  })
})
