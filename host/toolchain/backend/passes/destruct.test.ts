import { describe, expect, test } from 'vitest'
import type { Move } from './destruct.ts'
import { leaveSsa, sequentialize } from './destruct.ts'
import { countedLoop, lower } from '../../../../test/backend/ir.ts'

/** What registers hold after moves, starting with their own numbers. */
function run(moves: readonly Move[]): Map<number, number> {
  const values = new Map<number, number>()
  const read = (register: number): number => values.get(register) ?? register
  for (const { to, from } of moves) values.set(to, read(from))
  return values
}

describe('parallel assignments', () => {
  test.each([
    [
      [
        { to: 1, from: 2 },
        { to: 2, from: 1 },
      ],
    ],
    [
      [
        { to: 1, from: 2 },
        { to: 2, from: 3 },
        { to: 3, from: 1 },
        { to: 4, from: 1 },
      ],
    ],
    [
      [
        { to: 5, from: 6 },
        { to: 6, from: 7 },
      ],
    ],
    [
      [
        { to: 1, from: 2 },
        { to: 2, from: 1 },
        { to: 3, from: 4 },
        { to: 4, from: 3 },
      ],
    ],
  ])('%j', (moves) => {
    let temporary = 100
    const values = run(sequentialize(moves, () => temporary++))
    for (const { to, from } of moves) expect(values.get(to)).toBe(from)
  })
})

test('no phi is left, and every copy is in front of a jump', () => {
  const fn = lower(countedLoop([0x20, 2]))
  leaveSsa(fn)
  for (const { phis, code, targets } of fn.blocks) {
    expect(phis).toEqual([])
    if (code.some(({ op }) => op === 'copy')) expect(targets).toHaveLength(1)
  }
})
